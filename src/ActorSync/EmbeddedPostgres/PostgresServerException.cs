namespace ActorSync.EmbeddedPostgres;

/// <summary>No server could be had. The message is for the user: what is wrong, where, and what to do.</summary>
internal class PostgresServerException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Another process uses the data folder.</summary>
internal sealed class DataFolderInUseException(string message, Exception? cause = null) : PostgresServerException(message, cause);
