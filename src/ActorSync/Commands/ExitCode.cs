namespace ActorSync.Commands;

/// <summary>What the process returns: part of the program's contract with scripts, printed by <c>--help</c>.</summary>
internal enum ExitCode
{
    /// <summary>Done; also a node or a demo ended by Ctrl-C or SIGTERM.</summary>
    Ok = 0,

    /// <summary>It failed, or what was compared differs.</summary>
    Failed = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 2,

    /// <summary>The configuration, or what it names, is wrong.</summary>
    Configuration = 3,

    /// <summary>The database or the org cannot be reached, or denies.</summary>
    Unreachable = 4,

    /// <summary>Nothing is known of what was asked for.</summary>
    NotFound = 5,

    /// <summary>Interrupted before its end.</summary>
    Interrupted = 130,
}
