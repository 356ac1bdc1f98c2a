using System.CommandLine;

namespace ActorSync.Commands;

/// <summary>A parent that keeps our standard input open keeps us running; when it dies, however it dies, the input ends.</summary>
internal static class StandardInput
{
    /// <summary><c>--exit-with-stdin</c>, for parents of ours.</summary>
    public static Option<bool> ExitOption() => new("--exit-with-stdin") { Description = "Stop when standard input ends.", Hidden = true };

    /// <summary>Completes when the input ends or fails. What is written to it is ignored.</summary>
    public static async Task EndAsync(Stream input, CancellationToken stop)
    {
        var buffer = new byte[256];
        try
        {
            while (await input.ReadAsync(buffer, stop) > 0)
            {
            }
        }
        catch (IOException)
        {
        }
    }
}
