using System.Collections.Immutable;
using ActorSync.Coordination;
using ActorSync.Domain.Mapping;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Journal;
using ActorSync.Runtime.Turns;

namespace ActorSync.TestKit.Memory;

/// <summary>A mapped row. Values are text as the application wrote it, in the order of the mapping's fields.</summary>
internal sealed record MemoryRow(Guid Key, long Birth, long Revision, ImmutableArray<string?> Values)
{
    public string? Sfid { get; init; }

    public DateTimeOffset? SystemModstamp { get; init; }

    public string? LastOp { get; init; }

    public string? Error { get; init; }

    /// <summary>Marked: its record is deleted in Salesforce.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>A column that is not mapped.</summary>
    public int Unmapped { get; init; }
}

internal sealed record MemoryLease(int Address, Guid? Owner, long Epoch, Guid? Token, long BatchNo, long JournalSeq, string Snap, string? Window, long WindowId, string Cursor);

internal sealed record MemoryEnvelope(long Id, int Address, DateTimeOffset? DueAt, string Body, int Messages);

internal sealed record MemoryOffer(long Id, long Transaction, OfferedWrite Write, DateTimeOffset? DueAt);

internal sealed record MemorySubmission(Submission Submission, string? Outcome, DateTimeOffset? FinishedAt)
{
    public DateTimeOffset? DoubtfulSince { get; init; }

    /// <summary>The answer that its carrier has brought and nobody has taken.</summary>
    public string? Brought { get; init; }

    /// <summary>What was sent, where some of it has been settled; null: the writes.</summary>
    public IReadOnlyList<OfferedWrite>? Sent { get; init; }
}

internal sealed record MemoryLink(ActorId? Actor, DateTimeOffset? DeletedAt);

internal sealed record MemoryChange(CapturedChange Change, long Transaction, Guid? Origin, short Shard);

internal sealed record MemoryNode(DateTimeOffset ExpiresAt)
{
    public bool IsDraining { get; init; }

    public short[] Kinds { get; init; } = [];

    public int Format { get; init; } = 1;
}

/// <summary>PostgreSQL as the engine uses it, in memory and in one thread: transactions, row locks, savepoints, snapshots, capture and sequences, with a hook
/// before each statement. What would wait there fails here.</summary>
/// <param name="now">The server's clock.</param>
/// <param name="random">Makes tokens and turn ids.</param>
internal sealed class MemoryDatabase(IReadOnlyList<ObjectMapping> mappings, int shardCount, Func<DateTimeOffset> now, Random random)
{
    private long _ids;
    private DateTimeOffset _told;

    public int ShardCount { get; } = shardCount;

    public int Format { get; set; } = 1;

    public IReadOnlyDictionary<short, MemoryMappedTable> Tables { get; } =
        mappings.ToDictionary(mapping => mapping.Number, mapping => new MemoryMappedTable(new RowValues(mapping)));

    public MemorySnapshots Snapshots { get; } = new();

    public MemoryTable<Guid, MemoryNode> Nodes { get; } = new("node");

    public MemoryTable<int, MemoryLease> Leases { get; } = new("lease");

    public MemoryTable<long, MemoryEnvelope> Mail { get; } = new("envelope");

    public MemoryTable<(int Address, long Seq), JournalEntry> Journal { get; } = new("journal");

    public MemoryTable<ActorId, ActorSnapshot> States { get; } = new("actor");

    public MemoryTable<long, MemoryOffer> Offers { get; } = new("offer");

    public MemoryTable<Guid, MemorySubmission> Submissions { get; } = new("submission");

    public MemoryTable<string, MemoryLink> Links { get; } = new("link");

    public MemoryChangeLog ChangeLog { get; } = new();

    /// <summary>Who reads the change log is told how far the ids have come, and numbers his turns, as with PostgreSQL; what he knows from that bounds what is read.</summary>
    public bool SaysIds { get; set; }

    /// <summary>After how many rows a piece of the change log ends because its values are long; asked for each piece.</summary>
    public Func<int> PieceRowsMax { get; set; } = static () => int.MaxValue;

    /// <summary>The last id that was given.</summary>
    public long LastId => _ids;

    /// <summary>Called before each statement with its name; may run other transactions, or throw.</summary>
    public Action<string> BeforeStatement { get; set; } = static _ => { };

    /// <summary>The clock as it stands: nobody is told a time by it.</summary>
    public DateTimeOffset Clock => now();

    /// <summary>clock_timestamp(): never the same twice.</summary>
    public DateTimeOffset Now()
    {
        var later = _told + TimeSpan.FromMicroseconds(1);
        return _told = now() is var shown && shown > later ? shown : later;
    }

    public long NextId() => ++_ids;

    public Guid NextGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    public MemoryTransaction Begin() => new(Snapshots);
}

/// <summary>The change log; what the application said is also kept in the order of transactions, so that nobody reads again what all have decided.</summary>
internal sealed class MemoryChangeLog
{
    private readonly List<MemoryChange> _said = [];

    public MemoryChangeLog() => Rows.Committed = (_, change) =>
    {
        if (change is { Origin: null })
        {
            _said.Insert(_said.FindLastIndex(other => other.Transaction <= change.Transaction) + 1, change);
        }
    };

    public MemoryTable<long, MemoryChange> Rows { get; } = new("change");

    /// <summary>Everything that was logged and committed, ours too.</summary>
    public IEnumerable<MemoryChange> All => Rows.Scan(null).Select(row => row.Value);

    /// <summary>What the application said and the snapshot does not show, by transaction.</summary>
    public IEnumerable<MemoryChange> Undecided(MemorySnapshot decided) =>
        _said.Skip(_said.FindLastIndex(change => change.Transaction < decided.OldestRunning) + 1).Where(change => !decided.Shows(change.Transaction));
}

/// <summary>A mapped table, its triggers and its constraint.</summary>
internal sealed class MemoryMappedTable(RowValues values)
{
    public RowValues Values { get; } = values;

    public MemoryTable<Guid, MemoryRow> Rows { get; } = new(values.Mapping.Table);

    /// <summary>The application's BEFORE trigger: the row before (none for an insert) and as it would be stored. Gives the row to store, or none to suppress the write.</summary>
    public Func<MemoryRow?, MemoryRow, MemoryRow?>? BeforeTrigger { get; set; }

    /// <summary>The application's AFTER trigger; it may change rows in the same transaction.</summary>
    public Action<MemoryStatements, MemoryRow?, MemoryRow?>? AfterTrigger { get; set; }

    /// <summary>An AFTER trigger whose name sorts in front of capture's: what it changes is logged first.</summary>
    public Action<MemoryStatements, MemoryRow?, MemoryRow?>? AfterTriggerInFront { get; set; }

    /// <summary>A check constraint: what is wrong with a row, or null.</summary>
    public Func<MemoryRow, string?>? Check { get; set; }
}
