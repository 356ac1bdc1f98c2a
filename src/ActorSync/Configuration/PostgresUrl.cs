namespace ActorSync.Configuration;

/// <summary>Where a PostgreSQL database is and who signs in; <see cref="ToString"/> shows it without the password.</summary>
internal sealed record PostgresUrl
{
    /// <summary>Host name, address or socket folder.</summary>
    public required string Host { get; init; }

    public required int Port { get; init; }

    public required string Database { get; init; }

    public required string User { get; init; }

    /// <summary>The whole as Npgsql takes it, password and options included.</summary>
    public required Secret ConnectionString { get; init; }

    public override string ToString() => $"postgres://{User}@{Host}:{Port}/{Database}";
}
