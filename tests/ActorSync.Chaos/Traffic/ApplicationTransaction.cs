using System.Globalization;
using Npgsql;

namespace ActorSync.Chaos.Traffic;

/// <summary>The statements of one transaction, and what is to be noted once it is committed.</summary>
/// <param name="gone">Records this worker has deleted: some come back under the same UUID.</param>
internal sealed class ApplicationTransaction(
    NpgsqlConnection connection, Roster roster, EditLedger ledger, ChaosOptions options, Random random, List<(MappedObject Type, Guid Id)> gone)
{
    private const int RevenueMax = 1_000_000;
    private static readonly DateOnly FirstDay = new(1950, 1, 1);

    private readonly List<Action> _whenCommitted = [];

    /// <summary>Notes what the transaction did.</summary>
    public void Committed() => _whenCommitted.ForEach(note => note());

    /// <summary>One statement, or two that belong together.</summary>
    public Task StatementAsync()
    {
        var type = random.Next(100) < 60 ? MappedObject.Account : MappedObject.Contact;
        return random.Next(100) switch
        {
            < 52 => UpdateAsync(type, roster.Row(type, random)),
            < 70 => CountAsync(roster.Row(MappedObject.Account, random)),
            < 75 => UntoldAsync(type),
            < 79 => MoveAsync(),
            < 82 => TouchAsync(type),
            < 85 => BackAsync(),
            < 87 => LiveAgainAsync(type),
            _ => BirthOrDeathAsync(type),
        };
    }

    /// <summary>The transaction's number, by which the server says later whether it was committed.</summary>
    public async Task<string> IdAsync()
    {
        await using var command = new NpgsqlCommand("select pg_current_xact_id()::text", connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Runs one statement.</summary>
    public async Task<int> RunAsync(string sql, params object?[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        return await command.ExecuteNonQueryAsync();
    }

    private async Task UpdateAsync(MappedObject type, Guid id)
    {
        var fields = type.Shared.OrderBy(_ => random.Next()).Take(random.Next(1, 3)).ToArray();
        var sets = fields.Select((field, i) => string.Create(CultureInfo.InvariantCulture, $"{MappedObject.Column(field)} = ${i + 2}"));
        // Salesforce refuses an empty required field; what it would trim the row gets back trimmed.
        var values = fields.Select(field => field != type.Shared[0] && random.Next(15) == 0 ? null : random.Next(12) == 0 ? $"  {ledger.LocalValue()} " : ledger.LocalValue());
        var updated = await RunAsync($"update {type.Table} set {string.Join(", ", sets)} where {MappedObject.KeyColumn} = $1", [id, .. values]);
        Note("application: updates", updated);
    }

    private async Task CountAsync(Guid id)
    {
        var counter = MappedObject.Column(MappedObject.Counter);
        if (await RunAsync($"update {MappedObject.Account.Table} set {counter} = coalesce({counter}, 0) + 1 where {MappedObject.KeyColumn} = $1", id) == 1)
        {
            _whenCommitted.Add(() => ledger.Count(id));
            Note("application: counted");
        }
    }

    private async Task UntoldAsync(MappedObject type)
    {
        var (column, value) = type == MappedObject.Account ? ("annualrevenue", (object)(decimal)random.Next(RevenueMax)) : ("birthdate", FirstDay.AddDays(random.Next(20_000)));
        Note("application: updates", await RunAsync($"update {type.Table} set {column} = $2 where {MappedObject.KeyColumn} = $1", roster.Row(type, random), value));
    }

    private async Task MoveAsync()
    {
        // A parent that lives: what it is by the time the write leaves is another matter.
        var moved = await RunAsync(
            $"""
            update {MappedObject.Contact.Table} set {MappedObject.Column(MappedObject.Parent)} = a.{MappedObject.KeyColumn}
            from {MappedObject.Account.Table} a where a.{MappedObject.KeyColumn} = $2 and {MappedObject.Contact.Table}.{MappedObject.KeyColumn} = $1
            """,
            roster.Row(MappedObject.Contact, random), roster.Row(MappedObject.Account, random));
        Note("application: moved to another parent", moved);
    }

    private async Task TouchAsync(MappedObject type)
    {
        var column = MappedObject.Column(type.Shared[0]);
        Note("application: touched", await RunAsync($"update {type.Table} set {column} = {column} where {MappedObject.KeyColumn} = $1", roster.Row(type, random)));
    }

    private Task BirthOrDeathAsync(MappedObject type)
    {
        var target = type == MappedObject.Account ? options.Records * 2 / 5 : options.Records - (options.Records * 2 / 5);
        return roster.RowCount(type) < target || random.Next(4) == 0 ? BirthAsync() : DeathAsync(type);
    }

    // Parent and child in one transaction, or an Account alone, or a Contact of an Account that lives.
    private async Task BirthAsync()
    {
        var (account, contact) = (NewKey(), NewKey());
        switch (random.Next(4))
        {
            case 0:
                await InsertAccountAsync(account);
                break;
            case 1:
                await InsertAccountAsync(account);
                await InsertContactAsync(contact, account);
                break;
            default:
                await InsertContactAsync(contact, random.Next(4) == 0 ? null : roster.Row(MappedObject.Account, random));
                break;
        }
    }

    private async Task DeathAsync(MappedObject type)
    {
        if (roster.MortalRow(type, random) is { } id && await DeleteAsync(type, id))
        {
            _whenCommitted.Add(() => gone.Add((type, id)));
        }
    }

    // Deleted and inserted again under the same UUID, in one transaction.
    private async Task LiveAgainAsync(MappedObject type)
    {
        if (roster.MortalRow(type, random) is { } id && await DeleteAsync(type, id))
        {
            await InsertAsync(type, id);
            Note("application: deleted and inserted again at once");
        }
    }

    // Inserted again some time after the delete.
    private async Task BackAsync()
    {
        if (gone.Count > 0)
        {
            var index = random.Next(gone.Count);
            var (type, id) = gone[index];
            gone.RemoveAt(index);
            await InsertAsync(type, id);
            Note("application: inserted again");
        }
    }

    private Task InsertAsync(MappedObject type, Guid id) => type == MappedObject.Account ? InsertAccountAsync(id) : InsertContactAsync(id, null);

    private async Task InsertAccountAsync(Guid id) => Note(
        "application: inserts",
        await RunAsync($"insert into {MappedObject.Account.Table}({MappedObject.KeyColumn}, name, phone, numberofemployees) values ($1, $2, $3, 0)", id, ledger.LocalValue(), ledger.LocalValue()));

    private async Task InsertContactAsync(Guid id, Guid? account) => Note(
        "application: inserts",
        await RunAsync(
            $"insert into {MappedObject.Contact.Table}({MappedObject.KeyColumn}, lastname, title, {MappedObject.Column(MappedObject.Parent)}) values ($1, $2, $3, $4::uuid)",
            id, ledger.LocalValue(), ledger.LocalValue(), account));

    private async Task<bool> DeleteAsync(MappedObject type, Guid id)
    {
        var deleted = await RunAsync($"delete from {type.Table} where {MappedObject.KeyColumn} = $1", id);
        Note("application: deletes", deleted);
        return deleted == 1;
    }

    private void Note(string what, int count = 1) => _whenCommitted.Add(() => ledger.Note(what, count));

    private Guid NewKey() => RandomKey.Next(random);
}
