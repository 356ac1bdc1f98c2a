using Npgsql;

namespace ActorSync.Chaos.Traffic;

/// <summary>Tells a database that is being restarted from one that has something against a statement.</summary>
internal static class DatabaseTrouble
{
    /// <summary>The connection is lost, or the server is going down or coming up. A connection that breaks between two commands of ours is a disposed object to the second.</summary>
    public static bool IsAway(Exception error) => error switch
    {
        PostgresException { SqlState: var state } => state.StartsWith("57P", StringComparison.Ordinal) || state.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException or ObjectDisposedException => true,
        _ => false,
    };
}
