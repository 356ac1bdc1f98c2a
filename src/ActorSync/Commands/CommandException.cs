namespace ActorSync.Commands;

/// <summary>Ends a command with one clear message and its exit code.</summary>
internal sealed class CommandException(ExitCode code, string message, Exception? cause = null) : Exception(message, cause)
{
    public ExitCode Code { get; } = code;
}
