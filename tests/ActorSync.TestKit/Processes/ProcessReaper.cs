using System.Diagnostics;

namespace ActorSync.TestKit.Processes;

/// <summary>Kills the children of this process when it dies, however it dies: a shell that waits for the end of its input.</summary>
internal static class ProcessReaper
{
    private const string Script = """
        children=' '
        while read -r change child; do
            case $change in
                started) children="$children$child " ;;
                ended) children="${children%% "$child" *} ${children#* "$child" }" ;;
            esac
        done
        for child in $children; do kill -s CONT "$child"; kill -s KILL "$child"; done 2>/dev/null
        """;

    private static readonly Lock WriteLock = new();
    private static readonly Lazy<Process> Shell = new(() => Process.Start(
        new ProcessStartInfo("setsid", ["sh", "-c", Script, "actorsync-test-reaper"]) { RedirectStandardInput = true })!);

    public static void Started(int processId) => Write("started", processId);

    public static void Ended(int processId) => Write("ended", processId);

    private static void Write(string change, int processId)
    {
        lock (WriteLock)
        {
            Shell.Value.StandardInput.WriteLine($"{change} {processId}");
            Shell.Value.StandardInput.Flush();
        }
    }
}
