using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Journal;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;

namespace ActorSync.TestKit.Memory;

/// <summary>The turn store in memory. Everything completes at once.</summary>
/// <param name="beforeStatement">Of one node: called with the name of each statement; may run other transactions, or throw as a crash or a lost connection.</param>
internal sealed class MemoryTurnStore(MemoryDatabase database, Action<string>? beforeStatement = null) : ITurnStore
{
    public ILeaseTable Leases { get; } = new MemoryLeaseTable(database, beforeStatement ?? (static _ => { }));

    public MemoryDatabase Database => database;

    public Task<Turn> BeginAsync(CancellationToken stop)
    {
        Reach("begin");
        return Task.FromResult<Turn>(new MemoryTurn(this, database.Begin(), database.NextGuid()));
    }

    public Task<DateTimeOffset> NowAsync(CancellationToken stop)
    {
        Reach("now");
        return Task.FromResult(database.Now());
    }

    public Task<StoreGlance> GlanceAsync(IReadOnlyList<int> addresses, CancellationToken stop)
    {
        Reach("glance");
        var now = database.Now();
        return Task.FromResult(new StoreGlance(
            database.Snapshots.Current(), [.. database.Mail.Scan(null).Where(row => addresses.Contains(row.Value.Address) && !(row.Value.DueAt > now)).Select(row => row.Value.Address).Distinct()]));
    }

    public Task<StoreGlance> WatchAsync(IReadOnlyList<int> addresses, string snapshot, TimeSpan look, TimeSpan atMost, CancellationToken stop) => GlanceAsync(addresses, stop);

    public Task<IReadOnlyList<ActorId>> OwingAsync(IReadOnlyList<short> shards, int ofKindMax, CancellationToken stop)
    {
        Reach("owing");
        return Task.FromResult<IReadOnlyList<ActorId>>(
            [.. database.States.Scan(null).Where(row => row.Value.Owes && shards.Contains(row.Value.Shard)).Select(row => row.Key).GroupBy(id => id.Kind)
                .SelectMany(kind => kind.Count() <= ofKindMax ? kind : kind.OrderBy(Place).Take(ofKindMax))]);
    }

    public Task<IReadOnlyList<ActorId>> OwingAsync(IReadOnlyList<short> shards, short kind, Guid? after, int max, CancellationToken stop) =>
        Task.FromResult<IReadOnlyList<ActorId>>(
            [.. database.States.Scan(null).Where(row => row.Value.Owes && row.Key.Kind == kind && shards.Contains(row.Value.Shard)).Select(row => row.Key)
                .Where(id => after is not { } entity || Place(id).CompareTo(Place(new ActorId(kind, entity))) > 0).OrderBy(Place).Take(max)]);

    public Task<IReadOnlyList<StoredEnvelope>> PeekMailAsync(int address, int envelopesMax, CancellationToken stop)
    {
        Reach("peek mail");
        return Task.FromResult<IReadOnlyList<StoredEnvelope>>(
            [.. database.Mail.Scan(null).Select(row => row.Value).Where(envelope => envelope.Address == address).OrderBy(envelope => envelope.Id).Take(envelopesMax)
                .Select(envelope => new StoredEnvelope(envelope.Id, envelope.Address, envelope.Body))]);
    }

    public Task<IReadOnlyList<StoredEnvelope>> PeekPostponedAsync(IReadOnlyList<int> addresses, int envelopesMax, CancellationToken stop)
    {
        // Nothing can happen before it that cannot before the look at what is owed, which comes first.
        return Task.FromResult<IReadOnlyList<StoredEnvelope>>(
            [.. database.Mail.Scan(null).Select(row => row.Value).Where(envelope => envelope.DueAt is not null && addresses.Contains(envelope.Address)).OrderBy(envelope => envelope.Id).Take(envelopesMax)
                .Select(envelope => new StoredEnvelope(envelope.Id, envelope.Address, envelope.Body))]);
    }

    public Task<long> CountShardMailAsync(int envelopesMax, CancellationToken stop)
    {
        Reach("count mail");
        return Task.FromResult((long)database.Mail.Scan(null).Where(row => row.Value.Address < Addresses.Coordinator).Take(envelopesMax).Count());
    }

