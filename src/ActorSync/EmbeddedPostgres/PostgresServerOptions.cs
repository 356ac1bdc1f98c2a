namespace ActorSync.EmbeddedPostgres;

/// <summary>How <see cref="PostgresServer.StartAsync"/> gets its server.</summary>
/// <param name="DataFolder">
/// Holds everything of a private cluster: data, log, password, locks. Made if missing, and given to the unprivileged
/// user when we are root. Not used with an existing server.
/// </param>
/// <param name="Log">Gets one line per step that takes time ("creating a PostgreSQL 15 cluster in ...").</param>
internal sealed record PostgresServerOptions(string DataFolder, Action<string> Log)
{
    /// <summary>Names an existing server: a postgres:// URL or an Npgsql connection string.</summary>
    public const string ExistingServerVariable = "ACTORSYNC_POSTGRES";

    /// <summary>The existing server to use; null or empty starts a private cluster.</summary>
    public string? ExistingServer { get; init; } = Environment.GetEnvironmentVariable(ExistingServerVariable);

    /// <summary>
    /// True keeps every commit through a crash of the machine. False (for tests) skips fsync: a crash of the processes
    /// still loses nothing, a crash of the machine may.
    /// </summary>
    public bool Durable { get; init; } = true;

    /// <summary>More settings of a private cluster, as <c>name=value</c>; they win over the usual ones.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Removes a cluster that an earlier run left in the folder instead of starting it again.</summary>
    public bool Fresh { get; init; }

    /// <summary>Removes the data folder once the server has stopped.</summary>
    public bool RemoveOnStop { get; init; }

    /// <summary>How long creating and starting the cluster may take. initdb needs 1 to 3 s, recovery after a crash more.</summary>
    public TimeSpan StartTimeoutMax { get; init; } = TimeSpan.FromSeconds(90);
}
