using ActorSync.Operations;
using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Capture;

/// <summary>Empties the leaves of the change log that every shard has passed: eight leaves by day, so decided changes stay about a week.</summary>
internal sealed class ChangeLogRotation(NpgsqlDataSource database, TimeProvider clock, SyncLog log)
{
    /// <summary>Runs until stopped.</summary>
    public Task RunAsync(CancellationToken stop) => new Chore(clock, log, "the change log could not be rotated").RunAsync(RotateAsync, stop);

    private async Task RotateAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand($"select {RuntimeOptions.Schema}.rotate_change_log()");
        if (await command.ExecuteScalarAsync(stop) is string[] { Length: > 0 } emptied)
        {
            log.Say($"emptied {string.Join(", ", emptied)}");
        }
    }
}
