using System.Collections.Concurrent;
using System.Security.Cryptography;
using Npgsql;

namespace ActorSync.TestKit.Postgres;

/// <summary>
/// A database of one test, dropped when disposed. <code>await using var database = await TestDatabase.CreateAsync();</code>
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Templates = new(StringComparer.Ordinal);
    private static readonly string Run = RandomNumberGenerator.GetHexString(6, lowercase: true);
    private static int _count;
    private readonly bool _isShared;

    private TestDatabase(string name, string connectionString, bool isShared = true)
    {
        (Name, _isShared) = (name, isShared);
        ConnectionString = connectionString;
        DataSource = NpgsqlDataSource.Create(connectionString);
    }

    public string Name { get; }

    /// <summary>Npgsql connection string, as superuser on a private server.</summary>
    public string ConnectionString { get; }

    /// <summary>Pooled connections for the test itself; closed with the database.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>A database of a server that belongs to the test, and goes with it.</summary>
    public static TestDatabase At(string connectionString) => new(new NpgsqlConnectionStringBuilder(connectionString).Database!, connectionString, isShared: false);

    /// <summary>An empty database.</summary>
    public static Task<TestDatabase> CreateAsync() => CreateFromAsync(null);

    /// <summary>A copy of a template that is prepared once per process: migrations run once, not once per test.</summary>
    /// <param name="template">Names the template: lower-case letters, digits, underscores.</param>
    /// <param name="prepare">Fills the template; gets its connection string.</param>
    public static async Task<TestDatabase> CreateAsync(string template, Func<string, Task> prepare)
    {
        var ready = Templates.GetOrAdd(template, name => new Lazy<Task<string>>(() => PrepareAsync(name, prepare)));
        return await CreateFromAsync(await ready.Value);
    }

    /// <summary>Runs one SQL text, of one or more statements.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row; default when there is no row or it is null.</summary>
    public async Task<T?> QueryAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        var value = await command.ExecuteScalarAsync();
        return value is null or DBNull ? default : (T)value;
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        if (!_isShared)
        {
            return;
        }

        var server = await TestPostgres.ServerAsync();
        await server.DropDatabaseAsync(Name, CancellationToken.None);
    }

    private static async Task<TestDatabase> CreateFromAsync(string? template)
    {
        var server = await TestPostgres.ServerAsync();
        var name = NextName("test");
        return new TestDatabase(name, await server.CreateDatabaseAsync(name, template, CancellationToken.None));
    }

    private static async Task<string> PrepareAsync(string template, Func<string, Task> prepare)
    {
        var server = await TestPostgres.ServerAsync();
        var name = NextName("template_" + template);
        var connectionString = await server.CreateDatabaseAsync(name, CancellationToken.None);
        TestPostgres.AddTemplate(name);
        await prepare(connectionString);
        await using var pool = new NpgsqlConnection(connectionString);
        NpgsqlConnection.ClearPool(pool); // a template with a session in it cannot be copied
        return name;
    }

    /// <summary>Unique on a server that several test processes may share.</summary>
    private static string NextName(string kind) =>
        $"actorsync_{kind}_{Run}_{Interlocked.Increment(ref _count)}";
}
