using System.Globalization;
using System.Text.Json.Nodes;
using ActorSync.Coordination;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using ActorSync.WriteBack;

namespace ActorSync.TestKit.Memory;

/// <summary>The flow's tables in memory.</summary>
internal static class MemoryStores
{
    /// <summary>All stores of one node.</summary>
    public static SyncStores Of(MemoryTurnStore turns) => new(
        turns, new MemoryMappedRows(turns.Database), new MemoryLinks(turns.Database), new MemoryOffers(turns), new MemorySubmissions(turns));

    public static MemoryTurn Memory(this Turn turn, string statement)
    {
        var memory = (MemoryTurn)turn;
        memory.Reach(statement);
        return memory;
    }
}

internal sealed class MemoryMappedRows(MemoryDatabase database) : IMappedRows
{
    public Task<IReadOnlyDictionary<Guid, RowImage>> ReadAsync(Turn turn, short mapping, IReadOnlyCollection<Guid> keys, CancellationToken stop)
    {
        var transaction = turn.Memory("read rows").Transaction;
        var table = database.Tables[mapping];
        var rows = new Dictionary<Guid, RowImage>();
        foreach (var key in keys)
        {
            if (table.Rows.Read(transaction, key) is { } row)
            {
                rows[key] = new RowImage(new RowStamp(row.Birth, row.Revision), table.Values.Canonical([.. row.Values]), row.SystemModstamp);
            }
        }

        return Task.FromResult<IReadOnlyDictionary<Guid, RowImage>>(rows);
    }

    public Task<IReadOnlyList<Delivery<RecordMessage>>> WriteAsync(Turn turn, IReadOnlyList<(ActorId Actor, RecordState State)> owing, CancellationToken stop)
    {
        var results = new List<Delivery<RecordMessage>>();
        var ordered = owing.Select(entry => (entry.Actor, entry.State, Row: RecordBehavior.Owed(entry.State)!))
            .OrderBy(entry => entry.Row.Operation).ThenBy(entry => entry.Actor.Kind).ThenBy(entry => entry.Actor.Entity);
        foreach (var (actor, state, row) in ordered)
        {
            var transaction = turn.Memory("write row").Transaction;
            transaction.Savepoint();
            results.Add(new(actor, new RecordMessage.RowWriteResult(Write(new MemoryStatements(database, transaction, turn.Id), actor, state, row), turn.Now)));
        }

        return Task.FromResult<IReadOnlyList<Delivery<RecordMessage>>>(results);
    }

    private RowWriteOutcome Write(MemoryStatements statements, ActorId actor, RecordState state, OwedRow owed)
    {
        var table = database.Tables[actor.Kind];
        var old = table.Rows.Read(statements.Transaction, actor.Entity);
        // A row that is not there cannot be locked: who inserts it at this moment is not seen.
        if (owed.Operation != RowOperation.Insert && old is null)
        {
            return new RowWriteOutcome.Moved();
        }

        if (table.Rows.IsHeld(statements.Transaction, actor.Entity))
        {
            return new RowWriteOutcome.Locked();
        }

        if (owed.Operation == RowOperation.Insert ? old is not null : new RowStamp(old!.Birth, old.Revision) != state.Row)
        {
            return new RowWriteOutcome.Moved();
        }

        try
        {
            return owed.Operation switch
            {
                RowOperation.Insert => Landed(table, null, statements.Insert(actor.Kind, Changed(table, new MemoryRow(actor.Entity, 0, 0, [.. new string?[table.Values.Mapping.Fields.Length]]), owed))),
                RowOperation.Update => Landed(table, old, statements.Update(actor.Kind, actor.Entity, row => Changed(table, row, owed))),
                _ => statements.Delete(actor.Kind, actor.Entity) ? new RowWriteOutcome.Landed(null, FieldValues.Empty, FieldValues.Empty) : new RowWriteOutcome.Moved(),
            };
        }
        catch (MemoryRefusalException refused)
        {
            statements.Transaction.RollbackToSavepoint();
            return new RowWriteOutcome.Failed(refused.SqlState, refused.Message);
        }
        catch (MemoryLockException)
        {
            statements.Transaction.RollbackToSavepoint();
            return new RowWriteOutcome.Locked();
        }
    }

