namespace ActorSync.EmbeddedPostgres;

/// <summary>No server could be had. The message is for the user: what is wrong, where, and what to do.</summary>
internal sealed class PostgresServerException(string message, Exception? cause = null) : Exception(message, cause);
