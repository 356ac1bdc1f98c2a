using ActorSync.Configuration;
using Npgsql;

namespace ActorSync.EmbeddedPostgres;

/// <summary>
/// A PostgreSQL for the demo and the tests: a private cluster, or the server that ACTORSYNC_POSTGRES names. Disposing stops a
/// private cluster; an existing server is left alone.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly PrivateCluster? _cluster;
    private readonly NpgsqlDataSource _maintenance;

    private PostgresServer(NpgsqlConnectionStringBuilder settings, PrivateCluster? cluster)
    {
        _settings = settings;
        _cluster = cluster;
        _maintenance = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            MaxPoolSize = 4,
            ApplicationName = "actorsync",
        });
    }

    /// <summary>False when the server is an existing one.</summary>
    public bool IsPrivate => _cluster is not null;

    /// <summary>Npgsql connection string of the maintenance database.</summary>
    public string ConnectionString => _settings.ConnectionString;

    /// <summary>Has a server ready to use, with hstore at hand.</summary>
    /// <exception cref="PostgresServerException">The message says what to do.</exception>
    public static async Task<PostgresServer> StartAsync(PostgresServerOptions options, CancellationToken ct)
    {
        var server = string.IsNullOrWhiteSpace(options.ExistingServer)
            ? await StartPrivateAsync(options, ct)
            : new PostgresServer(ReadAddress(options.ExistingServer), null);
        try
        {
            await server.CheckAsync(ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Npgsql connection string of a database of this server.</summary>
    public string ConnectionStringOf(string database) =>
        new NpgsqlConnectionStringBuilder(_settings.ConnectionString) { Database = database }.ConnectionString;

    /// <summary>The address to give to a person: <c>psql</c> takes it as it is. Holds the password.</summary>
    public Uri UrlOf(string database)
    {
        var user = Uri.EscapeDataString(_settings.Username ?? "") +
            (_settings.Password is { Length: > 0 } password ? ":" + Uri.EscapeDataString(password) : "");
        return new Uri($"postgres://{user}@{_settings.Host}:{_settings.Port}/{Uri.EscapeDataString(database)}");
    }

    /// <summary>Creates a database and gives its connection string.</summary>
    /// <param name="name">Must not exist yet; at most 63 bytes.</param>
    /// <param name="template">The database to copy, with no session in it; null: an empty one.</param>
    /// <exception cref="PostgresServerException">The name is taken, or the login may not create databases.</exception>
    public async Task<string> CreateDatabaseAsync(string name, string? template, CancellationToken ct)
    {
        try
        {
            await ExecuteAsync($"CREATE DATABASE {Quoted(name)} TEMPLATE {Quoted(template ?? "template0")}", ct);
            return ConnectionStringOf(name);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new PostgresServerException(
                $"Database {name} could not be created ({e.MessageText}): " +
                (e.SqlState == PostgresErrorCodes.DuplicateDatabase ? "drop it or use another name" : $"give {_settings.Username} the right with ALTER ROLE ... CREATEDB"), e);
        }
    }

    /// <inheritdoc cref="CreateDatabaseAsync(string, string?, CancellationToken)"/>
    public Task<string> CreateDatabaseAsync(string name, CancellationToken ct) => CreateDatabaseAsync(name, null, ct);

    /// <summary>Drops a database with every session in it; does nothing when there is none of that name.</summary>
    public Task DropDatabaseAsync(string name, CancellationToken ct) =>
        ExecuteAsync($"DROP DATABASE IF EXISTS {Quoted(name)} WITH (FORCE)", ct);

    public async ValueTask DisposeAsync()
    {
        await _maintenance.DisposeAsync();
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    private static NpgsqlConnectionStringBuilder ReadAddress(string address)
    {
        var (url, message, remedy) = PostgresUrlReader.Read(address);
        return url is null
            ? throw new PostgresServerException($"{PostgresServerOptions.ExistingServerVariable} {message}: {remedy}")
            : new NpgsqlConnectionStringBuilder(url.ConnectionString.Reveal());
    }

    private static async Task<PostgresServer> StartPrivateAsync(PostgresServerOptions options, CancellationToken ct)
    {
        var cluster = await PrivateCluster.StartAsync(options, TimeProvider.System, ct);
        return new PostgresServer(cluster.Settings, cluster);
    }

    private async Task CheckAsync(CancellationToken ct)
    {
        try
        {
            await using var command = _maintenance.CreateCommand(
                "SELECT current_setting('server_version_num')::int / 10000, " +
                "EXISTS (SELECT FROM pg_available_extensions WHERE name = 'hstore')");
            await using var row = await command.ExecuteReaderAsync(ct);
            await row.ReadAsync(ct);
            var (version, hasHstore) = (row.GetInt32(0), row.GetBoolean(1));
            if (version < PostgresPrograms.MajorVersionMin || !hasHstore)
            {
                throw new PostgresServerException(hasHstore
                    ? $"The server at {_settings.Host}:{_settings.Port} is PostgreSQL {version}: {PostgresPrograms.MajorVersionMin} or newer is needed"
                    : $"The server at {_settings.Host}:{_settings.Port} has no hstore extension: install PostgreSQL's contrib package there");
            }
        }
        catch (NpgsqlException e)
        {
            throw new PostgresServerException(
                $"The server at {_settings.Host}:{_settings.Port} does not let user {_settings.Username} into database " +
                $"{_settings.Database ?? _settings.Username} ({e.Message})" +
                (IsPrivate ? "" : $": correct {PostgresServerOptions.ExistingServerVariable}, or unset it to use a private server"), e);
        }
    }

    private async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var command = _maintenance.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static string Quoted(string identifier) => "\"" + identifier.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
