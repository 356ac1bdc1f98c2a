using ActorSync.Chaos.Traffic;

namespace ActorSync.Chaos.Judging;

/// <summary>Looks at the leases many times a second, as somebody outside can: when the first commit was seen under each term.</summary>
internal sealed class LeaseWatch(ChaosWorld world, TimeProvider clock)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly Dictionary<(int Address, long Epoch), List<(DateTimeOffset At, long BatchNo)>> _seen = [];

    /// <summary>Looks until stopped; a database that is away is asked again.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await LookAsync();
            }
            catch (Exception error) when (DatabaseTrouble.IsAway(error))
            {
                // Being restarted.
            }

            await Task.Delay(LookInterval, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>When a commit was first seen under a term; null when none was.</summary>
    public DateTimeOffset? FirstCommit(LeaseSpan span)
    {
        lock (_gate)
        {
            return _seen.TryGetValue((span.Address, span.Epoch), out var seen) && seen.FindIndex(look => look.BatchNo > span.BatchNo) is >= 0 and var index ? seen[index].At : null;
        }
    }

    private async Task LookAsync()
    {
        await using var command = world.Application.CreateCommand("select address, epoch, batch_no from actorsync.lease");
        await using var reader = await command.ExecuteReaderAsync();
        var at = clock.GetUtcNow();
        while (await reader.ReadAsync())
        {
            lock (_gate)
            {
                var key = (reader.GetInt32(0), reader.GetInt64(1));
                if (!_seen.TryGetValue(key, out var looks))
                {
                    _seen[key] = looks = [];
                }

                // The first look and the first that sees more are all that is ever asked for.
                var batchNo = reader.GetInt64(2);
                if (looks.Count == 0 || (looks.Count == 1 && batchNo > looks[0].BatchNo))
                {
                    looks.Add((at, batchNo));
                }
            }
        }
    }
}
