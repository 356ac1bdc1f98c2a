using ActorSync.Coordination;
using ActorSync.Operations;
using ActorSync.Runtime.Turns;

namespace ActorSync.Capture;

/// <summary>Keeps changes in the change log while too many writes wait for Salesforce: there they take no memory, no journal and no turn, however many millions they are.
/// Only those of the objects wait that have more than their share of the writes; other objects, outcomes, reads of Salesforce and owed rows go on. Where writes leave in the order of
/// the log there is one queue, and all of it waits.</summary>
/// <param name="offersMax">Offers above which no more changes are taken of the objects that have more than an equal share of it; they are taken again below nine tenths of it.</param>
/// <param name="shareMin">Writes that an object may have waiting however many others share, within the limit: fewer would not fill a Bulk job.</param>
/// <param name="inLogOrder">Writes leave in the order of the log.</param>
/// <param name="nameOf">What a mapping is called.</param>
internal sealed class BackPressure(IOfferTable offers, int offersMax, int shareMin, bool inLogOrder, TimeProvider clock, SyncLog log, Func<short, string> nameOf) : IDisposable
{
    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>An object with a backlog waits, and goes on, several times a minute: that is said once.</summary>
    private static readonly TimeSpan SayInterval = TimeSpan.FromMinutes(1);

    private static readonly HeldChanges Everything = new(true, new HashSet<short>());

    // Workers ask side by side.
    private readonly SemaphoreSlim _asking = new(1, 1);
    private readonly Dictionary<short, long> _saidAt = [];
    private readonly HashSet<short> _saidHeld = [];
    private long _askedAt;
    private int _taken;
    private bool _asked;
    private HeldChanges _held = HeldChanges.None;

    /// <summary>What of the change log is to be left alone. Asks the store ten times a second, and sooner only when a tenth of what may wait was taken meanwhile.</summary>
    /// <param name="taken">Changes taken since the last call.</param>
    public async Task<HeldChanges> HeldAsync(int taken, CancellationToken stop)
    {
        await _asking.WaitAsync(stop);
        try
        {
            return await AskAsync(taken, stop);
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _asking.Dispose();

    private async Task<HeldChanges> AskAsync(int taken, CancellationToken stop)
    {
        _taken += taken;
        if (_asked && _taken < Math.Max(1, offersMax / 10) && clock.GetElapsedTime(_askedAt) < AskInterval)
        {
            return _held;
        }

        (_asked, _taken, _askedAt) = (true, 0, clock.GetTimestamp());
        var max = _held == HeldChanges.None ? offersMax : offersMax / 10 * 9;
        return _held = inLogOrder ? await OneQueueAsync(max, stop) : await ByMappingAsync(max, stop);
    }

    private async Task<HeldChanges> OneQueueAsync(int max, CancellationToken stop)
    {
        var holds = await offers.ExceedAsync(max, inLogOrder: true, stop);
        if (holds != _held.All)
        {
            Say("", holds);
        }

        return holds ? Everything : HeldChanges.None;
    }

    private async Task<HeldChanges> ByMappingAsync(int max, CancellationToken stop)
    {
        var waiting = await offers.WaitingAsync(max, stop);
        var held = waiting.Where(of => of.Value > Math.Max(Math.Min(shareMin, max), (_held.Mappings.Contains(of.Key) ? max : offersMax) / waiting.Count)).Select(of => of.Key).ToHashSet();
        foreach (var mapping in held.Where(mapping => !_held.Mappings.Contains(mapping) && !(_saidAt.TryGetValue(mapping, out var at) && clock.GetElapsedTime(at) < SayInterval)))
        {
            _saidAt[mapping] = clock.GetTimestamp();
            _saidHeld.Add(mapping);
            Say($"{nameOf(mapping)}: ", isHeld: true);
        }

        foreach (var mapping in _held.Mappings.Where(mapping => !held.Contains(mapping) && _saidHeld.Remove(mapping)))
        {
            Say($"{nameOf(mapping)}: ", isHeld: false);
        }

        return held.Count == 0 ? HeldChanges.None : new HeldChanges(false, held);
    }

    private void Say(string whose, bool isHeld) => log.Say(isHeld
        ? $"{whose}more than {offersMax} writes wait for Salesforce: further changes stay in the change log until there are fewer; nothing is lost and nothing needs to be done"
        : $"{whose}fewer writes wait for Salesforce: changes are taken from the change log again");
}
