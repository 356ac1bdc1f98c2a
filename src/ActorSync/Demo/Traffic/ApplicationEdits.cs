using System.Collections.Immutable;
using System.Globalization;
using ActorSync.Domain.Mapping;
using Npgsql;

namespace ActorSync.Demo.Traffic;

/// <summary>The application: plain SQL that knows nothing of ActorSync. Fields the Salesforce users leave alone, but for some conflicts on purpose.</summary>
/// <param name="contest">A Salesforce user writes the Site of this Account, now.</param>
internal sealed class ApplicationEdits(
    NpgsqlDataSource application, IReadOnlyList<ObjectMapping> mappings, KnownRecords records, Action<Guid> contest, TimeProvider clock, Random random)
{
    private const int BatchRowsMax = 20;

    /// <summary>A write has reached the org by then, and its answer is still on its way: see <see cref="DemoRun"/>.</summary>
    private static readonly TimeSpan ContestAfter = TimeSpan.FromMilliseconds(80);

    // Object, and what the application writes there. Column names are those of the mapped fields in lower case.
    private static readonly ImmutableArray<(string Object, string[] Columns)> Edited =
    [
        ("Account", ["phone", "fax", "accountnumber", "billingstreet"]),
        ("Contact", ["phone", "mobilephone", "department"]),
        ("Lead", ["phone", "website", "street"]),
        ("Opportunity", ["nextstep", "description"]),
        ("Case", ["suppliedname", "description"]),
    ];

    private int _serial;

    /// <summary>What was edited so far.</summary>
    public EditTally Tally { get; } = new();

    /// <summary>Does one thing, as an application would: a statement or a small transaction.</summary>
    public Task EditAsync(CancellationToken stop) => random.Next(100) switch
    {
        < 62 => UpdateOneAsync(stop),
        < 70 => UpdateTwiceAsync(stop),
        < 77 => CountAsync(stop),
        < 80 => ConflictAsync(stop),
        < 87 => UpdateManyAsync(stop),
        < 93 => InsertFamilyAsync(stop),
        < 97 => InsertLeadAsync(stop),
        _ => DeleteAsync(stop),
    };

    private Task UpdateOneAsync(CancellationToken stop)
    {
        var (objectName, columns) = Edited[random.Next(Edited.Length)];
        return UpdateAsync(objectName, records.Some(objectName, 1), columns[random.Next(columns.Length)], stop);
    }

    private async Task UpdateTwiceAsync(CancellationToken stop)
    {
        var ids = records.Some("Contact", 1);
        await UpdateAsync("Contact", ids, "phone", stop);
        await UpdateAsync("Contact", ids, "phone", stop);
    }

    private async Task CountAsync(CancellationToken stop) => Tally.Updated(await ExecuteAsync(
        "Account", "set numberofemployees = coalesce(numberofemployees, 0) + 1 where {key} = any($1)", stop, records.Some("Account", 1)));

    // While the answer to the first value is on its way a user writes another, and the application a third that waits behind the first.
    private async Task ConflictAsync(CancellationToken stop)
    {
        if (records.Any("Account") is not { } id)
        {
            return;
        }

        await UpdateAsync("Account", [id], "site", stop);
        await Task.Delay(ContestAfter, clock, stop);
        contest(id);
        await UpdateAsync("Account", [id], "site", stop);
    }

    private Task UpdateManyAsync(CancellationToken stop)
    {
        var (objectName, columns) = Edited[random.Next(Edited.Length)];
        return UpdateAsync(objectName, records.Some(objectName, random.Next(5, BatchRowsMax + 1)), columns[0], stop);
    }

    private async Task UpdateAsync(string objectName, Guid[] ids, string column, CancellationToken stop) =>
        Tally.Updated(await ExecuteAsync(objectName, $"set \"{column}\" = $2 where {{key}} = any($1)", stop, ids, Text(column)));

    // Parent and child in one transaction: the child names its parent by the UUID.
    private async Task InsertFamilyAsync(CancellationToken stop)
    {
        var (accounts, contacts) = (Of("Account"), Of("Contact"));
        await using var connection = await application.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var account = await InsertAsync(connection, $"insert into {Table(accounts)}(name, phone) values ($1, $2) returning {Key(accounts)}", stop, Text("Account"), Text("phone"));
        var contact = await InsertAsync(
            connection, $"insert into {Table(contacts)}(lastname, phone, account__actorsync_id__c) values ($1, $2, $3) returning {Key(contacts)}", stop, Text("Contact"), Text("phone"), account);
        await transaction.CommitAsync(stop);
        records.Add("Account", account);
        records.Add("Contact", contact);
        Tally.Inserted(2);
    }

    private async Task InsertLeadAsync(CancellationToken stop)
    {
        var leads = Of("Lead");
        await using var connection = await application.OpenConnectionAsync(stop);
        var lead = await InsertAsync(connection, $"insert into {Table(leads)}(lastname, company) values ($1, $2) returning {Key(leads)}", stop, Text("Lead"), Text("Company"));
        records.Add("Lead", lead);
        Tally.Inserted(1);
    }

    private async Task DeleteAsync(CancellationToken stop)
    {
        var objectName = random.Next(3) == 0 ? "Case" : "Lead";
        if (records.Take(objectName) is { } id)
        {
            var mapping = Of(objectName);
            await using var command = application.CreateCommand($"delete from {Table(mapping)} where {Key(mapping)} = $1");
            command.Parameters.Add(new() { Value = id });
            Tally.Deleted(await command.ExecuteNonQueryAsync(stop));
        }
    }

    private async Task<int> ExecuteAsync(string objectName, string rest, CancellationToken stop, params object[] values)
    {
        var mapping = Of(objectName);
        await using var command = application.CreateCommand($"update {Table(mapping)} {rest.Replace("{key}", Key(mapping), StringComparison.Ordinal)}");
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return await command.ExecuteNonQueryAsync(stop);
    }

    private static async Task<Guid> InsertAsync(NpgsqlConnection connection, string sql, CancellationToken stop, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return (Guid)(await command.ExecuteScalarAsync(stop))!;
    }

    private ObjectMapping Of(string objectName) => mappings.First(mapping => mapping.ObjectName == objectName);

    private string Text(string what) => string.Create(CultureInfo.InvariantCulture, $"{what} {++_serial} app");

    private static string Table(ObjectMapping mapping) => $"\"{mapping.Schema}\".\"{mapping.Table}\"";

    private static string Key(ObjectMapping mapping) => $"\"{mapping.ExternalIdColumn}\"";
}
