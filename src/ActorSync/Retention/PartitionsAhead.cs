using ActorSync.Operations;
using ActorSync.Runtime.Journal;
using Npgsql;

namespace ActorSync.Retention;

/// <summary>Keeps partitions of the journal four weeks ahead, once in a cluster. Each node makes what is missing before each of its terms as well: a cluster that stood still for longer has none.</summary>
internal sealed class PartitionsAhead(NpgsqlDataSource database, TimeProvider clock, SyncLog log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await MakeAsync(stop);
            }
            catch (Exception error)
            {
                if (!stop.IsCancellationRequested)
                {
                    log.Trouble(error, "no partitions of the journal could be made ahead; it is tried again in an hour");
                }
            }

            await Task.Delay(Interval, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Makes what is missing now.</summary>
    public async Task MakeAsync(CancellationToken stop)
    {
        if (await new JournalPartitions(database).MakeAsync(stop) is { Count: > 0 } made)
        {
            log.Say($"made {string.Join(", ", made)}");
        }
    }
}
