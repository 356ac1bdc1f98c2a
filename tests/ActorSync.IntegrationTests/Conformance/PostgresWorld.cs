using ActorSync.Coordination;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.IntegrationTests.Provisioning;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Journal;
using ActorSync.Runtime.Postgres;
using ActorSync.TestKit.Conformance;
using ActorSync.TestKit.Memory;
using ActorSync.WriteBack;
using Npgsql;
using Shouldly;

namespace ActorSync.IntegrationTests.Conformance;

/// <summary>The stores in PostgreSQL; the application has a login of its own, as in a customer's database.</summary>
internal sealed class PostgresWorld : StoreWorld
{
    // Long enough for a busy machine to get the lock that is free, short enough to wait for one that is not.
    private const string LockTimeout = "-c lock_timeout=400ms";

    private readonly MappedDatabase _database;
    private readonly NpgsqlDataSource _engine;
    private readonly NpgsqlDataSource _application;

    private PostgresWorld(MappedDatabase database, NpgsqlDataSource engine, SyncStores stores)
    {
        (_database, _engine, Stores) = (database, engine, stores);
        _application = database.ApplicationLogin(LockTimeout);
    }

    public override SyncStores Stores { get; }

    /// <summary>The mapping as provisioning made it.</summary>
    public required ObjectMapping Provisioned { get; init; }

    public static async Task<PostgresWorld> CreateAsync()
    {
        var database = await MappedDatabase.EmptyAsync();
        database.Org.Put("Account", SampleOrg.Text("Name", 255), SampleOrg.Text("Phone", 40), SampleOrg.Text("Fax", 40), SampleOrg.Text("Site", 80));
        var configured = MappedDatabase.Account("Name", "Phone", "Fax", "Site");
        configured = configured with { Fields = [.. configured.Fields.Select(field => field with { Intent = field.Name == "Fax" })] };
        var mapping = (await database.ApplyAsync(configured)).ShouldHaveSingleItem();
        await database.ExecuteAsync("alter table salesforce.account add column unmapped int");
        await database.LetApplicationInAsync();
        var engine = database.EngineLogin(LockTimeout);
        var tables = new Dictionary<short, MappedTable> { [mapping.Number] = await MappedTable.LoadAsync(engine, mapping, CancellationToken.None) };
        var rows = new MappedRows(tables, new RowWriter(tables, 1000, TimeSpan.FromMilliseconds(200)));
        var stores = new SyncStores(new PostgresTurnStore(engine, TimeProvider.System), rows, new SfidLinks(), new OfferTable(engine), new SubmissionTable(engine, [StoreWorld.Account]));
        return new PostgresWorld(database, engine, stores) { Provisioned = mapping };
    }

    /// <summary>As the tables' owner.</summary>
    public Task ExecuteAsync(string sql) => _database.ExecuteAsync(sql);

    public override async Task<ApplicationSession> BeginAsync()
    {
        var connection = await _application.OpenConnectionAsync();
        return new Session(connection, await connection.BeginTransactionAsync());
    }

    public override Task PutAsync(ApplicationRule rule) => _database.ExecuteAsync(rule switch
    {
        ApplicationRule.SiteInCapitals => Trigger("before insert or update", "new.site := upper(new.site); return new;"),
        ApplicationRule.GhostsAreNotWritten => Trigger("before insert or update", "if new.name = 'ghost' then return null; end if; return new;"),
        ApplicationRule.FaxFollowsPhone => Trigger(
            "after update",
            "if old.phone is distinct from new.phone then update salesforce.account set fax = 'F' || new.phone where id = new.id; end if; return null;"),
        ApplicationRule.PhoneIsGivenAPlus => Trigger(
            "after update",
            "if new.phone not like '+%' then update salesforce.account set phone = '+' || new.phone where id = new.id; end if; return null;",
            name: " plus"),
        ApplicationRule.PhoneIsChecked => "alter table salesforce.account add constraint phone_is_checked check (phone <> 'refused')",
        _ => throw new ArgumentOutOfRangeException(nameof(rule)),
    });

    public override async Task<SeenRow?> RowAsync(Guid key)
    {
        await using var command = _database.Engine.CreateCommand(
            "select _asy_birth, _asy_rev, array[name, phone, fax, site]::text[], sfid, _hc_lastop, _hc_err, coalesce(isdeleted, false) from salesforce.account where actorsync_id__c = $1");
        command.Parameters.Add(new() { Value = key });
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync()
            ? new SeenRow(new RowStamp(reader.GetInt64(0), reader.GetInt64(1)), [.. reader.GetFieldValue<string?[]>(2)], Text(reader, 3), Text(reader, 4), Text(reader, 5), reader.GetBoolean(6))
            : null;
    }