    private static RowWriteOutcome Landed(MemoryMappedTable table, MemoryRow? old, MemoryRow? row) =>
        row is null ? new RowWriteOutcome.Failed("SUPPRESSED", "a BEFORE trigger returned NULL")
        : new RowWriteOutcome.Landed(
            new RowStamp(row.Birth, row.Revision), old is null ? table.Values.Empty : table.Values.Canonical([.. old.Values]), table.Values.Canonical([.. row.Values]));

    private static MemoryRow Changed(MemoryMappedTable table, MemoryRow row, OwedRow owed)
    {
        var values = row.Values.ToBuilder();
        var fields = table.Values.Mapping.Fields;
        for (var i = 0; i < fields.Length; i++)
        {
            values[i] = owed.Fields.TryGet(fields[i].Name, out var value) ? value : values[i];
        }

        return row with
        {
            Values = values.ToImmutable(),
            Sfid = owed.Status.Sfid ?? row.Sfid,
            SystemModstamp = owed.Status.SystemModstamp ?? row.SystemModstamp,
            LastOp = owed.Status.LastOp ?? row.LastOp,
            Error = owed.Status.Error is { } error ? error.Length == 0 ? null : error : row.Error,
            IsDeleted = owed.Operation == RowOperation.Update && (owed.Status.IsDeleted ?? row.IsDeleted),
        };
    }
}

internal sealed class MemoryLinks(MemoryDatabase database) : ISfidLinks
{
    public Task<IReadOnlyList<(ActorId Actor, string Sfid, DateTimeOffset ReadBegan)>> LearnAsync(
        Turn turn, IEnumerable<(ActorId Actor, string Sfid)> links, CancellationToken stop)
    {
        var sorted = links.DistinctBy(link => link.Sfid).OrderBy(link => link.Sfid, StringComparer.Ordinal).ToArray();
        var orphans = new List<(ActorId, string, DateTimeOffset)>();
        if (sorted.Length == 0)
        {
            return Task.FromResult<IReadOnlyList<(ActorId, string, DateTimeOffset)>>(orphans);
        }

        var transaction = turn.Memory("learn links").Transaction;
        foreach (var (actor, sfid) in sorted)
        {
            database.Links.Lock(transaction, sfid);
            if (database.Links.Read(transaction, sfid) is { Actor: not null })
            {
                continue;
            }

            var deletedAt = database.Links.Read(transaction, sfid)?.DeletedAt;
            database.Links.Write(transaction, sfid, new MemoryLink(actor, deletedAt));
            if (deletedAt is { } at)
            {
                orphans.Add((actor, sfid, at));
            }
        }

        return Task.FromResult<IReadOnlyList<(ActorId, string, DateTimeOffset)>>(orphans);
    }

    public Task<IReadOnlyDictionary<string, ActorId>> FindAsync(Turn turn, IReadOnlyCollection<string> sfids, CancellationToken stop)
    {
        var transaction = turn.Memory("find links").Transaction;
        return Task.FromResult<IReadOnlyDictionary<string, ActorId>>(sfids.Distinct()
            .Select(sfid => (Sfid: sfid, database.Links.Read(transaction, sfid)?.Actor)).Where(link => link.Actor is not null)
            .ToDictionary(link => link.Sfid, link => link.Actor!.Value, StringComparer.Ordinal));
    }

    public Task<IReadOnlyList<(string Sfid, ActorId Actor)>> PageAsync(Turn turn, short mapping, string after, int recordsMax, CancellationToken stop)
    {
        var transaction = turn.Memory("page links").Transaction;
        return Task.FromResult<IReadOnlyList<(string, ActorId)>>([.. database.Links.Scan(transaction)
            .Where(link => link.Value is { Actor: { } actor } && actor.Kind == mapping && string.CompareOrdinal(link.Key, after) > 0)
            .OrderBy(link => link.Key, StringComparer.Ordinal).Take(recordsMax).Select(link => (link.Key, link.Value.Actor!.Value))]);
    }

    public Task<IReadOnlyDictionary<string, ActorId>> BuryAsync(Turn turn, IReadOnlyCollection<string> sfids, DateTimeOffset readBegan, CancellationToken stop)
    {
        var transaction = turn.Memory("bury links").Transaction;
        var known = new Dictionary<string, ActorId>(StringComparer.Ordinal);
        foreach (var sfid in sfids.Order(StringComparer.Ordinal))
        {
            database.Links.Lock(transaction, sfid);
            var link = database.Links.Read(transaction, sfid);
            database.Links.Write(transaction, sfid, new MemoryLink(link?.Actor, readBegan));
            if (link?.Actor is { } actor)
            {
                known[sfid] = actor;
            }
        }

        return Task.FromResult<IReadOnlyDictionary<string, ActorId>>(known);
    }
}

