namespace ActorSync.OrgSimulator.Http;

/// <summary>Holds the next matching call at one point of its life until the test lets it go. Ends unused when disposed.</summary>
public sealed class CallHold : IDisposable
{
    private readonly Func<OrgCall, bool> _matches;
    private readonly TaskCompletionSource<OrgCall> _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<HoldEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken;

    internal CallHold(Func<OrgCall, bool> matches, HoldPoint point)
    {
        _matches = matches;
        Point = point;
    }

    /// <summary>Where the call is held.</summary>
    public HoldPoint Point { get; }

    /// <summary>Completes with the call when it reaches the hold.</summary>
    public Task<OrgCall> Arrived => _arrived.Task;

    /// <summary>Lets the call go on: to its effect, or to its answer.</summary>
    public void Release() => _ended.TrySetResult(HoldEnd.Released);

    /// <summary>Closes the call's connection without an answer; a call held before its effect never takes effect.</summary>
    public void Drop() => _ended.TrySetResult(HoldEnd.Dropped);

    /// <summary>Releases the call, or forgets the hold if none arrived.</summary>
    public void Dispose()
    {
        Interlocked.Exchange(ref _taken, 1);
        Release();
    }

    internal bool IsOver => Volatile.Read(ref _taken) != 0;

    internal bool TryTake(OrgCall call, HoldPoint point) =>
        Point == point && Volatile.Read(ref _taken) == 0 && _matches(call) && Interlocked.Exchange(ref _taken, 1) == 0;

    internal Task<HoldEnd> WaitAsync(OrgCall call, CancellationToken stopping)
    {
        _arrived.TrySetResult(call);
        return _ended.Task.WaitAsync(stopping);
    }
}

internal enum HoldEnd
{
    Released,
    Dropped,
}