    private (int Shard, Guid Entity) Place(ActorId id) => (Addresses.ShardOf(id.Entity, database.ShardCount), id.Entity);

    internal void Reach(string statement)
    {
        beforeStatement?.Invoke(statement);
        database.BeforeStatement(statement);
    }
}

/// <summary>A turn as a transaction in memory.</summary>
internal sealed class MemoryTurn(MemoryTurnStore store, MemoryTransaction transaction, Guid id) : Turn(id)
{
    private MemoryDatabase Database => store.Database;

    public MemoryTransaction Transaction => transaction;

    /// <summary>The statement before which something may happen.</summary>
    public void Reach(string statement) => store.Reach(statement);

    public override Task ReadNowAsync(CancellationToken stop)
    {
        Reach("now");
        Now = Database.Now();
        return Task.CompletedTask;
    }

    public override Task<IReadOnlyList<StoredEnvelope>> TakeMailAsync(IReadOnlyCollection<int> addresses, int messagesMax, CancellationToken stop)
    {
        Reach("take mail");
        Now = Database.Now();
        var before = 0;
        var due = Database.Mail.Scan(transaction).Select(row => row.Value)
            .Where(envelope => addresses.Contains(envelope.Address) && !(envelope.DueAt > Now) && !Database.Mail.IsHeld(transaction, envelope.Id))
            .OrderBy(envelope => envelope.Id).TakeWhile(envelope => (before += envelope.Messages) - envelope.Messages < messagesMax).ToArray();
        foreach (var envelope in due)
        {
            Database.Mail.Write(transaction, envelope.Id, null);
        }

        return Task.FromResult<IReadOnlyList<StoredEnvelope>>([.. due.Select(envelope => new StoredEnvelope(envelope.Id, envelope.Address, envelope.Body))]);
    }

    public override Task RemoveMailAsync(int address, IReadOnlyCollection<long> envelopes, CancellationToken stop)
    {
        Reach("remove mail");
        foreach (var envelope in envelopes.Where(envelope => Database.Mail.Read(transaction, envelope)?.Address == address))
        {
            Database.Mail.Write(transaction, envelope, null);
        }

        return Task.CompletedTask;
    }

    public override Task<WindowPiece> ReadWindowAsync(LogRange range, int rowsMax, CancellationToken stop)
    {
        Reach("read window");
        var reached = range.From.Window ?? Database.Snapshots.Current();
        var (shown, decided) = (new MemorySnapshot(reached), new MemorySnapshot(range.From.Snap));
        var changes = Database.ChangeLog.Undecided(decided)
            .Where(row => row.Change.Id > range.From.After && IsWithin(range.From, row.Change.Id) && shown.Shows(row.Transaction) && range.Shards.Contains(row.Shard) && range.Has(row.Change.Mapping))
            .OrderBy(row => row.Change.Id).Take(rowsMax).Select(row => row.Change).ToArray();
        var most = Database.PieceRowsMax();
        return Task.FromResult(new WindowPiece(reached, changes.Length > most ? changes[..most] : changes) { IsCut = changes.Length > most, Seen = Database.SaysIds ? Database.LastId : 0 });
    }

    public override Task<ulong?> NumberAsync(CancellationToken stop) => Task.FromResult(Database.SaysIds ? (ulong?)transaction.Number : null);

    private bool IsWithin(LogPosition from, long id) => !Database.SaysIds || (id > from.Floor && (from.Ceiling == 0 || id <= from.Ceiling));

    public override Task<IReadOnlyDictionary<ActorId, string>> ReadStatesAsync(IReadOnlyCollection<ActorId> actors, CancellationToken stop)
    {
        Reach("read states");
        var states = new Dictionary<ActorId, string>();
        foreach (var actor in actors)
        {
            if (Database.States.Read(transaction, actor) is { } snapshot)
            {
                states[actor] = snapshot.State;
            }
        }

        return Task.FromResult<IReadOnlyDictionary<ActorId, string>>(states);
    }

