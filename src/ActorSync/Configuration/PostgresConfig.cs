namespace ActorSync.Configuration;

/// <summary>The database of the mapped tables and of the engine's own schema.</summary>
internal sealed record PostgresConfig
{
    /// <summary>Where the database is and who signs in.</summary>
    public required PostgresUrl Url { get; init; }

    /// <summary>The file that held <see cref="Url"/>; null: it was written in the configuration.</summary>
    public required string? UrlFile { get; init; }

    /// <summary>Longest time one SQL command may take, 1 s to 10 min.</summary>
    public required TimeSpan CommandTimeout { get; init; }

    /// <summary>The schema that holds the mapped tables; a PostgreSQL name of at most 63 bytes.</summary>
    public required string Schema { get; init; }
}
