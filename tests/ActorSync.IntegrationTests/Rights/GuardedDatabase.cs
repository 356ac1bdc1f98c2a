using ActorSync.EmbeddedPostgres;
using ActorSync.TestKit;
using ActorSync.TestKit.Postgres;
using ActorSync.TestKit.Processes;
using Npgsql;
using Shouldly;

namespace ActorSync.IntegrationTests.Rights;

/// <summary>A database with the two roles of docs/roles.sql, made by psql as its reader makes them. The database goes before the roles do.</summary>
internal sealed class GuardedDatabase : IAsyncDisposable
{
    /// <summary>Password of both roles; its characters are written otherwise in a URL.</summary>
    public const string Password = "pg/Zk7@guarded";

    private GuardedDatabase(TestDatabase database) => Database = database;

    /// <summary>The database, as a superuser has it.</summary>
    public TestDatabase Database { get; }

    public string Node => Database.Name + "_node";

    public string Application => Database.Name + "_shop";

    /// <summary>The node's login.</summary>
    public string NodeLogin => LoginOf(Node, pooled: true);

    /// <summary>The application's login.</summary>
    public string ApplicationLogin => LoginOf(Application, pooled: false);

    /// <param name="before">What the database has before the file is run.</param>
    public static async Task<GuardedDatabase> CreateAsync(string before = "")
    {
        var database = new GuardedDatabase(await TestDatabase.CreateAsync());
        await database.Database.ExecuteAsync($"{before};");
        await database.RunRolesFileAsync();
        await database.Database.ExecuteAsync($"alter role {database.Node} password '{Password}'; alter role {database.Application} password '{Password}'");
        return database;
    }

    /// <summary>Runs docs/roles.sql.</summary>
    public async Task RunRolesFileAsync()
    {
        var login = new NpgsqlConnectionStringBuilder(Database.ConnectionString);
        await using var psql = ChildProcess.Start(
            Psql(),
            [
                "-X", "-q", "-v", $"node={Node}", "-v", $"application={Application}", "-v", "schema=salesforce", "-f", Path.Combine(ProjectFolder.Root, "docs", "roles.sql"),
                "-h", login.Host!, "-p", $"{login.Port}", "-U", login.Username!, Database.Name,
            ],
            new Dictionary<string, string?> { ["PGPASSWORD"] = login.Password });
        (await psql.ExitAsync()).ShouldBe(0, string.Join('\n', psql.Output));
    }

    /// <summary>A statement of the application; the first value it gives.</summary>
    public async Task<object?> AsApplicationAsync(string sql)
    {
        await using var application = new NpgsqlConnection(ApplicationLogin);
        await application.OpenAsync();
        await using var command = new NpgsqlCommand(sql, application);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>What PostgreSQL refuses a login with: the SQLSTATE, null if it does not refuse.</summary>
    public static async Task<string?> RefusalAsync(string login, string sql)
    {
        await using var connection = new NpgsqlConnection(login);
        await connection.OpenAsync();
        try
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
            return null;
        }
        catch (PostgresException refused)
        {
            return refused.SqlState;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await using var server = NpgsqlDataSource.Create((await TestPostgres.ServerAsync()).ConnectionString);
        await using var drop = server.CreateCommand($"drop role {Node}; drop role {Application}");
        await drop.ExecuteNonQueryAsync();
    }

    private string LoginOf(string role, bool pooled) =>
        new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Username = role, Password = Password, Pooling = pooled }.ConnectionString;

    // Beside the server's programs, or in PATH: with an existing server there are none here.
    private static string Psql() =>
        Environment.GetEnvironmentVariable(PostgresServerOptions.ExistingServerVariable) is null or "" ? Path.Combine(PostgresPrograms.Find().Folder, "psql") : "psql";
}
