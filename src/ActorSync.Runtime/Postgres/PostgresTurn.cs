using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Journal;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using Npgsql;
using NpgsqlTypes;

namespace ActorSync.Runtime.Postgres;

/// <summary>A turn as a transaction of PostgreSQL.</summary>
public sealed class PostgresTurn : Turn
{
    private const string S = RuntimeOptions.Schema;

    // Values of the changes of one piece, in characters of two bytes: a row of long texts can have some hundred thousand.
    private const long PieceCharsMax = 8_000_000;

    // Envelopes that are looked at for a turn: in a cluster of many shards each may have a message or two.
    private const int EnvelopesMax = 1_000;

    // Three seconds: about as long as leases are trusted.
    private const int SettleAttemptsMax = 30;

    private static readonly TimeSpan SettleInterval = TimeSpan.FromMilliseconds(100);

    private readonly LeaseTable _leases;
    private readonly NpgsqlTransaction _transaction;
    private readonly NpgsqlBatch _last;
    private readonly TimeProvider _clock;

    internal PostgresTurn(LeaseTable leases, NpgsqlConnection connection, NpgsqlTransaction transaction, Guid id, TimeProvider clock)
        : base(id)
    {
        (_leases, Connection, _transaction, _clock) = (leases, connection, transaction, clock);
        _last = new NpgsqlBatch(connection, transaction);
    }

    /// <summary>The turn's connection, inside its transaction.</summary>
    public NpgsqlConnection Connection { get; }

