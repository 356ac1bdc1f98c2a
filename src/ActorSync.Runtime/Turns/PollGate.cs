using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Runtime.Turns;

/// <summary>Asks, in one cheap statement, whether a turn could find anything: the database's snapshot moved since the last look, or an envelope is due.</summary>
internal sealed class PollGate(NpgsqlDataSource database, int[] addresses, TimeProvider clock)
{
    private static readonly TimeSpan LookAnywayInterval = TimeSpan.FromMilliseconds(500);

    private string _snapshot = "";
    private long _lookedAt = clock.GetTimestamp();

    public async Task<bool> HasWorkAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"""
            select pg_current_snapshot()::text,
              exists (select from {RuntimeOptions.Schema}.mailbox where address = any($1) and (due_at is null or due_at <= clock_timestamp()))
            """);
        command.Parameters.Add(new() { Value = addresses });
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        var snapshot = reader.GetString(0);
        var moved = snapshot != _snapshot || clock.GetElapsedTime(_lookedAt) > LookAnywayInterval;
        if (moved)
        {
            _snapshot = snapshot;
            _lookedAt = clock.GetTimestamp();
        }

        return moved || reader.GetBoolean(1);
    }
}
