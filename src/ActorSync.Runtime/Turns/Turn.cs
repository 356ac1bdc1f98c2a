using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Journal;
using ActorSync.Runtime.Sharding;

namespace ActorSync.Runtime.Turns;

/// <summary>One turn: ONE transaction that takes, decides, appends, writes back, and is fenced last. Whatever is not committed here did not happen.</summary>
/// <param name="id">Name of the turn.</param>
public abstract class Turn(Guid id) : IAsyncDisposable
{
    private readonly List<JournalEntry> _journal = [];
    private readonly List<ActorSnapshot> _snapshots = [];
    private readonly List<SentEnvelope> _envelopes = [];
    private readonly Dictionary<HeldLease, HeldLease> _before = [];

    /// <summary>Name of the turn: the origin that the engine's own row writes carry.</summary>
    public Guid Id { get; } = id;

    /// <summary>The turn's time, the store's clock, read when it began to take.</summary>
    public DateTimeOffset Now { get; set; }

    /// <summary>True when a lease is advanced: what was read is to be committed.</summary>
    public bool IsAdvanced => _before.Count > 0;

    /// <summary>Remembers a lease this turn advances; it gets its old values back if the turn does not commit.</summary>
    public void Advance(HeldLease lease) => _before.TryAdd(lease, lease.Copy());

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
    /// <param name="dueAt">Not before this time, the store's clock.</param>
    /// <param name="body">Messages, JSON: one envelope carries many.</param>
    /// <param name="messages">How many.</param>
    public void Send(int address, string body, DateTimeOffset? dueAt = null, int messages = 1) => _envelopes.Add(new SentEnvelope(address, dueAt, body, messages));

    /// <summary>Reads the store's clock as the turn's time.</summary>
    public abstract Task ReadNowAsync(CancellationToken stop);

    /// <summary>Takes the due envelopes of some addresses, oldest first, and reads the turn's time. They come again if the turn does not commit.</summary>
    /// <param name="messagesMax">None is taken behind the one with which they have so many messages.</param>
    public abstract Task<IReadOnlyList<StoredEnvelope>> TakeMailAsync(IReadOnlyCollection<int> addresses, int messagesMax, CancellationToken stop);

    /// <summary>Removes envelopes that were peeked at.</summary>
    public abstract Task RemoveMailAsync(int address, IReadOnlyCollection<long> envelopes, CancellationToken stop);

    /// <summary>Reads captured changes of some shards and mappings: visible in a window and not in a snapshot, our own writes left out.</summary>
    public abstract Task<WindowPiece> ReadWindowAsync(LogRange range, int rowsMax, CancellationToken stop);

    /// <summary>Gives the turn's transaction its number, and says it; null where it had one already, or the store has none to compare with those of snapshots.</summary>
    public abstract Task<ulong?> NumberAsync(CancellationToken stop);

    /// <summary>The stored states of those actors that have one.</summary>
    public abstract Task<IReadOnlyDictionary<ActorId, string>> ReadStatesAsync(IReadOnlyCollection<ActorId> actors, CancellationToken stop);

    /// <summary>Flushes, fences every lease this turn advanced, and commits. After it the advanced leases are the store's; if it throws they are as before.</summary>
    /// <exception cref="StaleLeaseException">A lease is no longer ours and nothing was committed; or it cannot be learned whether the turn was.</exception>
    /// <exception cref="InvalidOperationException">A snapshot is written under no lease: nothing would keep a node without it from doing so. Mail alone needs none.</exception>
    public async Task CommitAsync(CancellationToken stop)
    {
        if (_before.Count == 0 && _journal.Count + _snapshots.Count > 0)
        {
            throw new InvalidOperationException("a turn that journals or takes snapshots must be fenced: advance the lease it writes under");
        }

        try
        {
            await AppendAsync(_journal, _snapshots, _envelopes, stop);
            if (_before.Count > 0)
            {
                await FenceAsync(_before.Keys, stop);
            }
        }
        catch
        {
            Restore();
            throw;
        }

        try
        {
            await CommitTransactionAsync();
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
        await EndAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes what was journaled, snapshotted and mailed.</summary>
    protected abstract Task AppendAsync(
        IReadOnlyList<JournalEntry> journal, IReadOnlyList<ActorSnapshot> snapshots, IReadOnlyList<SentEnvelope> envelopes, CancellationToken stop);

    /// <summary>The fence: the last statement of every turn. Moves cursors, journal sequences and batch numbers of the leases, or throws <see cref="StaleLeaseException"/>.</summary>
    protected abstract Task FenceAsync(IReadOnlyCollection<HeldLease> leases, CancellationToken stop);

    /// <summary>Commits the transaction.</summary>
    protected abstract Task CommitTransactionAsync();

    /// <summary>Batch numbers as the store has them, outside this transaction, of leases that still carry our token.</summary>
    protected abstract Task<IReadOnlyDictionary<int, long>> BatchNumbersAsync(IReadOnlyCollection<HeldLease> leases);

    /// <summary>Ends the transaction; undoes it unless it was committed.</summary>
    protected abstract ValueTask EndAsync();

    // The answer to COMMIT was lost: the batch number says whether it happened.
    private async Task<bool> HappenedAsync()
    {
        IReadOnlyDictionary<int, long> numbers;
        try
        {
            numbers = await BatchNumbersAsync(_before.Keys);
        }
        catch (Exception error)
        {
            throw new StaleLeaseException($"nobody can say whether the turn was committed, and what we remember of its leases may be old: {error.Message}");
        }

        return _before.Keys.All(lease => numbers.TryGetValue(lease.Address, out var number) && number == lease.BatchNo + 1);
    }

    private void Restore()
    {
        foreach (var (lease, before) in _before)
        {
            lease.TakeBack(before);
        }

        _before.Clear();
    }
}

/// <summary>An envelope a turn sends.</summary>
public readonly record struct SentEnvelope(int Address, DateTimeOffset? DueAt, string Body, int Messages);
