using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Journal;
using ActorSync.Runtime.Sharding;
using Npgsql;
using NpgsqlTypes;

namespace ActorSync.Runtime.Turns;

/// <summary>One turn: ONE transaction that takes, decides, appends, writes back, and is fenced last. Whatever is not committed here did not happen.</summary>
public sealed class Turn : IAsyncDisposable
{
    private const string S = RuntimeOptions.Schema;

    private readonly NpgsqlDataSource _database;
    private readonly NpgsqlTransaction _transaction;
    private readonly List<JournalEntry> _journal = [];
    private readonly List<ActorSnapshot> _snapshots = [];
    private readonly List<(int Address, DateTimeOffset? DueAt, string Body)> _envelopes = [];
    private readonly Dictionary<HeldLease, HeldLease> _before = [];

    private Turn(NpgsqlDataSource database, NpgsqlConnection connection, NpgsqlTransaction transaction, Guid id)
    {
        _database = database;
        Connection = connection;
        _transaction = transaction;
        Id = id;
    }

    /// <summary>The turn's connection, inside its transaction.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Name of the turn: the origin that the engine's own row writes carry.</summary>
    public Guid Id { get; }

    /// <summary>The turn's time, database clock, read when it began to take.</summary>
    public DateTimeOffset Now { get; set; }

    /// <summary>Begins the transaction.</summary>
    public static async Task<Turn> BeginAsync(NpgsqlDataSource database, TimeProvider clock, CancellationToken stop)
    {
        var connection = await database.OpenConnectionAsync(stop);
        try
        {
            var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, stop);
            return new Turn(database, connection, transaction, Guid.CreateVersion7(clock.GetUtcNow()));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Remembers a lease this turn advances; it gets its old values back if the turn does not commit.</summary>
    public void Advance(HeldLease lease)
    {
        if (!_before.ContainsKey(lease))
        {
            _before[lease] = new HeldLease
            {
                Address = lease.Address, Epoch = lease.Epoch, Token = lease.Token, BatchNo = lease.BatchNo, JournalSeq = lease.JournalSeq,
                Snap = lease.Snap, Window = lease.Window, WindowId = lease.WindowId, Cursor = lease.Cursor,
            };
        }
    }

    /// <summary>Journals one event under a lease.</summary>
    public void Journal(HeldLease lease, ActorId actor, string type, string body)
    {
        Advance(lease);
        lease.JournalSeq++;
        _journal.Add(new JournalEntry(lease.Address, lease.JournalSeq, lease.Epoch, actor, type, Now, body));
    }

    /// <summary>Replaces an actor's snapshot.</summary>
    public void Snapshot(ActorSnapshot snapshot) => _snapshots.Add(snapshot);

    /// <summary>Puts an envelope into an address's mailbox.</summary>
    /// <param name="dueAt">Not before this time, database clock.</param>
    /// <param name="body">Messages, JSON: one envelope carries many.</param>
    public void Send(int address, string body, DateTimeOffset? dueAt = null) => _envelopes.Add((address, dueAt, body));

    /// <summary>Sends what was journaled, snapshotted and mailed so far, in one pipelined batch.</summary>
    public async Task FlushAsync(CancellationToken stop)
    {
        await using var batch = new NpgsqlBatch(Connection, _transaction);
        AddJournal(batch);
        AddSnapshots(batch);
        AddEnvelopes(batch);
        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(stop);
        }

        _journal.Clear();
        _snapshots.Clear();
        _envelopes.Clear();
    }

    /// <summary>Flushes, fences every lease this turn advanced, and commits. After it the advanced leases are the database's; if it throws they are as before.</summary>
    /// <exception cref="StaleLeaseException">A lease is no longer ours. Nothing was committed.</exception>
    public async Task CommitAsync(CancellationToken stop)
    {
        try
        {
            await FlushAsync(stop);
            if (_before.Count > 0)
            {
                await LeaseTable.FenceAsync(Connection, _before.Keys, stop);
            }
        }
        catch
        {
            Restore();
            throw;
        }

        try
        {
            await _transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception) when (_before.Count > 0)
        {
            if (!await HappenedAsync())
            {
                Restore();
                throw;
            }
        }

        foreach (var lease in _before.Keys)
        {
            lease.BatchNo++;
        }

        _before.Clear();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Restore();
        await _transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }

