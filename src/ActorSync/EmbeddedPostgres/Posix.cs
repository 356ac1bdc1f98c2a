using System.Runtime.InteropServices;

namespace ActorSync.EmbeddedPostgres;

/// <summary>The few system calls .NET has no API for. Linux only.</summary>
internal static class Posix
{
    /// <summary>Numbers of signal(7), the same on x86 and ARM.</summary>
    public const int Interrupt = 2, Quit = 3, Kill = 9, Terminate = 15, Continue = 18, Stop = 19;

    /// <summary>Sends a signal; false when there is no such process or it is not ours to signal.</summary>
    public static bool Signal(int processId, int signal) => processId > 1 && SendSignal(processId, signal) == 0;

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
