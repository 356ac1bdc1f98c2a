using System.Text.Json;
using ActorSync.Records;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Postgres;
using ActorSync.Runtime.Turns;
using Npgsql;

namespace ActorSync.Failovers;

/// <summary>Failovers in PostgreSQL.</summary>
internal sealed class FailoverTable(NpgsqlDataSource database) : IFailovers
{
    private const string S = RuntimeOptions.Schema;

    /// <summary>Looks whether the server is on another history than the engine's tables were last used on. Then this is noted, once for all nodes, and every lease is taken from
    /// its holder: what nodes remember is of the other history.</summary>
    /// <returns>What was noted; null when there was nothing to notice.</returns>
    /// <exception cref="PostgresException">The server takes no writes (25006), and the like.</exception>
    /// <exception cref="InvalidOperationException">The database was copied by its contents (pg_dump), into a server whose transaction ids are others: the positions in it mean nothing there.</exception>
    public async Task<FailoverNotice?> NoticeAsync(CancellationToken stop)
    {
        await using var connection = await database.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        // Of the row's own columns: whoever waited for it sees what the other node has noted.
        await using (var look = new NpgsqlCommand(
            $"""
            select (select bool_or(pg_snapshot_xmax(snap) > pg_snapshot_xmax(pg_current_snapshot())) from {S}.lease)
            from {S}.cluster where server is distinct from {S}.server() or timeline is distinct from {S}.timeline() for update
            """,
            connection))
        {
            switch (await look.ExecuteScalarAsync(stop))
            {
                case null:
                    return null;
                case true:
                    throw new InvalidOperationException(
                        "this database is a copy made by pg_dump: what is pending in it cannot be told from what was done. Restore a physical backup (pg_basebackup, a snapshot), "
                        + "or drop the schema actorsync and the mapped tables and load anew");
            }
        }

        FailoverNotice notice;
        // Only fenced turns journal, so nothing in the journal is newer than what survived; in the other tables there may be changes that were made since.
        await using (var note = new NpgsqlCommand(
            $"""
            insert into {S}.failover(noticed_at, survived_at, history_before, history, last_change, submissions, offers)
            select clock_timestamp(), coalesce((select max(j.at) from {S}.lease l join {S}.journal j on j.address = l.address and j.seq = l.journal_seq), c.created_at),
              concat(c.server, '/', c.timeline), concat({S}.server(), '/', {S}.timeline()), (select case when is_called then last_value else 0 end from {S}.change_id),
              (select count(*) from {S}.submission where finished_at is null), (select count(*) from {S}.offer)
            from {S}.cluster c
            returning number, noticed_at, survived_at, last_change, history_before, history, submissions, offers
            """,
            connection))
        await using (var reader = await note.ExecuteReaderAsync(stop))
        {
            await reader.ReadAsync(stop);
            notice = new FailoverNotice(Read(reader), reader.GetString(4), reader.GetString(5), reader.GetInt32(6), reader.GetInt64(7));
        }

        await using (var forget = new NpgsqlCommand(
            $"""
            update {S}.lease set owner = null, token = null, epoch = epoch + 1;
            delete from {S}.failover_answer;
            update {S}.cluster set server = {S}.server(), timeline = {S}.timeline()
            """,
            connection))
        {
            await forget.ExecuteNonQueryAsync(stop);
        }

        await transaction.CommitAsync(stop);
        return notice;
    }

    public async Task<IReadOnlyList<Failover>> ReadAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand($"select number, noticed_at, survived_at, last_change from {S}.failover order by number");
        await using var reader = await command.ExecuteReaderAsync(stop);
        var failovers = new List<Failover>();
        while (await reader.ReadAsync(stop))
        {
            failovers.Add(Read(reader));
        }

        return failovers;
    }

    public async Task<IReadOnlyDictionary<(short Mapping, Guid Entity), long>> AnsweredAsync(int failover, IReadOnlyCollection<OfferedWrite> writes, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"select a.mapping, a.external_id, a.position from {S}.failover_answer a join unnest($2, $3) u(mapping, external_id) using (mapping, external_id) where a.failover = $1");
        command.Parameters.Add(new() { Value = failover });
        command.Parameters.Add(new() { Value = writes.Select(write => write.Mapping).ToArray() });
        command.Parameters.Add(new() { Value = writes.Select(write => write.Entity).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var answered = new Dictionary<(short, Guid), long>();
        while (await reader.ReadAsync(stop))
        {
            answered[(reader.GetInt16(0), reader.GetGuid(1))] = reader.GetInt64(2);
        }

        return answered;
    }

    public async Task AnswerAsync(Turn turn, int failover, IReadOnlyCollection<OfferedWrite> writes, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            insert into {S}.failover_answer as a(failover, mapping, external_id, position) select $1, mapping, external_id, position from unnest($2, $3, $4) u(mapping, external_id, position)
            on conflict (failover, mapping, external_id) do update set position = greatest(a.position, excluded.position)
            """,
            turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = failover });
        command.Parameters.Add(new() { Value = writes.Select(write => write.Mapping).ToArray() });
        command.Parameters.Add(new() { Value = writes.Select(write => write.Entity).ToArray() });
        command.Parameters.Add(new() { Value = writes.Select(write => write.Position).ToArray() });
        await command.ExecuteNonQueryAsync(stop);
    }

    public async Task<IReadOnlySet<Guid>> LeftInDoubtAsync(Turn turn, Failover failover, IReadOnlyCollection<Guid> submissions, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand($"select submission from {S}.submission where submission = any($1) and started_at <= $2", turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = submissions.ToArray() });
        command.Parameters.Add(new() { Value = failover.NoticedAt.ToUniversalTime() });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var found = new HashSet<Guid>();
        while (await reader.ReadAsync(stop))
        {
            found.Add(reader.GetGuid(0));
        }

        return found;
    }

    public async Task CorrectAsync(Turn turn, int failover, IReadOnlyCollection<Correction> corrections, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            insert into {S}.failover_correction as c(failover, mapping, external_id, at, changes)
            select $1, mapping, external_id, $5, changes::jsonb from unnest($2, $3, $4) u(mapping, external_id, changes)
            on conflict (failover, mapping, external_id) do update set at = excluded.at, changes = c.changes || excluded.changes
            """,
            turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = failover });
        command.Parameters.Add(new() { Value = corrections.Select(correction => correction.Mapping).ToArray() });
        command.Parameters.Add(new() { Value = corrections.Select(correction => correction.Entity).ToArray() });
        command.Parameters.Add(new() { Value = corrections.Select(correction => JsonSerializer.Serialize(correction.Fields, FailoverJson.Default.IReadOnlyListCorrectedField)).ToArray() });
        command.Parameters.Add(new() { Value = turn.Now.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(stop);
    }

    private static Failover Read(NpgsqlDataReader reader) =>
        new(reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetInt64(3));
}