    // The answer to COMMIT was lost: the batch number says whether it happened.
    private async Task<bool> HappenedAsync()
    {
        var numbers = await new LeaseTable(_database).BatchNumbersAsync(_before.Keys, CancellationToken.None);
        return _before.Keys.All(lease => numbers.TryGetValue(lease.Address, out var number) && number == lease.BatchNo + 1);
    }

    private void Restore()
    {
        foreach (var (lease, before) in _before)
        {
            lease.JournalSeq = before.JournalSeq;
            lease.Snap = before.Snap;
            lease.Window = before.Window;
            lease.WindowId = before.WindowId;
            lease.Cursor = before.Cursor;
        }

        _before.Clear();
    }

    private void AddJournal(NpgsqlBatch batch)
    {
        if (_journal.Count == 0)
        {
            return;
        }

        var command = Command(batch, $"""
            insert into {S}.journal(address, seq, epoch, mapping, external_id, type, at, body)
            select address, seq, epoch, mapping, external_id, type, $8, body::jsonb
            from unnest($1, $2, $3, $4, $5, $6, $7) u(address, seq, epoch, mapping, external_id, type, body)
            """);
        Array(command, _journal, entry => entry.Address);
        Array(command, _journal, entry => entry.Seq);
        Array(command, _journal, entry => entry.Epoch);
        Array(command, _journal, entry => entry.Actor.Kind);
        Array(command, _journal, entry => entry.Actor.Entity);
        Array(command, _journal, entry => entry.Type);
        Array(command, _journal, entry => entry.Body);
        command.Parameters.Add(new NpgsqlParameter { Value = Now.ToUniversalTime() });
    }

    private void AddSnapshots(NpgsqlBatch batch)
    {
        if (_snapshots.Count == 0)
        {
            return;
        }

        var command = Command(batch, $"""
            insert into {S}.actor(mapping, external_id, shard, seq, owes, parked, state)
            select mapping, external_id, shard, seq, owes, parked, state::jsonb
            from unnest($1, $2, $3, $4, $5, $6, $7) u(mapping, external_id, shard, seq, owes, parked, state)
            order by mapping, external_id
            on conflict (mapping, external_id) do update set seq = excluded.seq, owes = excluded.owes, parked = excluded.parked, state = excluded.state
            """);
        Array(command, _snapshots, snapshot => snapshot.Actor.Kind);
        Array(command, _snapshots, snapshot => snapshot.Actor.Entity);
        Array(command, _snapshots, snapshot => snapshot.Shard);
        Array(command, _snapshots, snapshot => snapshot.Seq);
        Array(command, _snapshots, snapshot => snapshot.Owes);
        Array(command, _snapshots, snapshot => snapshot.Parked);
        Array(command, _snapshots, snapshot => snapshot.State);
    }

    private void AddEnvelopes(NpgsqlBatch batch)
    {
        if (_envelopes.Count == 0)
        {
            return;
        }

        var command = Command(batch, $"""
            insert into {S}.mailbox(address, due_at, body)
            select address, due_at, body::jsonb from unnest($1, $2, $3) with ordinality u(address, due_at, body, n) order by n
            """);
        Array(command, _envelopes, envelope => envelope.Address);
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = _envelopes.Select(envelope => envelope.DueAt?.ToUniversalTime()).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        });
        Array(command, _envelopes, envelope => envelope.Body);
    }

    private static NpgsqlBatchCommand Command(NpgsqlBatch batch, string sql)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = sql;
        batch.BatchCommands.Add(command);
        return command;
    }

    private static void Array<TItem, TValue>(NpgsqlBatchCommand command, List<TItem> items, Func<TItem, TValue> value)
    {
        var values = new TValue[items.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(items[i]);
        }

        command.Parameters.Add(new NpgsqlParameter<TValue[]> { TypedValue = values });
    }
}
