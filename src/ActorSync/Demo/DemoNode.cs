using System.Collections.Concurrent;
using System.Diagnostics;
using ActorSync.Commands;
using ActorSync.OrgSimulator;

namespace ActorSync.Demo;

/// <summary>The node as a process of its own, started again when somebody kills it. Its log goes to node.log.</summary>
internal sealed class DemoNode : IAsyncDisposable
{
    /// <summary>A node that ends this often without having lived for <see cref="LifeMin"/> will not come up.</summary>
    private const int ShortLivesMax = 3;

    private const int TailLinesMax = 8;

    /// <summary>A process ended by signal N shows exit code 128 + N.</summary>
    private const int SignalBase = 128;
    private static readonly TimeSpan LifeMin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RestartDelay = TimeSpan.FromMilliseconds(300);

    private readonly ProcessStartInfo _start;
    private readonly StreamWriter _log;
    private readonly TimeProvider _clock;
    private readonly Action<string> _say;
    private readonly ConcurrentQueue<string> _tail = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _keeping;
    private Process? _process;
    private int _restarts;

    private DemoNode(ProcessStartInfo start, string logFile, TimeProvider clock, Action<string> say)
    {
        _start = start;
        _clock = clock;
        _say = say;
        _log = new StreamWriter(logFile, append: false) { AutoFlush = true };
        _keeping = KeepAsync();
    }

    /// <summary>How often it was started again.</summary>
    public int Restarts => Volatile.Read(ref _restarts);

    /// <summary>Its process id; 0 while there is none.</summary>
    public int ProcessId => Volatile.Read(ref _process)?.Id ?? 0;

    /// <summary>Fails when the node cannot be kept running; never completes otherwise until disposed.</summary>
    public Task Keeping => _keeping;

    /// <summary>Starts the node with addresses and secrets in its environment, never on its command line.</summary>
    public static DemoNode Start(DemoDatabase database, OrgServer org, string folder, CommandScope scope, Action<string> say)
    {
        var program = Environment.ProcessPath ?? "dotnet";
        var isHost = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        string[] arguments = ["run", "-c", DemoFolder.Hocon("demo.conf"), "--exit-with-stdin", .. scope.Verbose ? new[] { "--verbose" } : []];
        foreach (var argument in isHost ? [typeof(DemoNode).Assembly.Location, .. arguments] : arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["ACTORSYNC_POSTGRES_URL"] = database.Url.OriginalString;
        start.Environment["ACTORSYNC_SALESFORCE_LOGIN_URL"] = org.Url.GetLeftPart(UriPartial.Authority);
        start.Environment["ACTORSYNC_SALESFORCE_CLIENT_ID"] = org.ClientId;
        start.Environment["ACTORSYNC_SALESFORCE_CLIENT_SECRET"] = org.ClientSecret;
        // The stories wait for reads of the feed, twice each.
        start.Environment["ACTORSYNC_FEED_INTERVAL"] = "500ms";
        return new DemoNode(start, Path.Combine(folder, "node.log"), scope.Clock, say);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _log.DisposeAsync();
        _ending.Dispose();
    }

    private async Task KeepAsync()
    {
        var shortLives = 0;
        while (!_ending.IsCancellationRequested)
        {
            var startedAt = _clock.GetTimestamp();
            var code = await LiveAsync();
            if (_ending.IsCancellationRequested)
            {
                return;
            }

            shortLives = _clock.GetElapsedTime(startedAt) < LifeMin ? shortLives + 1 : 0;
            if (code is (int)ExitCode.Usage or (int)ExitCode.Configuration || shortLives == ShortLivesMax)
            {
                throw new CommandException(ExitCode.Failed, $"the node does not start (exit code {code}):\n{string.Join('\n', _tail)}");
            }

            // Ctrl-C reaches the whole terminal group, the node perhaps before us.
            await Task.Delay(RestartDelay, _clock, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_ending.IsCancellationRequested)
            {
                Interlocked.Increment(ref _restarts);
                _say($"node {(code > SignalBase ? $"killed (signal {code - SignalBase})" : $"ended (exit code {code})")}; starting it again");
            }
        }
    }

    private async Task<int> LiveAsync()
    {
        using var process = Process.Start(_start) ?? throw new CommandException(ExitCode.Failed, $"{_start.FileName} cannot be started");
        Volatile.Write(ref _process, process);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.WaitForExitAsync(_ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!process.HasExited)
        {
            await DrainAsync(process);
        }

        Volatile.Write(ref _process, null);
        return process.ExitCode;
    }

    // The end of its standard input tells the node to drain; one that does not is killed.
    private async Task DrainAsync(Process process)
    {
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(DrainMax, _clock);
        await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private void Keep(string? line)
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
    }
}
