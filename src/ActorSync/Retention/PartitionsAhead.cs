using ActorSync.Operations;
using ActorSync.Runtime.Journal;
using Npgsql;

namespace ActorSync.Retention;

/// <summary>Keeps partitions of the journal four weeks ahead, once in a cluster. Each node makes what is missing before each of its terms as well: a cluster that stood still for longer has none.</summary>
internal sealed class PartitionsAhead(NpgsqlDataSource database, TimeProvider clock, SyncLog log)
{
    /// <summary>Runs until stopped.</summary>
    public Task RunAsync(CancellationToken stop) => new Chore(clock, log, "no partitions of the journal could be made ahead").RunAsync(MakeAsync, stop);

    /// <summary>Makes what is missing now.</summary>
    public async Task MakeAsync(CancellationToken stop)
    {
        if (await new JournalPartitions(database).MakeAsync(stop) is { Count: > 0 } made)
        {
            log.Say($"made {string.Join(", ", made)}");
        }
    }
}