    protected override Task AppendAsync(
        IReadOnlyList<JournalEntry> journal, IReadOnlyList<ActorSnapshot> snapshots, IReadOnlyList<SentEnvelope> envelopes, CancellationToken stop)
    {
        Reach("append");
        foreach (var entry in journal)
        {
            if (Database.Journal.Read(transaction, (entry.Address, entry.Seq)) is not null)
            {
                throw new InvalidOperationException($"journal {entry.Address}/{entry.Seq} exists");
            }

            Database.Journal.Write(transaction, (entry.Address, entry.Seq), entry);
        }

        if (snapshots.DistinctBy(snapshot => snapshot.Actor).Count() < snapshots.Count)
        {
            throw new InvalidOperationException("an actor has two snapshots in one turn");
        }

        foreach (var snapshot in snapshots)
        {
            Database.States.Write(transaction, snapshot.Actor, snapshot);
        }

        foreach (var envelope in envelopes)
        {
            var number = Database.NextId();
            Database.Mail.Write(transaction, number, new MemoryEnvelope(number, envelope.Address, envelope.DueAt, envelope.Body, envelope.Messages));
        }

        return Task.CompletedTask;
    }

    protected override Task FenceAsync(IReadOnlyCollection<HeldLease> leases, CancellationToken stop)
    {
        Reach("fence");
        var fenced = 0;
        foreach (var lease in leases)
        {
            Database.Leases.Lock(transaction, lease.Address);
            if (Database.Leases.Read(transaction, lease.Address) is { } row && row.Token == lease.Token && row.BatchNo == lease.BatchNo)
            {
                Database.Leases.Write(transaction, lease.Address, row with
                {
                    BatchNo = row.BatchNo + 1, JournalSeq = lease.JournalSeq, Snap = lease.Snap, Window = lease.Window, WindowId = lease.WindowId, Cursor = lease.Cursor,
                });
                fenced++;
            }
        }

        return fenced == leases.Count ? Task.CompletedTask
            : throw new StaleLeaseException($"{leases.Count - fenced} of {leases.Count} leases are no longer ours, or their history is not the one we remember");
    }

    protected override Task CommitTransactionAsync()
    {
        Reach("commit");
        transaction.Commit();
        Reach("answer of commit");
        return Task.CompletedTask;
    }

    protected override Task<IReadOnlyDictionary<int, long>> BatchNumbersAsync(IReadOnlyCollection<HeldLease> leases)
    {
        Reach("batch numbers");
        return Task.FromResult<IReadOnlyDictionary<int, long>>(leases
            .Select(lease => (lease.Address, Row: Database.Leases.Read(null, lease.Address), lease.Token)).Where(lease => lease.Row?.Token == lease.Token)
            .ToDictionary(lease => lease.Address, lease => lease.Row!.BatchNo));
    }

    protected override ValueTask EndAsync()
    {
        if (transaction.IsOpen)
        {
            transaction.Rollback();
        }

        return ValueTask.CompletedTask;
    }
}

/// <summary>Leases in memory.</summary>
internal sealed class MemoryLeaseTable(MemoryDatabase database, Action<string> beforeStatement) : ILeaseTable
{
    public Task EnsureAsync(IReadOnlyCollection<int> addresses, CancellationToken stop) => Autocommit("ensure leases", transaction =>
    {
        var snap = database.Snapshots.Current();
        foreach (var address in addresses.Where(address => database.Leases.Read(transaction, address) is null))
        {
            database.Leases.Write(transaction, address, new MemoryLease(address, null, 0, null, 0, 0, snap, null, 0, "{}"));
        }
    });

    public Task RegisterAsync(Guid node, NodeProfile profile, TimeSpan ttl, CancellationToken stop) =>
        Autocommit("register", transaction =>
        {
            if (database.Nodes.Read(transaction, node) is not null)
            {
                throw new InvalidOperationException($"node {node} is registered");
            }

            database.Nodes.Write(transaction, node, new MemoryNode(database.Now() + ttl) { Kinds = [.. profile.Kinds], Format = profile.Format });
        });

