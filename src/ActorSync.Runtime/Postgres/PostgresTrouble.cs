using System.Net.Sockets;
using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Runtime.Postgres;

/// <summary>Tells trouble of the environment, which is waited out, from a defect in a message, which is isolated. By SQLSTATE, never by text.</summary>
public static class PostgresTrouble
{
    /// <summary>True for connections, locks, deadlocks, disk, memory, shutdown, read-only and the like: try the same turn again.</summary>
    public static bool IsEnvironment(Exception error) => error switch
    {
        // The journal has no partition for the time it is: nothing can be journaled until one is made, and no message is to blame.
        PostgresException { SqlState: PostgresErrorCodes.CheckViolation, SchemaName: RuntimeOptions.Schema, TableName: "journal", ConstraintName: null or "" } => true,
        PostgresException { SqlState: var state } => state[..2] is "08" or "53" or "57" or "58" or "40" or "25" or "28" or "3D" || state is "55P03" or "XX001" or "XX002" or "42501",
        NpgsqlException => true,
        SocketException or IOException or TimeoutException => true,
        // What Npgsql throws from a connection that breaks between two commands of a transaction.
        ObjectDisposedException => true,
        AggregateException { InnerException: { } inner } => IsEnvironment(inner),
        _ => false,
    };
}
