using ActorSync.Operations;
using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Coordination;

/// <summary>Tells all nodes how many offers wait for people: they do not hold the change log back, whichever node reads it.</summary>
/// <param name="held">How many they are now.</param>
internal sealed class HeldOffersNote(NpgsqlDataSource database, Func<int> held, TimeProvider clock, SyncLog log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        int? noted = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var now = held();
                if (now != noted)
                {
                    await using var command = database.CreateCommand($"update {RuntimeOptions.Schema}.cluster set held_offers = $1");
                    command.Parameters.Add(new() { Value = now });
                    await command.ExecuteNonQueryAsync(stop);
                    noted = now;
                }
            }
            catch (Exception error)
            {
                if (!stop.IsCancellationRequested)
                {
                    log.Trouble(error, "how many offers wait for people could not be noted; it is tried again");
                }
            }

            await Task.Delay(Interval, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
