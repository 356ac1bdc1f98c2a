using System.Collections.Immutable;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Runtime.Journal;

namespace ActorSync.TestKit.Conformance;

/// <summary>Stores with a mapped table, the application beside them, and what a test may look at behind their backs.</summary>
internal abstract class StoreWorld : IAsyncDisposable
{
    /// <summary>Shards of the database.</summary>
    public const int ShardCount = 32;

    /// <summary>Number of the mapping.</summary>
    public const short Account = 1;

    /// <summary>The one mapped table: four text fields, Fax is one of intent.</summary>
    public static ObjectMapping Mapping { get; } = new(
        Account, "Account", "salesforce", "account", MappingAccess.ReadWrite, "ActorSync_Id__c", "actorsync_id__c", ConflictPolicy.LatestWins, Side.Salesforce,
        TimeSpan.FromSeconds(2), [Text("Name", 255), Text("Phone", 40), Text("Fax", 40) with { Intent = true }, Text("Site", 80)]);

    /// <summary>The stores of one node.</summary>
    public abstract SyncStores Stores { get; }

    /// <summary>A session of the application, with a transaction begun.</summary>
    public abstract Task<ApplicationSession> BeginAsync();

    /// <summary>Gives the mapped table a trigger or a constraint of the application.</summary>
    public abstract Task PutAsync(ApplicationRule rule);

    /// <summary>A row as everybody sees it; null: there is none.</summary>
    public abstract Task<SeenRow?> RowAsync(Guid key);

    /// <summary>The committed journal, by address and sequence.</summary>
    public abstract Task<IReadOnlyList<JournalEntry>> JournalAsync();

    /// <summary>The committed snapshots.</summary>
    public abstract Task<IReadOnlyList<ActorSnapshot>> SnapshotsAsync();

    /// <summary>Since when the outcome of a submission is in doubt; null: it is not.</summary>
    public abstract Task<DateTimeOffset?> DoubtfulSinceAsync(Guid submission);

    /// <summary>The statement has to wait for another transaction, and gives up.</summary>
    public abstract Task WaitsAsync(Func<Task> statement);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    private static FieldMapping Text(string name, int length) => new(name, name.ToLowerInvariant(), FieldKind.Text, 0, length, Creatable: true, Updatable: true, null);
}

/// <summary>One transaction of the application, under its own login. What fails leaves it fit for a rollback only.</summary>
internal abstract class ApplicationSession : IAsyncDisposable
{
    /// <summary>INSERT; what a column is not given is NULL.</summary>
    public abstract Task InsertAsync(Guid key, params (string Field, string? Value)[] fields);

    /// <summary>UPDATE of mapped fields; false when there is no such row, or a trigger suppressed it.</summary>
    public abstract Task<bool> UpdateAsync(Guid key, params (string Field, string? Value)[] fields);

    /// <summary>UPDATE of a column that is not mapped.</summary>
    public abstract Task TouchAsync(Guid key);

    /// <summary>UPDATE ... SET field = field.</summary>
    public abstract Task SetToItselfAsync(Guid key, string field);

    /// <summary>DELETE; false when there is no such row.</summary>
    public abstract Task<bool> DeleteAsync(Guid key);

    /// <summary>SELECT ... FOR UPDATE.</summary>
    public abstract Task LockAsync(Guid key);

    /// <summary>SAVEPOINT.</summary>
    public abstract Task SavepointAsync();

    /// <summary>ROLLBACK TO the last savepoint.</summary>
    public abstract Task RollbackToSavepointAsync();

    /// <summary>COMMIT.</summary>
    public abstract Task CommitAsync();

    /// <summary>ROLLBACK.</summary>
    public abstract Task RollbackAsync();

    /// <summary>Rolls back what is still open.</summary>
    public abstract ValueTask DisposeAsync();
}

/// <summary>What an application puts on its table.</summary>
internal enum ApplicationRule
{
    /// <summary>BEFORE INSERT OR UPDATE: Site is stored in capitals.</summary>
    SiteInCapitals,

    /// <summary>BEFORE INSERT OR UPDATE: a row whose Name is "ghost" is not written (the trigger returns NULL).</summary>
    GhostsAreNotWritten,

    /// <summary>AFTER UPDATE: when Phone changes, Fax becomes "F" and the new phone, in an UPDATE of its own.</summary>
    FaxFollowsPhone,

    /// <summary>AFTER UPDATE, under a name that sorts in front of capture's: Phone is given a "+" in front, in an UPDATE of its own.</summary>
    PhoneIsGivenAPlus,

    /// <summary>CHECK: Phone is not "refused".</summary>
    PhoneIsChecked,
}

/// <summary>A row as a test sees it.</summary>
/// <param name="Values">Stored values, in the order of the mapping's fields.</param>
/// <param name="IsDeleted">Marked as deleted in Salesforce.</param>
internal sealed record SeenRow(RowStamp Stamp, ImmutableArray<string?> Values, string? Sfid, string? LastOp, string? Error, bool IsDeleted)
{
    /// <summary>A stored value.</summary>
    public string? this[string field] => Values[StoreWorld.Mapping.Fields.IndexOf(StoreWorld.Mapping.Field(field)!)];
}
