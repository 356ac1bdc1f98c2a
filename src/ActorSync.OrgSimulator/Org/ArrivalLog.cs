namespace ActorSync.OrgSimulator.Org;

/// <summary>The newest arrivals, numbered from 1 without gaps; the oldest are dropped beyond <paramref name="recordsMax"/>.</summary>
internal sealed class ArrivalLog(int recordsMax)
{
    private readonly Queue<Arrival> _arrivals = new();
    private long _last;

    public long Last => _last;

    public void Add(Arrival arrival)
    {
        _arrivals.Enqueue(arrival with { Sequence = ++_last });
        if (_arrivals.Count > recordsMax)
        {
            _arrivals.Dequeue();
        }
    }

    public IReadOnlyList<Arrival> From(long sequence, int countMax)
    {
        long first = _last - _arrivals.Count + 1;
        return [.. _arrivals.Skip((int)Math.Max(0, sequence - first)).Take(countMax)];
    }
}
