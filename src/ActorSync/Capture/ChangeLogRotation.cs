using ActorSync.Operations;
using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Capture;

/// <summary>Empties the leaves of the change log that every shard has passed: eight leaves by day, so decided changes stay about a week.</summary>
internal sealed class ChangeLogRotation(NpgsqlDataSource database, TimeProvider clock, SyncLog log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(Interval, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await using var command = database.CreateCommand($"select {RuntimeOptions.Schema}.rotate_change_log()");
                if (await command.ExecuteScalarAsync(stop) is string[] { Length: > 0 } emptied)
                {
                    log.Say($"emptied {string.Join(", ", emptied)}");
                }
            }
            catch (Exception error)
            {
                if (stop.IsCancellationRequested)
                {
                    return;
                }

                log.Trouble(error, "the change log could not be rotated; it is tried again in an hour");
            }
        }
    }
}
