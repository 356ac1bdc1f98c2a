using ActorSync.Coordination;
using ActorSync.Operations;

namespace ActorSync.Capture;

/// <summary>Keeps changes in the change log while too many writes wait for Salesforce: there they take no memory, no journal and no turn, however many millions they are.
/// Only the log waits; outcomes, reads of Salesforce and owed rows go on, so that what is offered can get through.</summary>
/// <param name="offersMax">Offers above which no more changes are taken; they are taken again below nine tenths of it.</param>
/// <param name="inLogOrder">Writes leave in the order of the log.</param>
internal sealed class BackPressure(IOfferTable offers, int offersMax, bool inLogOrder, TimeProvider clock, SyncLog log)
{
    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(100);

    private long _askedAt;
    private int _taken;
    private bool _asked;
    private bool _holds;

    /// <summary>True while the change log is to be left alone. Asks the store ten times a second, and sooner only when a tenth of what may wait was taken meanwhile.</summary>
    /// <param name="taken">Changes taken since the last call.</param>
    public async Task<bool> HoldsAsync(int taken, CancellationToken stop)
    {
        _taken += taken;
        if (_asked && _taken < Math.Max(1, offersMax / 10) && clock.GetElapsedTime(_askedAt) < AskInterval)
        {
            return _holds;
        }

        (_asked, _taken, _askedAt) = (true, 0, clock.GetTimestamp());
        var holds = await offers.ExceedAsync(_holds ? offersMax / 10 * 9 : offersMax, inLogOrder, stop);
        if (holds != _holds)
        {
            log.Say(holds
                ? $"more than {offersMax} writes wait for Salesforce: further changes stay in the change log until there are fewer; nothing is lost and nothing needs to be done"
                : "fewer writes wait for Salesforce: changes are taken from the change log again");
        }

        return _holds = holds;
    }
}
