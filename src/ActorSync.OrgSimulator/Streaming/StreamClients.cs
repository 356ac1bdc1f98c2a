using ActorSync.OrgSimulator.Org.Changes;

namespace ActorSync.OrgSimulator.Streaming;

/// <summary>The clients that shook hands with this server and were heard of since. A server that restarts knows none. Thread-safe.</summary>
internal sealed class StreamClients(ChangeEventLog log, StreamLimits limits, int seed, TimeProvider clock)
{
    /// <summary>Characters of a client id; real ones have about as many.</summary>
    private const int IdLength = 28;

    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, StreamSubscriber> _byId = new(StringComparer.Ordinal);

    public StreamLimits Limits => limits;

    /// <summary>Clients that are known now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                ForgetIdle();
                return _byId.Count;
            }
        }
    }

    /// <exception cref="StreamException">There are too many.</exception>
    public StreamSubscriber Open()
    {
        lock (_gate)
        {
            ForgetIdle();
            if (_byId.Count >= limits.ClientsMax)
            {
                throw new StreamException(StreamErrors.TooManyClients);
            }

            var subscriber = new StreamSubscriber(Draw(), Draw(), log) { UsedAt = clock.GetTimestamp() };
            _byId.Add(subscriber.Id, subscriber);
            return subscriber;
        }
    }

    /// <summary>The client of that id, noted as alive; null if it is not known, or no more.</summary>
    public StreamSubscriber? Find(string? id)
    {
        lock (_gate)
        {
            ForgetIdle();
            if (id is null || !_byId.TryGetValue(id, out var subscriber))
            {
                return null;
            }

            subscriber.UsedAt = clock.GetTimestamp();
            return subscriber;
        }
    }

    public void Forget(string? id)
    {
        lock (_gate)
        {
            if (id is not null && _byId.Remove(id, out var subscriber))
            {
                subscriber.Forget();
            }
        }
    }

    public void ForgetAll()
    {
        lock (_gate)
        {
            foreach (var subscriber in _byId.Values)
            {
                subscriber.Forget();
            }

            _byId.Clear();
        }
    }

    /// <summary>Holds a connect until there is something to tell, its time is up, another connect of the client comes, or one of the two ends goes away.</summary>
    public async Task HoldAsync(StreamSubscriber subscriber, TimeSpan timeout, CancellationToken gone)
    {
        var turn = subscriber.Turn();
        using var time = new CancellationTokenSource(timeout, clock);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(time.Token, gone);
        Hold(subscriber, 1);
        try
        {
            while (!over.IsCancellationRequested && !turn.IsCompleted && subscriber.Events(1, out var last).Count == 0)
            {
                Task either = Task.WhenAny(log.WaitAfter(last), turn);
                await either.WaitAsync(over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            Hold(subscriber, -1);
        }
    }

    private void Hold(StreamSubscriber subscriber, int more)
    {
        lock (_gate)
        {
            subscriber.Held += more;
            subscriber.UsedAt = clock.GetTimestamp();
        }
    }

    private void ForgetIdle()
    {
        foreach (var idle in _byId.Values.Where(s => s.Held == 0 && clock.GetElapsedTime(s.UsedAt) >= limits.IdleMax).ToList())
        {
            _byId.Remove(idle.Id);
            idle.Forget();
        }
    }

    private string Draw() => new(_random.GetItems("abcdefghijklmnopqrstuvwxyz0123456789".AsSpan(), IdLength));
}
