using ActorSync.Operations;
using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Coordination;

/// <summary>Tells all nodes how many offers do not wait for Salesforce: they do not hold the change log back, whichever node reads it.</summary>
/// <param name="held">How many they are now, by mapping.</param>
internal sealed class HeldOffersNote(NpgsqlDataSource database, Func<IReadOnlyDictionary<short, int>> held, TimeProvider clock, SyncLog log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        Dictionary<short, int>? noted = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var now = held().Where(of => of.Value > 0).ToDictionary();
                if (noted is null || now.Count != noted.Count || now.Except(noted).Any())
                {
                    await using var command = database.CreateCommand(
                        $"update {RuntimeOptions.Schema}.cluster set held_of = coalesce((select jsonb_object_agg(mapping, offers) from unnest($1, $2) held(mapping, offers)), '{{}}'), held_offers = $3");
                    command.Parameters.Add(new() { Value = now.Keys.ToArray() });
                    command.Parameters.Add(new() { Value = now.Values.ToArray() });
                    command.Parameters.Add(new() { Value = now.Values.Sum() });
                    await command.ExecuteNonQueryAsync(stop);
                    noted = now;
                }
            }
            catch (Exception error)
            {
                if (!stop.IsCancellationRequested)
                {
                    log.Trouble(error, "how many offers do not wait for Salesforce could not be noted; it is tried again");
                }
            }

            await Task.Delay(Interval, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