    public override async Task<IReadOnlyList<JournalEntry>> JournalAsync()
    {
        await using var command = _database.Engine.CreateCommand(
            "select address, seq, epoch, mapping, external_id, type, at, body::text from actorsync.journal order by address, seq");
        await using var reader = await command.ExecuteReaderAsync();
        var entries = new List<JournalEntry>();
        while (await reader.ReadAsync())
        {
            entries.Add(new JournalEntry(
                reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2), new ActorId(reader.GetInt16(3), reader.GetGuid(4)),
                reader.GetString(5), reader.GetFieldValue<DateTimeOffset>(6), reader.GetString(7)));
        }

        return entries;
    }

    public override async Task<IReadOnlyList<ActorSnapshot>> SnapshotsAsync()
    {
        var snapshots = new List<ActorSnapshot>();
        await foreach (var snapshot in new JournalReader(_database.Engine).SnapshotsAsync(CancellationToken.None))
        {
            snapshots.Add(snapshot);
        }

        return snapshots;
    }

    public override async Task<DateTimeOffset?> DoubtfulSinceAsync(Guid submission)
    {
        await using var command = _database.Engine.CreateCommand("select doubtful_since from actorsync.submission where submission = $1 and doubtful_since is not null");
        command.Parameters.Add(new() { Value = submission });
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? reader.GetFieldValue<DateTimeOffset>(0) : null;
    }

    public override async Task WaitsAsync(Func<Task> statement) =>
        (await Should.ThrowAsync<PostgresException>(statement)).SqlState.ShouldBe(PostgresErrorCodes.LockNotAvailable);

    public override async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        await _engine.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static string Trigger(string when, string body, string name = "rule") => $"""
        create function public.rule() returns trigger language plpgsql as $$ begin {body} end $$;
        create trigger "{name}" {when} on salesforce.account for each row execute function public.rule()
        """;

    private sealed class Session(NpgsqlConnection connection, NpgsqlTransaction transaction) : ApplicationSession
    {
        public override Task InsertAsync(Guid key, params (string Field, string? Value)[] fields) => ExecuteAsync(
            $"insert into salesforce.account({string.Join(", ", fields.Select(field => Column(field.Field)).Prepend("actorsync_id__c"))}) values ({string.Join(", ", fields.Select((_, i) => $"${i + 2}").Prepend("$1"))})",
            key, fields);

        public override async Task<bool> UpdateAsync(Guid key, params (string Field, string? Value)[] fields) =>
            await ExecuteAsync($"update salesforce.account set {string.Join(", ", fields.Select((field, i) => $"{Column(field.Field)} = ${i + 2}"))} where actorsync_id__c = $1", key, fields) == 1;

        public override Task TouchAsync(Guid key) => ExecuteAsync("update salesforce.account set unmapped = coalesce(unmapped, 0) + 1 where actorsync_id__c = $1", key);

        public override Task SetToItselfAsync(Guid key, string field) =>
            ExecuteAsync($"update salesforce.account set {Column(field)} = {Column(field)} where actorsync_id__c = $1", key);

        public override async Task<bool> DeleteAsync(Guid key) => await ExecuteAsync("delete from salesforce.account where actorsync_id__c = $1", key) == 1;

        public override Task LockAsync(Guid key) => ExecuteAsync("select 1 from salesforce.account where actorsync_id__c = $1 for update", key);

        public override Task SavepointAsync() => transaction.SaveAsync("script");

        public override Task RollbackToSavepointAsync() => transaction.RollbackAsync("script");

        public override Task CommitAsync() => transaction.CommitAsync();

        public override Task RollbackAsync() => transaction.RollbackAsync();

        public override async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }

        private static string Column(string field) => Mapping.Field(field)!.Column;

        private async Task<int> ExecuteAsync(string sql, Guid key, params (string Field, string? Value)[] fields)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            command.Parameters.Add(new() { Value = key });
            foreach (var (_, value) in fields)
            {
                command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = value });
            }

            try
            {
                return await command.ExecuteNonQueryAsync();
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                throw new MemoryLockException(error.MessageText);
            }
            catch (PostgresException error) when (error.SqlState[..2] == "23")
            {
                throw new MemoryRefusalException(error.MessageText, error.SqlState);
            }
        }
    }
}