internal sealed class MemoryOffers(MemoryTurnStore store) : IOfferTable
{
    public Task OfferAgainAsync(Turn turn, IReadOnlyList<(OfferedWrite Write, DateTimeOffset? DueAt)> writes, CancellationToken stop)
    {
        if (writes.Count > 0)
        {
            var transaction = turn.Memory("offer").Transaction;
            foreach (var (write, dueAt) in writes)
            {
                var id = store.Database.NextId();
                store.Database.Offers.Write(transaction, id, new MemoryOffer(id, transaction.Number, write, dueAt));
            }
        }

        return Task.CompletedTask;
    }

    public Task TakeAsync(Turn turn, IReadOnlyCollection<long> offers, CancellationToken stop)
    {
        var transaction = turn.Memory("take offers").Transaction;
        foreach (var offer in offers)
        {
            store.Database.Offers.Lock(transaction, offer);
            if (store.Database.Offers.Read(transaction, offer) is null)
            {
                throw new StaleLeaseException($"offer {offer} is gone: another coordinator took it");
            }

            store.Database.Offers.Write(transaction, offer, null);
        }

        return Task.CompletedTask;
    }

    public Task<OffersInOrder> ReadInOrderAsync(int max, CancellationToken stop)
    {
        store.Reach("read offers in order");
        var database = store.Database;
        var mail = database.Mail.Scan(null).Where(row => row.Value.Address < Addresses.Coordinator).Select(row => row.Key).ToList();
        var writes = database.Offers.Scan(null).Select(row => row.Value).OrderBy(offer => offer.Write.Position).ThenBy(offer => offer.Id).Take(max)
            .Select(offer => new ReadyWrite(offer.Id, offer.Write, offer.DueAt)).ToArray();
        return Task.FromResult(new OffersInOrder(
            writes, database.Now(), UndecidedFrom(), mail.Count == 0 ? null : mail.Min(), mail.Count == 0 ? null : mail.Max()));
    }

    public Task<IReadOnlyCollection<RecordId>> BirthsAsync(IReadOnlyCollection<short> mappings, IReadOnlyCollection<Guid> records, CancellationToken stop)
    {
        store.Reach("read births");
        return Task.FromResult<IReadOnlyCollection<RecordId>>([.. store.Database.Offers.Scan(null).Select(row => row.Value.Write)
            .Where(write => write.Operation == WriteOperation.Insert && mappings.Contains(write.Mapping) && records.Contains(write.Entity)).Select(write => new RecordId(write.Mapping, write.Entity))]);
    }

    public Task<bool> ExceedAsync(int max, bool inLogOrder, CancellationToken stop)
    {
        store.Reach("count offers");
        var offers = store.Database.Offers.Scan(null).Select(row => row.Value.Write).ToList();
        return Task.FromResult(offers.Count > max && (!inLogOrder || !(offers.Min(write => write.Position) >= UndecidedFrom())));
    }

    public Task<IReadOnlyDictionary<short, long>> WaitingAsync(int max, CancellationToken stop)
    {
        store.Reach("count offers");
        var waiting = store.Database.Offers.Scan(null).GroupBy(row => row.Value.Write.Mapping).ToDictionary(of => of.Key, of => of.LongCount());
        return Task.FromResult<IReadOnlyDictionary<short, long>>(waiting.Values.Sum() > max ? waiting : []);
    }

    private long? UndecidedFrom()
    {
        var database = store.Database;
        long? first = null;
        foreach (var lease in database.Leases.Scan(null).Select(row => row.Value).Where(lease => lease.Address < Addresses.Coordinator))
        {
            MemorySnapshot? window = lease.Window is { } open ? new MemorySnapshot(open) : null;
            foreach (var row in database.ChangeLog.Undecided(new MemorySnapshot(lease.Snap)).Where(row => row.Shard == lease.Address))
            {
                var isDecided = window is { } piece && piece.Shows(row.Transaction) && row.Change.Id <= lease.WindowId;
                first = isDecided || first < row.Change.Id ? first : row.Change.Id;
            }
        }

        return first;
    }

    public IOfferWindow OpenWindow() => new Window(store);

    private sealed class Window(MemoryTurnStore store) : IOfferWindow
    {
        private string _snap = "1:1:";
        private string? _window;
        private long _windowId;

