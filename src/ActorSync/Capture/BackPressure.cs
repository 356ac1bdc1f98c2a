using ActorSync.Coordination;
using ActorSync.Operations;
using ActorSync.Runtime.Turns;

namespace ActorSync.Capture;

/// <summary>Keeps changes in the change log while too many writes of their object wait for Salesforce: there they take no memory, no journal and no turn, however many millions they are.
/// Only they wait; other objects, outcomes, reads of Salesforce and owed rows go on. Where writes leave in the order of the log there is one queue, and all of it waits.</summary>
/// <param name="offersMax">Offers of an object above which no more of its changes are taken; they are taken again below nine tenths of it.</param>
/// <param name="inLogOrder">Writes leave in the order of the log.</param>
/// <param name="nameOf">What a mapping is called.</param>
internal sealed class BackPressure(IOfferTable offers, int offersMax, bool inLogOrder, TimeProvider clock, SyncLog log, Func<short, string>? nameOf = null)
{
    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(100);

    // Counting takes the longer the more offers there are: it is given this part of the time.
    private const int CountingPart = 20;

    private static readonly HeldChanges Everything = new(true, new HashSet<short>());

    private long _askedAt;
    private TimeSpan _tookLast;
    private int _taken;
    private bool _asked;
    private HeldChanges _held = HeldChanges.None;

    /// <summary>What of the change log is to be left alone. Asks the store ten times a second, seldom where that takes long, and sooner only when a tenth of what may wait was taken meanwhile.</summary>
    /// <param name="taken">Changes taken since the last call.</param>
    public async Task<HeldChanges> HeldAsync(int taken, CancellationToken stop)
    {
        _taken += taken;
        var interval = _tookLast * CountingPart > AskInterval ? _tookLast * CountingPart : AskInterval;
        if (_asked && _taken < Math.Max(1, offersMax / 10) && clock.GetElapsedTime(_askedAt) < interval)
        {
            return _held;
        }

        (_asked, _taken, _askedAt) = (true, 0, clock.GetTimestamp());
        _held = inLogOrder ? await OneQueueAsync(stop) : await ByMappingAsync(stop);
        _tookLast = clock.GetElapsedTime(_askedAt);
        return _held;
    }

    private async Task<HeldChanges> OneQueueAsync(CancellationToken stop)
    {
        var holds = await offers.ExceedAsync(_held.All ? offersMax / 10 * 9 : offersMax, stop);
        if (holds != _held.All)
        {
            Say("", holds);
        }

        return holds ? Everything : HeldChanges.None;
    }

    private async Task<HeldChanges> ByMappingAsync(CancellationToken stop)
    {
        var waiting = await offers.CrowdedAsync(offersMax / 10 * 9, stop);
        var held = waiting.Where(mapping => mapping.Value > offersMax || _held.Mappings.Contains(mapping.Key)).Select(mapping => mapping.Key).ToHashSet();
        foreach (var mapping in held.Except(_held.Mappings))
        {
            Say($"{Name(mapping)}: ", isHeld: true);
        }

        foreach (var mapping in _held.Mappings.Except(held))
        {
            Say($"{Name(mapping)}: ", isHeld: false);
        }

        return held.Count == 0 ? HeldChanges.None : new HeldChanges(false, held);
    }

    private string Name(short mapping) => nameOf?.Invoke(mapping) ?? $"mapping {mapping}";

    private void Say(string whose, bool isHeld) => log.Say(isHeld
        ? $"{whose}more than {offersMax} writes wait for Salesforce: further changes stay in the change log until there are fewer; nothing is lost and nothing needs to be done"
        : $"{whose}fewer writes wait for Salesforce: changes are taken from the change log again");
}
