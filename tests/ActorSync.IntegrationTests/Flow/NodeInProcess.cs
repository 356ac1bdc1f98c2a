using ActorSync.Configuration;
using ActorSync.Operations;
using ActorSync.TestKit.Time;
using Shouldly;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>A node that runs in the test process: quick to start, drained to stop.</summary>
internal sealed class NodeInProcess : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly StringWriter _text = new();
    private readonly TextWriter _output;
    private readonly Task<int> _running;

    private NodeInProcess(SyncConfig config, Func<NodeOptions, NodeOptions>? adjust, TimeProvider clock)
    {
        _output = TextWriter.Synchronized(_text);
        var log = new SyncLog(_output, TimeProvider.System, verbose: true);
        _running = Task.Run(() => SyncNode.RunAsync(config, clock, log, _stop.Token, adjust));
    }

    /// <summary>What it has said so far.</summary>
    public string Log
    {
        get
        {
            lock (_output)
            {
                return _text.ToString();
            }
        }
    }

    /// <param name="adjust">What no configuration offers.</param>
    /// <param name="clock">Its own clock; null: the one of a node's process.</param>
    public static NodeInProcess Start(SyncConfig config, Func<NodeOptions, NodeOptions>? adjust = null, TimeProvider? clock = null) => new(config, adjust, clock ?? new BootTimeProvider());

    /// <summary>Waits until it says a line that contains this.</summary>
    public Task SaysAsync(string text) => Eventually.HoldsAsync($"the node to say '{text}'; it said:\n{Log}", () =>
    {
        _running.IsFaulted.ShouldBeFalse(_running.Exception?.ToString());
        return Task.FromResult(Log.Contains(text, StringComparison.Ordinal));
    });

    /// <summary>Drains it. A node that failed throws here what it failed with.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        (await _running).ShouldBe(0);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        await _output.DisposeAsync();
    }
}
