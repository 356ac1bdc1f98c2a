namespace ActorSync.Operations;

/// <summary>A configured port cannot be listened on. The message names the key and says what to do.</summary>
internal sealed class PortException(string message, Exception cause) : Exception(message, cause);