    /// <inheritdoc/>
    public override async Task ReadNowAsync(CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("select clock_timestamp()", Connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        Now = reader.GetFieldValue<DateTimeOffset>(0);
    }

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<StoredEnvelope>> TakeMailAsync(IReadOnlyCollection<int> addresses, int messagesMax, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with taken as (
              delete from {S}.mailbox where ctid = any(array(
                select ctid from {S}.mailbox where ctid = any(array(
                  select row from (
                    select row, sum(messages) over (order by id) - messages before from (
                      select ctid row, id, messages from {S}.mailbox where address = any($1) and (due_at is null or due_at <= clock_timestamp()) order by id limit {EnvelopesMax}) due) counted
                  where before < $2)) for update skip locked))
              returning id, address, body)
            select n.now, t.id, t.address, t.body::text from (select clock_timestamp() now) n left join taken t on true order by t.id
            """,
            Connection);
        command.Parameters.Add(new() { Value = addresses.ToArray() });
        command.Parameters.Add(new() { Value = (long)messagesMax });
        var envelopes = new List<StoredEnvelope>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            Now = reader.GetFieldValue<DateTimeOffset>(0);
            if (!reader.IsDBNull(1))
            {
                envelopes.Add(new StoredEnvelope(reader.GetInt64(1), reader.GetInt32(2), reader.GetString(3)));
            }
        }

        return envelopes;
    }

    /// <inheritdoc/>
    public override async Task RemoveMailAsync(int address, IReadOnlyCollection<long> envelopes, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand($"delete from {S}.mailbox where address = $1 and id = any($2)", Connection);
        command.Parameters.Add(new() { Value = address });
        command.Parameters.Add(new() { Value = envelopes.ToArray() });
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <inheritdoc/>
    public override async Task<WindowPiece> ReadWindowAsync(LogRange range, int rowsMax, CancellationToken stop)
    {
        // A snapshot does not name the transaction that takes it as running. What this turn writes later is not decided, so it is named here.
        await using var command = new NpgsqlCommand(
            $"""
            select w.win::text, w.seen, l.id, l.txid::text, l.at, l.mapping, l.operation, l.external_id, l.birth, l.revision, l.old_values::text, l.new_values::text
            from (
              select case when $3 is not null then $3::pg_snapshot when pg_current_xact_id_if_assigned() is null then pg_current_snapshot() else (
                select format('%s:%s:%s', pg_snapshot_xmin(s), pg_snapshot_xmax(s), (
                  select string_agg(x::text, ',' order by x)
                  from (select pg_snapshot_xip(s) union select pg_current_xact_id_if_assigned()) r(x) where x < pg_snapshot_xmax(s)))::pg_snapshot
                from pg_current_snapshot() s) end win, (select case when is_called then last_value else 0 end from {S}.change_id) seen offset 0) w
            left join lateral {S}.read_window($1, $6, $9, $2::pg_snapshot, w.win, $4, $7, case $8 when 0 then w.seen else $8 end, $5) l on true
            """,
            Connection);
        command.Parameters.Add(new() { Value = range.Shards.ToArray() });
        command.Parameters.Add(new() { Value = range.From.Snap });
        command.Parameters.Add(new() { Value = (object?)range.From.Window ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = range.From.After });
        command.Parameters.Add(new() { Value = rowsMax });
        command.Parameters.Add(new() { Value = (object?)range.Only ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint });
        command.Parameters.Add(new() { Value = range.From.Floor });
        command.Parameters.Add(new() { Value = range.From.Ceiling });
        command.Parameters.Add(new() { Value = range.Without.ToArray() });
        var changes = new List<CapturedChange>();
        var piece = new WindowPiece(range.From.Snap, changes);
        var chars = 0L;
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            if (chars > PieceCharsMax)
            {
                return piece with { IsCut = true };
            }

            piece = piece with { Window = reader.GetString(0), Seen = reader.GetInt64(1) };
            if (!reader.IsDBNull(2))
            {
                var change = Change(reader);
                changes.Add(change);
                chars += (change.Old?.Length ?? 0) + (change.New?.Length ?? 0);
            }
        }

        return piece;
    }

    /// <inheritdoc/>
    public override async Task<ulong?> NumberAsync(CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("select case when pg_current_xact_id_if_assigned() is null then pg_current_xact_id() end", Connection);
        return await command.ExecuteScalarAsync(stop) as ulong?;
    }

    /// <inheritdoc/>
    public override async Task<IReadOnlyDictionary<ActorId, string>> ReadStatesAsync(IReadOnlyCollection<ActorId> actors, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select u.mapping, u.external_id, a.state from unnest($1, $2) u(mapping, external_id)
            cross join lateral (select a.state::text from {S}.actor a where a.mapping = u.mapping and a.external_id = u.external_id offset 0) a
            """,
            Connection);
        command.Parameters.Add(new() { Value = actors.Select(id => id.Kind).ToArray() });
        command.Parameters.Add(new() { Value = actors.Select(id => id.Entity).ToArray() });
        var states = new Dictionary<ActorId, string>(actors.Count);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            states[new ActorId(reader.GetInt16(0), reader.GetGuid(1))] = reader.GetString(2);
        }

