using System.Collections.Concurrent;
using System.Diagnostics;
using ActorSync.Commands;

namespace ActorSync.Bench;

/// <summary>This program once more, as a process of its own that ends when we do, however we do.</summary>
internal sealed class ChildProgram : IAsyncDisposable
{
    private const int TailLinesMax = 20;
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly TimeProvider _clock;
    private readonly StreamWriter _log;
    private readonly ConcurrentQueue<string> _tail = new();

    private ChildProgram(Process process, StreamWriter log, TimeProvider clock) => (_process, _log, _clock) = (process, log, clock);

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>True once it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The last lines it said.</summary>
    public string Tail => string.Join('\n', _tail);

    /// <summary>Starts it.</summary>
    /// <param name="arguments">Without <c>--exit-with-stdin</c>.</param>
    /// <param name="environment">Addresses and secrets, never on the command line.</param>
    /// <param name="logFile">Gets every line it says.</param>
    /// <param name="hear">Told every line of its standard output.</param>
    public static ChildProgram Start(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string logFile, TimeProvider clock, Action<string>? hear = null)
    {
        var program = Environment.ProcessPath ?? "dotnet";
        var isHost = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        string[] all = [.. isHost ? new[] { typeof(ChildProgram).Assembly.Location } : [], .. arguments, "--exit-with-stdin"];
        foreach (var argument in all)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new CommandException(ExitCode.Failed, $"{program} cannot be started");
        var child = new ChildProgram(process, new StreamWriter(logFile, append: false) { AutoFlush = true }, clock);
        process.OutputDataReceived += (_, line) => child.Keep(line.Data, hear);
        process.ErrorDataReceived += (_, line) => child.Keep(line.Data, null);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Closes its standard input, which tells it to drain; one that does not is killed.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using (var patience = new CancellationTokenSource(DrainMax, _clock))
        {
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        await _log.DisposeAsync();
    }

    private void Keep(string? line, Action<string>? hear)
    {
        if (line is null)
        {
            return;
        }

        lock (_log)
        {
            _log.WriteLine(line);
            _tail.Enqueue(line);
            if (_tail.Count > TailLinesMax)
            {
                _tail.TryDequeue(out _);
            }
        }

        hear?.Invoke(line);
    }
}