    public Task<bool> HeartbeatAsync(Guid node, TimeSpan ttl, CancellationToken stop)
    {
        var alive = false;
        Autocommit("heartbeat", transaction =>
        {
            alive = IsLive(node);
            if (alive)
            {
                database.Nodes.Write(transaction, node, database.Nodes.Read(transaction, node)! with { ExpiresAt = database.Now() + ttl });
            }
        });
        return Task.FromResult(alive);
    }

    public Task<ClusterView> ViewAsync(CancellationToken stop)
    {
        var view = new ClusterView([], new Dictionary<int, Guid?>());
        Autocommit("view", transaction => view = new ClusterView(
            [.. database.Nodes.Scan(transaction).Where(row => IsLive(row.Key)).Select(row => new ClusterNode(row.Key, row.Value.IsDraining, row.Value.Kinds, row.Value.Format < database.Format))],
            database.Leases.Scan(transaction).ToDictionary(row => row.Key, row => row.Value.Owner is { } owner && IsLive(owner) ? owner : default(Guid?))));
        return Task.FromResult(view);
    }

    public Task<IReadOnlyList<HeldLease>> AcquireAsync(Guid node, CancellationToken stop) => AcquireAsync(node, null, stop);

    Task<IReadOnlyList<HeldLease>> ILeaseTable.AcquireAsync(Guid node, IReadOnlyCollection<int> addresses, CancellationToken stop) => AcquireAsync(node, addresses, stop);

    private Task<IReadOnlyList<HeldLease>> AcquireAsync(Guid node, IReadOnlyCollection<int>? addresses, CancellationToken stop)
    {
        var held = new List<HeldLease>();
        Autocommit("acquire", transaction =>
        {
            foreach (var (address, lease) in database.Leases.Scan(transaction).OrderBy(row => row.Key).ToArray())
            {
                var isTaken = lease.Owner is { } owner && IsLive(owner) && !(owner == node && addresses is not null);
                if (isTaken || addresses?.Contains(address) == false || !IsLive(node) || database.Leases.IsHeld(transaction, address))
                {
                    continue;
                }

                database.Format = Math.Max(database.Format, database.Nodes.Read(transaction, node)!.Format);
                var token = database.NextGuid();
                database.Leases.Write(transaction, address, lease with { Owner = node, Epoch = lease.Epoch + 1, Token = token });
                held.Add(new HeldLease
                {
                    Address = address, Epoch = lease.Epoch + 1, Token = token, BatchNo = lease.BatchNo, JournalSeq = lease.JournalSeq,
                    Snap = lease.Snap, Window = lease.Window, WindowId = lease.WindowId, Cursor = lease.Cursor,
                });
            }
        });
        return Task.FromResult<IReadOnlyList<HeldLease>>(held);
    }

    public Task ReleaseAsync(Guid node, CancellationToken stop) => Autocommit("release", transaction =>
    {
        foreach (var (address, lease) in database.Leases.Scan(transaction).Where(row => row.Value.Owner == node).ToArray())
        {
            database.Leases.Write(transaction, address, lease with { Owner = null, Token = null });
        }

        database.Nodes.Write(transaction, node, null);
    });

    public Task ReleaseAsync(Guid node, IReadOnlyCollection<int> addresses, CancellationToken stop) => Autocommit("release some", transaction =>
    {
        foreach (var (address, lease) in database.Leases.Scan(transaction).Where(row => row.Value.Owner == node && addresses.Contains(row.Key)).ToArray())
        {
            database.Leases.Write(transaction, address, lease with { Owner = null, Token = null });
        }
    });

    public Task DrainAsync(Guid node, CancellationToken stop) => Autocommit("drain", transaction =>
    {
        if (database.Nodes.Read(transaction, node) is { } row)
        {
            database.Nodes.Write(transaction, node, row with { IsDraining = true });
        }
    });

    private bool IsLive(Guid node) => database.Nodes.Read(null, node) is { } row && row.ExpiresAt > database.Now();

    private Task Autocommit(string statement, Action<MemoryTransaction> work)
    {
        beforeStatement(statement);
        database.BeforeStatement(statement);
        var transaction = database.Begin();
        try
        {
            work(transaction);
            transaction.Commit();
        }
        finally
        {
            if (transaction.IsOpen)
            {
                transaction.Rollback();
            }
        }

        return Task.CompletedTask;
    }
}