        return states;
    }

    /// <inheritdoc/>
    protected override async Task AppendAsync(
        IReadOnlyList<JournalEntry> journal, IReadOnlyList<ActorSnapshot> snapshots, IReadOnlyList<SentEnvelope> envelopes, CancellationToken stop)
    {
        AddJournal(_last, journal);
        AddSnapshots(_last, snapshots);
        AddEnvelopes(_last, envelopes);
        if (!IsAdvanced && _last.BatchCommands.Count > 0)
        {
            await _last.ExecuteNonQueryAsync(stop);
        }
    }

    /// <inheritdoc/>
    protected override async Task FenceAsync(IReadOnlyCollection<HeldLease> leases, CancellationToken stop)
    {
        // Behind what is appended, and sent with it.
        var fence = _last.CreateBatchCommand();
        LeaseTable.Fence(fence, leases);
        _last.BatchCommands.Add(fence);
        await _last.ExecuteNonQueryAsync(stop);
        LeaseTable.Check(fence, leases);
    }

    /// <inheritdoc/>
    protected override Task CommitTransactionAsync() => _transaction.CommitAsync(CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task<IReadOnlyDictionary<int, long>> BatchNumbersAsync(IReadOnlyCollection<HeldLease> leases)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await _leases.BatchNumbersAsync(leases, CancellationToken.None);
            }
            catch (Exception error) when (PostgresTrouble.IsEnvironment(error) && attempt < SettleAttemptsMax)
            {
                // A server that is restarted knows in a moment; the term need not end for it.
                await Task.Delay(SettleInterval, _clock);
            }
        }
    }

    /// <inheritdoc/>
    protected override async ValueTask EndAsync()
    {
        await _last.DisposeAsync();
        await _transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }

    private static CapturedChange Change(NpgsqlDataReader reader) => new(
        reader.GetInt64(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetInt16(5), reader.GetChar(6), reader.GetGuid(7),
        reader.GetInt64(8), reader.GetInt64(9), reader.IsDBNull(10) ? null : reader.GetString(10), reader.IsDBNull(11) ? null : reader.GetString(11));

    private void AddJournal(NpgsqlBatch batch, IReadOnlyList<JournalEntry> journal)
    {
        if (journal.Count == 0)
        {
            return;
        }

        var command = Command(batch, $"""
            insert into {S}.journal(address, seq, epoch, mapping, external_id, type, at, body)
            select address, seq, epoch, mapping, external_id, type, $8, body::json
            from unnest($1, $2, $3, $4, $5, $6, $7) u(address, seq, epoch, mapping, external_id, type, body)
            """);
        Array(command, journal, entry => entry.Address);
        Array(command, journal, entry => entry.Seq);
        Array(command, journal, entry => entry.Epoch);
        Array(command, journal, entry => entry.Actor.Kind);
        Array(command, journal, entry => entry.Actor.Entity);
        Array(command, journal, entry => entry.Type);
        Array(command, journal, entry => entry.Body);
        command.Parameters.Add(new NpgsqlParameter { Value = Now.ToUniversalTime() });
    }

    private static void AddSnapshots(NpgsqlBatch batch, IReadOnlyList<ActorSnapshot> snapshots)
    {
        if (snapshots.Count == 0)
        {
            return;
        }

        var command = Command(batch, $"""
            insert into {S}.actor(mapping, external_id, shard, seq, owes, parked, state)
            select mapping, external_id, shard, seq, owes, parked, state::json
            from unnest($1, $2, $3, $4, $5, $6, $7) u(mapping, external_id, shard, seq, owes, parked, state)
            order by mapping, external_id
            on conflict (mapping, external_id) do update set seq = excluded.seq, owes = excluded.owes, parked = excluded.parked, state = excluded.state
            """);
        Array(command, snapshots, snapshot => snapshot.Actor.Kind);
        Array(command, snapshots, snapshot => snapshot.Actor.Entity);
        Array(command, snapshots, snapshot => snapshot.Shard);
        Array(command, snapshots, snapshot => snapshot.Seq);
        Array(command, snapshots, snapshot => snapshot.Owes);
        Array(command, snapshots, snapshot => snapshot.Parked);
        Array(command, snapshots, snapshot => snapshot.State);
    }

    private static void AddEnvelopes(NpgsqlBatch batch, IReadOnlyList<SentEnvelope> envelopes)
    {
        if (envelopes.Count == 0)
        {
            return;
        }

        var command = Command(batch, $"""
            insert into {S}.mailbox(address, due_at, body, messages)
            select address, due_at, body::json, messages from unnest($1, $2, $3, $4) with ordinality u(address, due_at, body, messages, n) order by n
            """);
        Array(command, envelopes, envelope => envelope.Address);
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = envelopes.Select(envelope => envelope.DueAt?.ToUniversalTime()).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        });
        Array(command, envelopes, envelope => envelope.Body);
        Array(command, envelopes, envelope => envelope.Messages);
    }

    private static NpgsqlBatchCommand Command(NpgsqlBatch batch, string sql)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = sql;
        batch.BatchCommands.Add(command);
        return command;
    }

    private static void Array<TItem, TValue>(NpgsqlBatchCommand command, IReadOnlyList<TItem> items, Func<TItem, TValue> value)
    {
        var values = new TValue[items.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(items[i]);
        }

        command.Parameters.Add(new NpgsqlParameter<TValue[]> { TypedValue = values });
    }
}
