namespace ActorSync.Feeds;

/// <summary>Who was answered lately. A record asks again after each look for as long as its own write is not over, and a write may wait for a job or for the API budget for hours: one that goes on
/// asking is answered less and less often.</summary>
internal sealed class RepeatedAsks(TimeProvider clock)
{
    /// <summary>Who asks for no longer than this is answered each time.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Nobody waits longer for a further answer.</summary>
    public static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(30);

    // Who could have asked again for so long and has not begins anew.
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(10);

    // Then all begin anew: only a saving.
    private const int AskersMax = 50_000;

    // Pauses are this part of the time for which somebody has asked.
    private const int PartOfTime = 10;

    private readonly Dictionary<string, (long Since, long AnsweredAt)> _askers = new(StringComparer.Ordinal);
    private long _sweptAt;

    /// <summary>True if one of these has not had its answer lately.</summary>
    public bool IsDue(IReadOnlyCollection<string> sfids) =>
        sfids.Count == 0 || sfids.Any(sfid => !_askers.TryGetValue(sfid, out var asker) || clock.GetElapsedTime(asker.AnsweredAt) >= Pause(asker));

    /// <summary>These are answered now.</summary>
    public void Answer(IReadOnlyCollection<string> sfids)
    {
        var now = clock.GetTimestamp();
        if (_askers.Count > AskersMax)
        {
            _askers.Clear();
        }

        foreach (var sfid in sfids)
        {
            _askers[sfid] = (_askers.TryGetValue(sfid, out var asker) && !IsSilent(asker, now) ? asker.Since : now, now);
        }

        if (clock.GetElapsedTime(_sweptAt, now) > SilenceMax)
        {
            _sweptAt = now;
            foreach (var sfid in _askers.Where(entry => IsSilent(entry.Value, now)).Select(entry => entry.Key).ToArray())
            {
                _askers.Remove(sfid);
            }
        }
    }

    private bool IsSilent((long Since, long AnsweredAt) asker, long now) => clock.GetElapsedTime(asker.AnsweredAt, now) > Pause(asker) + SilenceMax;

    private TimeSpan Pause((long Since, long AnsweredAt) asker)
    {
        var pause = (clock.GetElapsedTime(asker.Since, asker.AnsweredAt) - Patience) / PartOfTime;
        return pause < TimeSpan.Zero ? TimeSpan.Zero : pause > PauseMax ? PauseMax : pause;
    }
}