        public Task<(IReadOnlyList<ReadyWrite> Writes, DateTimeOffset Now)> ReadAsync(int max, CancellationToken stop)
        {
            store.Reach("read offers");
            var now = store.Database.Now();
            if (max == 0)
            {
                return Task.FromResult<(IReadOnlyList<ReadyWrite>, DateTimeOffset)>(([], now));
            }

            var window = _window ?? store.Database.Snapshots.Current();
            if (store.Database.Offers.IsEmpty)
            {
                (_snap, _window, _windowId) = (window, null, 0);
                return Task.FromResult<(IReadOnlyList<ReadyWrite>, DateTimeOffset)>(([], now));
            }

            var (shown, known) = (new MemorySnapshot(window), new MemorySnapshot(_snap));
            var writes = store.Database.Offers.Scan(null).Select(row => row.Value)
                .Where(offer => offer.Id > _windowId && shown.Shows(offer.Transaction) && !known.Shows(offer.Transaction))
                .OrderBy(offer => offer.Id).Take(max).Select(offer => new ReadyWrite(offer.Id, offer.Write, offer.DueAt)).ToArray();
            (_snap, _window, _windowId) = writes.Length == max ? (_snap, window, writes[^1].OfferId) : (window, null, 0);
            return Task.FromResult<(IReadOnlyList<ReadyWrite>, DateTimeOffset)>((writes, now));
        }

        public Task<IReadOnlyList<ReadyWrite>> ReadAgainAsync(IReadOnlyCollection<long> offers, CancellationToken stop)
        {
            store.Reach("read offers again");
            var wanted = offers.ToHashSet();
            return Task.FromResult<IReadOnlyList<ReadyWrite>>([.. store.Database.Offers.Scan(null).Select(row => row.Value).Where(offer => wanted.Contains(offer.Id))
                .OrderBy(offer => offer.Id).Select(offer => new ReadyWrite(offer.Id, offer.Write, offer.DueAt))]);
        }

        public Task<IReadOnlyDictionary<short, string>> ApartAsync(CancellationToken stop) => Task.FromResult<IReadOnlyDictionary<short, string>>(
            Apart().GroupBy(lane => lane.Mapping).ToDictionary(lanes => lanes.Key, lanes => string.Join(' ', lanes.OrderBy(lane => lane.Shard).Select(lane => lane.Place))));

        public Task<IReadOnlyCollection<RecordId>> UnreadBirthsAsync(IReadOnlyCollection<RecordId> named, CancellationToken stop)
        {
            var database = store.Database;
            var offered = database.Offers.Scan(null).Select(row => row.Value.Write).Where(write => write.Operation == WriteOperation.Insert)
                .Select(write => new RecordId(write.Mapping, write.Entity)).ToHashSet();
            var apart = Apart().Select(lane => (lane.Shard, lane.Mapping)).ToHashSet();
            return Task.FromResult<IReadOnlyCollection<RecordId>>([.. named.Where(record => offered.Contains(record)
                || (database.States.Read(null, new ActorId(record.Mapping, record.ExternalId)) is null
                    && (apart.Contains((Addresses.ShardOf(record.ExternalId, database.ShardCount), record.Mapping)) || IsUndecided(record))))]);
        }

        private bool IsUndecided(RecordId record)
        {
            var database = store.Database;
            var shard = Addresses.ShardOf(record.ExternalId, database.ShardCount);
            return database.Leases.Scan(null).Select(row => row.Value).FirstOrDefault(lease => lease.Address == shard) is { } lease
                && database.ChangeLog.Undecided(new MemorySnapshot(lease.Snap)).Any(row => row.Shard == shard && row.Change.Mapping == record.Mapping && row.Change.Entity == record.ExternalId && row.Change.Operation == 'I'
                    && !(lease.Window is { } open && new MemorySnapshot(open).Shows(row.Transaction) && row.Change.Id <= lease.WindowId));
        }

        private IEnumerable<(int Shard, short Mapping, string Place)> Apart() =>
            from lease in store.Database.Leases.Scan(null).Select(row => row.Value)
            where lease.Address < Addresses.Coordinator
            from lane in JsonNode.Parse(lease.Cursor)!["apart"]?.AsObject() ?? []
            select (lease.Address, short.Parse(lane.Key, CultureInfo.InvariantCulture), lane.Value!.ToJsonString());
    }
}
