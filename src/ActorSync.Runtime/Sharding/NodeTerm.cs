using ActorSync.Runtime.Hosting;

namespace ActorSync.Runtime.Sharding;

/// <summary>One life of a node: registered, kept alive by heartbeats, lost for ever once a heartbeat comes too late.
/// The holder trusts its leases from when a renewal STARTED until a margin before expiry, so a slow answer cannot stretch them.</summary>
public sealed class NodeTerm : IDisposable
{
    private readonly RuntimeOptions _options;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _lost = new();
    private long _trustedFrom;

    private NodeTerm(Guid id, RuntimeOptions options, TimeProvider clock, long startedAt)
    {
        Id = id;
        _options = options;
        _clock = clock;
        _trustedFrom = startedAt;
    }

    /// <summary>Id of this life, new at each start.</summary>
    public Guid Id { get; }

    /// <summary>Cancelled when the term is over: stop everything, start again under a new id.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>True while nobody else can hold our leases. Ask immediately before anything leaves the process.</summary>
    public bool IsTrusted =>
        !_lost.IsCancellationRequested
        && _clock.GetElapsedTime(Interlocked.Read(ref _trustedFrom)) < _options.LeaseTtl - _options.LeaseMargin;

    /// <summary>Registers a new life. It lasts until it is lost or ended: a node that stops stays alive until it has given everything back.</summary>
    /// <param name="kinds">The kinds of actors the node knows.</param>
    /// <param name="format">What it writes of states and events.</param>
    public static async Task<NodeTerm> BeginAsync(
        ILeaseTable table, string name, RuntimeOptions options, TimeProvider clock, CancellationToken stop, IReadOnlyCollection<short>? kinds = null, int format = 1)
    {
        var startedAt = clock.GetTimestamp();
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        var version = typeof(NodeTerm).Assembly.GetName().Version?.ToString() ?? "0";
        await table.RegisterAsync(id, new NodeProfile(name, version, kinds ?? [], format), options.LeaseTtl, stop);
        return new NodeTerm(id, options, clock, startedAt);
    }

    /// <summary>The life of no node: nobody registers it, and it holds nothing. For turns that are to be undone.</summary>
    public static NodeTerm OfNobody(RuntimeOptions options, TimeProvider clock) => new(Guid.Empty, options, clock, clock.GetTimestamp());

    /// <summary>Beats until the term is over. Trouble with the connection is tried again until the trust is gone.</summary>
    public async Task KeepAliveAsync(ILeaseTable table, Action<Exception> report)
    {
        while (!_lost.IsCancellationRequested)
        {
            await Task.Delay(_options.LeaseRenew, _clock, _lost.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_lost.IsCancellationRequested)
            {
                return;
            }

            await BeatAsync(table, report);
        }
    }

    /// <summary>One heartbeat. Ends the term when the node has expired, or when trouble lasts longer than the trust.</summary>
    public async Task BeatAsync(ILeaseTable table, Action<Exception> report)
    {
        var startedAt = _clock.GetTimestamp();
        try
        {
            // A connection that hangs must not take the term with it: the next beat has another one.
            if (await table.HeartbeatAsync(Id, _options.LeaseTtl, _lost.Token).WaitAsync((_options.LeaseTtl - _options.LeaseMargin) * 2 / 3, _clock, _lost.Token))
            {
                Interlocked.Exchange(ref _trustedFrom, startedAt);
            }
            else
            {
                _lost.Cancel();
            }
        }
        catch (OperationCanceledException) when (_lost.IsCancellationRequested)
        {
            // Over already.
        }
        catch (Exception error)
        {
            report(error);
            if (!IsTrusted)
            {
                _lost.Cancel();
            }
        }
    }

    /// <summary>Ends the term at once.</summary>
    public void End() => _lost.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _lost.Dispose();
}
