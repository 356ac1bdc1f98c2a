using System.Diagnostics;
using System.Text.RegularExpressions;
using ActorSync.EmbeddedPostgres;
using ActorSync.TestKit.Time;
using Shouldly;

namespace ActorSync.TestKit.Processes;

/// <summary>
/// A real process under test. Its output is collected; it is killed when disposed, and when the test process dies.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int OutputLinesMax = 100_000;

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<(Regex Pattern, TaskCompletionSource<string> Seen)> _waits = [];
    private readonly Task _ended;

    private ChildProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _ended = EndAsync();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Null while it runs. What it said last may still be on its way: <see cref="ExitAsync"/> waits for that.</summary>
    public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    /// <summary>Standard output and standard error, line by line as they came.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Starts the node's program (actorsync.dll of this build) with arguments and, over the inherited ones, environment variables.</summary>
    public static ChildProcess StartActorSync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null) =>
        Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "actorsync.dll"), .. arguments], environment);

    /// <summary>Starts any program.</summary>
    /// <param name="program">A name in PATH or a path.</param>
    /// <param name="arguments">Passed as they are, no shell.</param>
    /// <param name="environment">Added to ours; a null value removes the variable.</param>
    /// <param name="folder">The working directory; null: ours.</param>
    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? "",
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // no sockets in the temporary folder of a process we kill
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        ProcessReaper.Started(process.Id);
        process.StandardInput.Close();
        return new ChildProcess(process);
    }

    /// <summary>The first line that matches, of those that came and those still to come.</summary>
    /// <param name="pattern">A regular expression.</param>
    /// <param name="within">The deadline in real time; null: <see cref="Eventually.DefaultMax"/>.</param>
    /// <exception cref="ShouldAssertException">No such line came in time, or the process ended; the output is in the message.</exception>
    public async Task<string> LineAsync(string pattern, TimeSpan? within = null)
    {
        var deadline = within ?? Eventually.DefaultMax;
        var seen = WaitFor(new Regex(pattern, RegexOptions.CultureInvariant));
        try
        {
            await Task.WhenAny(seen, _ended).WaitAsync(deadline, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            throw new ShouldAssertException($"No line like /{pattern}/ within {deadline.TotalSeconds:0.#} s. Output:\n{Text()}");
        }

        return seen.IsCompleted
            ? await seen
            : throw new ShouldAssertException($"The process ended with code {_process.ExitCode} before a line like /{pattern}/. Output:\n{Text()}");
    }

    /// <summary>Waits for the process to end, and gives its exit code once all output is collected.</summary>
    /// <exception cref="ShouldAssertException">It did not end in time.</exception>
    public async Task<int> ExitAsync(TimeSpan? within = null)
    {
        var deadline = within ?? Eventually.DefaultMax;
        try
        {
            await _ended.WaitAsync(deadline, TimeProvider.System);
            return _process.ExitCode;
        }
        catch (TimeoutException)
        {
            throw new ShouldAssertException($"The process did not end within {deadline.TotalSeconds:0.#} s. Output:\n{Text()}");
        }
    }

    /// <summary>kill -9: no handler runs, nothing is flushed.</summary>
    public Task KillAsync() => SignalAndEndAsync(Posix.Kill);

    /// <summary>What Ctrl-C sends, to this process alone.</summary>
    public void Interrupt() => Posix.Signal(Id, Posix.Interrupt);

    /// <summary>What `kill`, Docker and systemd send.</summary>
    public void Terminate() => Posix.Signal(Id, Posix.Terminate);

    /// <summary>SIGSTOP: the process stands still, as a machine that is paused. Time goes on for everyone else.</summary>
    public void Pause() => Posix.Signal(Id, Posix.Stop);

    /// <summary>SIGCONT: goes on after <see cref="Pause"/>.</summary>
    public void Resume() => Posix.Signal(Id, Posix.Continue);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private async Task SignalAndEndAsync(int signal)
    {
        if (!_process.HasExited)
        {
            Posix.Signal(Id, signal);
        }

        await _ended;
    }

    private Task<string> WaitFor(Regex pattern)
    {
        lock (_lock)
        {
            if (_lines.Find(line => pattern.IsMatch(line)) is { } line)
            {
                return Task.FromResult(line);
            }

            var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((pattern, seen));
            return seen.Task;
        }
    }

    private void Add(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lock)
        {
            if (_lines.Count < OutputLinesMax)
            {
                _lines.Add(line);
            }

            foreach (var wait in _waits.FindAll(wait => wait.Pattern.IsMatch(line)))
            {
                _waits.Remove(wait);
                wait.Seen.SetResult(line);
            }
        }
    }

    private async Task EndAsync()
    {
        await _process.WaitForExitAsync(); // and for the end of both outputs
        ProcessReaper.Ended(_process.Id);
    }

    private string Text() => string.Join('\n', Output.TakeLast(200));
}
