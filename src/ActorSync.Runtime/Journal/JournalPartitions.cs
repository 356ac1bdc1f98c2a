using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Runtime.Journal;

/// <summary>The journal is partitioned by weeks, Monday 00:00 UTC by the database's clock. What is journaled needs the partition of its time, so that these are made ahead.</summary>
public sealed class JournalPartitions(NpgsqlDataSource database)
{
    /// <summary>Makes the partitions of last week, this one and the next four that are missing; any number of nodes may do so at once.</summary>
    /// <returns>The names of those it made.</returns>
    public async Task<IReadOnlyList<string>> MakeAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand($"select {RuntimeOptions.Schema}.make_journal_partitions()");
        return (string[])(await command.ExecuteScalarAsync(stop))!;
    }
}
