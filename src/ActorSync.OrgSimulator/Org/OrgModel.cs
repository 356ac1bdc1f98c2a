namespace ActorSync.OrgSimulator.Org;

/// <summary>A Salesforce org in memory, with the semantics of the real one and no transport. Thread-safe: one lock around every call.</summary>
public sealed class OrgModel
{
    /// <summary>Records of one create, update, upsert, delete or undelete call.</summary>
    public const int RecordsPerCallMax = 200;

    private readonly TimeProvider _clock;

    public OrgModel(OrgOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        _clock = clock;
        Schema = options.Schema ?? StandardObjects.Schema();
    }

    public OrgOptions Options { get; }

    public OrgSchema Schema { get; }

    /// <summary>18-character id of the organization.</summary>
    public string OrganizationId { get; } = "00D5g0000004zQTEAY";

    /// <summary>The users the org was made with: the integration user and a person.</summary>
    public IReadOnlyList<UserInfo> Users => [IntegrationUser, HumanUser];

    public UserInfo IntegrationUser => throw new NotImplementedException();

    public UserInfo HumanUser => throw new NotImplementedException();

    public DateTimeOffset Now => _clock.GetUtcNow();

    public IReadOnlyList<RecordResult> Create(IReadOnlyList<RecordInput> records, DmlContext context) => throw new NotImplementedException();

    public IReadOnlyList<RecordResult> Update(IReadOnlyList<RecordInput> records, DmlContext context) => throw new NotImplementedException();

    public IReadOnlyList<RecordResult> Upsert(string externalIdField, IReadOnlyList<RecordInput> records, DmlContext context) => throw new NotImplementedException();

    public IReadOnlyList<RecordResult> Delete(IReadOnlyList<string> ids, DmlContext context) => throw new NotImplementedException();

    public IReadOnlyList<RecordResult> Undelete(IReadOnlyList<string> ids, DmlContext context) => throw new NotImplementedException();

    public IReadOnlyList<RecordResult> EmptyRecycleBin(IReadOnlyList<string> ids, DmlContext context) => throw new NotImplementedException();

    /// <summary>Answers a SOQL query. <paramref name="includeDeleted"/> is queryAll.</summary>
    public QueryPage Query(string soql, bool includeDeleted = false, int batchSize = 2000) => throw new NotImplementedException();

    public QueryPage QueryMore(string locator, int batchSize = 2000) => throw new NotImplementedException();

    /// <summary>Records by id in the order asked for; null where there is none, or it is deleted.</summary>
    public IReadOnlyList<QueryRow?> Retrieve(IReadOnlyList<string> fields, string type, IReadOnlyList<string> ids) => throw new NotImplementedException();

    public UpdatedRecords GetUpdated(string type, DateTimeOffset start, DateTimeOffset end) => throw new NotImplementedException();

    public DeletedRecords GetDeleted(string type, DateTimeOffset start, DateTimeOffset end) => throw new NotImplementedException();

    /// <summary>Arrivals with a sequence number of at least <paramref name="fromSequence"/>, oldest first, at most <paramref name="countMax"/>.</summary>
    public IReadOnlyList<Arrival> Arrivals(long fromSequence = 1, int countMax = int.MaxValue) => throw new NotImplementedException();

    /// <summary>Live records of an object.</summary>
    public int Count(string type) => throw new NotImplementedException();

    /// <summary>Fills the org with about <paramref name="records"/> plausible Accounts, Contacts, Leads, Opportunities and Cases, linked to each other.</summary>
    public void Populate(int records, int seed) => throw new NotImplementedException();

    /// <summary>Holds row locks: until disposed, DML on these records gives UNABLE_TO_LOCK_ROW (at once; waiting first is the surface's part).</summary>
    public IDisposable LockRecords(IReadOnlyList<string> ids) => throw new NotImplementedException();

    /// <summary>True if DML on any of these would meet a lock now.</summary>
    public bool AnyLocked(IReadOnlyList<string> ids) => throw new NotImplementedException();

    /// <summary>True if DML on any of these would meet a lock now; records of an upsert are found by <paramref name="externalIdField"/>.</summary>
    public bool AnyLocked(IReadOnlyList<RecordInput> records, string? externalIdField = null) => throw new NotImplementedException();

    /// <summary>Makes records fail until used up or disposed.</summary>
    public IDisposable InjectError(ErrorInjection injection) => throw new NotImplementedException();

    /// <summary>The next <paramref name="calls"/> DML calls commit with a SystemModstamp this much before the commit, as a long transaction does.</summary>
    public void CommitLate(TimeSpan stampBeforeCommit, int calls = 1) => throw new NotImplementedException();
}
