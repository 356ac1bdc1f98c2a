using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Runtime.Turns;

/// <summary>Durable mailboxes: envelopes are deleted as they are taken, inside the turn that decides them.</summary>
public static class Mailbox
{
    private const string S = RuntimeOptions.Schema;

    /// <summary>Takes the due envelopes of some addresses, oldest first, and reads the turn's time.</summary>
    public static async Task<IReadOnlyList<(int Address, string Body)>> TakeAsync(Turn turn, IEnumerable<int> addresses, int envelopesMax, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with taken as (
              delete from {S}.mailbox where ctid = any(array(
                select ctid from {S}.mailbox where address = any($1) and (due_at is null or due_at <= clock_timestamp()) order by id limit $2 for update skip locked))
              returning id, address, body)
            select n.now, t.address, t.body::text from (select clock_timestamp() now) n left join taken t on true order by t.id
            """,
            turn.Connection);
        command.Parameters.Add(new() { Value = addresses.ToArray() });
        command.Parameters.Add(new() { Value = envelopesMax });
        var envelopes = new List<(int, string)>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            turn.Now = reader.GetFieldValue<DateTimeOffset>(0);
            if (!reader.IsDBNull(1))
            {
                envelopes.Add((reader.GetInt32(1), reader.GetString(2)));
            }
        }

        return envelopes;
    }

    /// <summary>True when something waits, due now or without a due time. A plain read: nothing is locked.</summary>
    public static async Task<bool> HasDueAsync(NpgsqlDataSource database, IEnumerable<int> addresses, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"select exists (select from {S}.mailbox where address = any($1) and (due_at is null or due_at <= clock_timestamp()))");
        command.Parameters.Add(new() { Value = addresses.ToArray() });
        return (bool)(await command.ExecuteScalarAsync(stop))!;
    }
}
