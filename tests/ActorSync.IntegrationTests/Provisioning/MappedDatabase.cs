using ActorSync.Configuration;
using ActorSync.Domain.Mapping;
using ActorSync.Provisioning;
using ActorSync.Runtime.Postgres;
using ActorSync.TestKit.Postgres;
using Npgsql;
using Shouldly;
using MappingAccess = ActorSync.Configuration.MappingAccess;

namespace ActorSync.IntegrationTests.Provisioning;

/// <summary>A database with the engine schema, tables mapped to <see cref="SampleOrg"/>, and a login for the application. The tests' own login is the engine's.</summary>
internal sealed class MappedDatabase : IAsyncDisposable
{
    private const string ApplicationPassword = "application";
    private readonly TestDatabase _database;

    private MappedDatabase(TestDatabase database) => _database = database;

    public SampleOrg Org { get; } = new();

    public NpgsqlDataSource Engine => _database.DataSource;

    public string Name => _database.Name;

    /// <summary>The application's login; a role of this database's name.</summary>
    public string ApplicationRole => Name + "_app";

    /// <summary>An engine schema and nothing mapped.</summary>
    public static async Task<MappedDatabase> EmptyAsync()
    {
        var database = new MappedDatabase(await TestDatabase.CreateAsync("provisioning", PrepareAsync));
        await database.ExecuteAsync($"create role {database.ApplicationRole} login password '{ApplicationPassword}'");
        return database;
    }

    /// <summary>Account as salesforce.account, or the mappings given; the application may do everything with the tables.</summary>
    public static async Task<MappedDatabase> CreateAsync(params MappingConfig[] mappings)
    {
        var database = await EmptyAsync();
        await database.ApplyAsync(mappings.Length == 0 ? [Account()] : mappings);
        await database.LetApplicationInAsync();
        return database;
    }

    /// <summary>The application may do everything with the tables there are now.</summary>
    public Task LetApplicationInAsync() => ExecuteAsync($"""
        grant usage on schema salesforce to {ApplicationRole};
        grant all on all tables in schema salesforce to {ApplicationRole};
        grant all on all sequences in schema salesforce to {ApplicationRole}
        """);

    public static MappingConfig Account(params string[] fields) =>
        Mapping("Account", fields.Length == 0 ? ["Name", "Phone", "AnnualRevenue", "FollowUp__c", "Founded__c", "Active__c"] : fields);

    public static MappingConfig Mapping(string name, params string[] fields) => new()
    {
        Object = name,
        Table = name.ToLowerInvariant(),
        Access = MappingAccess.ReadWrite,
        ExternalId = "ActorSync_Id__c",
        Policy = ConflictPolicyConfig.LatestWins,
        TieBreak = TieBreakConfig.SalesforceWins,
        Fields = [.. fields.Select(field => new FieldConfig { Name = field, Policy = ConflictPolicyConfig.LatestWins })],
    };

    public static MappingConfig ReadOnlyAccount() => Account() with { Access = MappingAccess.ReadOnly };

    public Task<IReadOnlyList<ObjectMapping>> ApplyAsync(params MappingConfig[] mappings) => ApplyAsync(Engine, new ProvisioningLimits(), mappings);

    public Task<IReadOnlyList<ObjectMapping>> ApplyAsync(NpgsqlDataSource login, ProvisioningLimits limits, params MappingConfig[] mappings) =>
        new Provisioner(login, TimeProvider.System, limits).ApplyAsync(Config(mappings), Org.DescribeAsync, CancellationToken.None);

    public Task ExecuteAsync(string sql) => _database.ExecuteAsync(sql);

    public Task<T?> QueryAsync<T>(string sql) => _database.QueryAsync<T>(sql);

    /// <summary>Runs statements as the application, in a session with the options given (as libpq's -c).</summary>
    public async Task AsApplicationAsync(string sql, string options = "")
    {
        await using var application = ApplicationLogin(options);
        await using var command = application.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Connections of the engine's login, with options as libpq's -c.</summary>
    public NpgsqlDataSource EngineLogin(string options) => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Options = options });

    public NpgsqlDataSource ApplicationLogin(string options = "") => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database.ConnectionString)
    {
        Username = ApplicationRole,
        Password = ApplicationPassword,
        Options = options,
        Pooling = false,
    });

    /// <summary>What capture has logged, in the order of its ids.</summary>
    public async Task<IReadOnlyList<LoggedChange>> ChangesAsync()
    {
        await using var command = Engine.CreateCommand(
            "select operation::text, mapping, external_id, birth, revision, origin, old_values::text, new_values::text, shard = actorsync.shard_of(external_id) from actorsync.change_log order by id");
        await using var reader = await command.ExecuteReaderAsync();
        var changes = new List<LoggedChange>();
        while (await reader.ReadAsync())
        {
            reader.GetBoolean(8).ShouldBeTrue("the shard is the record's");
            changes.Add(new(
                reader.GetString(0)[0],
                reader.GetInt16(1),
                reader.GetGuid(2),
                reader.GetInt64(3),
                reader.GetInt64(4),
                reader.IsDBNull(5) ? null : reader.GetGuid(5),
                reader.IsDBNull(6) ? null : reader.GetString(6),
                reader.IsDBNull(7) ? null : reader.GetString(7)));
        }

        return changes;
    }

    /// <summary>Forgets what was logged so far.</summary>
    public Task ForgetChangesAsync() => ExecuteAsync("delete from actorsync.change_log");

    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync($"drop owned by {ApplicationRole} cascade; drop role {ApplicationRole}");
        await _database.DisposeAsync();
    }

    // Provisioning reads these parts only; the others would fail if it did not.
    private static SyncConfig Config(MappingConfig[] mappings) => new()
    {
        Node = null!,
        Postgres = new PostgresConfig { Url = null!, UrlFile = null, CommandTimeout = TimeSpan.FromSeconds(30), Schema = "salesforce" },
        Salesforce = null!,
        Runtime = null!,
        Coordinator = null!,
        Feed = null!,
        Conflict = new ConflictConfig { Policy = ConflictPolicyConfig.LatestWins, ClockTolerance = TimeSpan.FromSeconds(2), TieBreak = TieBreakConfig.SalesforceWins },
        MappingDefaults = null!,
        Mappings = [.. mappings],
    };

    private static async Task PrepareAsync(string connectionString)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await new SchemaMigrator(database).MigrateAsync(32, CancellationToken.None);
    }
}

/// <summary>A row of the change log.</summary>
internal sealed record LoggedChange(char Operation, short Mapping, Guid ExternalId, long Birth, long Revision, Guid? Origin, string? Old, string? New);
