using ActorSync.OrgSimulator.Org.Changes;
using ActorSync.OrgSimulator.Soql;

namespace ActorSync.OrgSimulator.Org;

/// <summary>
/// A Salesforce org in memory, with the semantics of the real one and no transport. Thread-safe: one lock around every call.
/// Deterministic: the same options, clock and calls give the same org.
/// </summary>
public sealed class OrgModel
{
    /// <summary>Records of one create, update, upsert, delete or undelete call.</summary>
    public const int RecordsPerCallMax = 200;

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly OrgStore _store;
    private readonly RecordDeleter _deleter;
    private readonly ErrorInjections _injections;
    private readonly RowLocks _locks = new();
    private readonly OrgRules _rules;
    private readonly ArrivalLog _arrivals;
    private readonly QueryCursors _cursors;
    private readonly Queue<TimeSpan> _lateCommits = new();
    private ChangeEventLog? _changeEvents;

    public OrgModel(OrgOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        Options = options;
        _clock = clock;
        Schema = options.Schema ?? StandardObjects.Schema();
        _store = new OrgStore(Schema);
        _deleter = new RecordDeleter(_store, options.RecycleBinAge);
        _injections = new ErrorInjections(new Random(options.Seed));
        _arrivals = new ArrivalLog(options.ArrivalRecordsMax);
        _cursors = new QueryCursors(options.QueryCursorsMax);
        OrganizationId = SalesforceId.Create("00D", options.Seed);
        IntegrationUser = AddUser(options.IntegrationUsername, "Integration", "User");
        HumanUser = AddUser(options.HumanUsername, "Ada", "Admin");
        _rules = new OrgRules(Schema, options, Users);
    }

    public OrgOptions Options { get; }

    public OrgSchema Schema { get; }

    /// <summary>18-character id of the organization.</summary>
    public string OrganizationId { get; }

    /// <summary>The users the org was made with: the integration user and a person.</summary>
    public IReadOnlyList<UserInfo> Users => [IntegrationUser, HumanUser];

    public UserInfo IntegrationUser { get; }

    public UserInfo HumanUser { get; }

    public DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>Creates up to 200 records, of one object or several.</summary>
    /// <exception cref="OrgFaultException">More than 200 records (EXCEEDED_ID_LIMIT), an unknown object (INVALID_TYPE) or field (INVALID_FIELD).</exception>
    public IReadOnlyList<RecordResult> Create(IReadOnlyList<RecordInput> records, DmlContext context) => Transact(records.Count, context, call =>
    {
        RequestFields[] fields = RequestFields.ResolveAll(_store, records, context.Api);
        return i => RecordSaver.Create(call, fields[i], records[i].Id, "create", null);
    });

    /// <summary>Updates up to 200 records by their ids. Faults as <see cref="Create"/>.</summary>
    public IReadOnlyList<RecordResult> Update(IReadOnlyList<RecordInput> records, DmlContext context) => Transact(records.Count, context, call =>
    {
        var update = new Update(call, records);
        return update.Save;
    });

    /// <summary>Creates or updates up to 200 records by an external id, an id-lookup field or Id. Faults as <see cref="Create"/>; INVALID_FIELD too if the field is none of these.</summary>
    public IReadOnlyList<RecordResult> Upsert(string externalIdField, IReadOnlyList<RecordInput> records, DmlContext context) => Transact(records.Count, context, call =>
    {
        var upsert = new Upsert(call, externalIdField, records, Options.UpsertMatchesDeleted);
        return upsert.Save;
    });

    /// <summary>Moves up to 200 records to the recycle bin, with what cascades.</summary>
    public IReadOnlyList<RecordResult> Delete(IReadOnlyList<string> ids, DmlContext context) =>
        Transact(ids.Count, context, call => i => _deleter.Delete(call, ids[i]));

    /// <summary>Brings up to 200 records back from the recycle bin, with what was deleted along.</summary>
    public IReadOnlyList<RecordResult> Undelete(IReadOnlyList<string> ids, DmlContext context) =>
        Transact(ids.Count, context, call => i => _deleter.Undelete(call, ids[i]));

    /// <summary>Deletes up to 200 records of the recycle bin for good.</summary>
    public IReadOnlyList<RecordResult> EmptyRecycleBin(IReadOnlyList<string> ids, DmlContext context) =>
        Transact(ids.Count, context, call => i => _deleter.EmptyBin(call, ids[i]));

    /// <summary>Deletes up to 200 records for good in one transaction, past the recycle bin: no change event tells it.</summary>
    public IReadOnlyList<RecordResult> HardDelete(IReadOnlyList<string> ids, DmlContext context) => Transact(ids.Count, context, call => i =>
    {
        RecordResult deleted = _deleter.Delete(call, ids[i]);
        return deleted.Success ? _deleter.EmptyBin(call, ids[i]) : deleted;
    });

    /// <summary>Reads and writes of one moment: nobody else's call comes between those of <paramref name="work"/>, as between those of an Apex method that locks what it reads.</summary>
    public T Atomically<T>(Func<T> work)
    {
        lock (_gate)
        {
            return work();
        }
    }

    /// <summary>Answers a SOQL query.</summary>
    /// <param name="soql">The query.</param>
    /// <param name="includeDeleted">True for queryAll: the recycle bin is read too.</param>
    /// <param name="batchSize">Rows a page; 200 to 2,000, others are brought into the range.</param>
    /// <exception cref="OrgFaultException">MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE and others, with row and column.</exception>
    public QueryPage Query(string soql, bool includeDeleted = false, int batchSize = 2000)
    {
        lock (_gate)
        {
            _deleter.Expire(Now);
            return _cursors.Open(SoqlQuery.Run(_store, soql, includeDeleted, Now), batchSize);
        }
    }

    /// <summary>All rows of a query that a Bulk query job may ask, as they stand now.</summary>
    /// <exception cref="OrgFaultException">As for <see cref="Query"/>; API_ERROR for what a Bulk query cannot ask.</exception>
    internal QueryExport Export(string soql, bool includeDeleted)
    {
        lock (_gate)
        {
            _deleter.Expire(Now);
            return SoqlQuery.Export(_store, soql, includeDeleted, Now);
        }
    }

    /// <summary>The object of a query that a Bulk query job may ask; nothing is read.</summary>
    /// <exception cref="OrgFaultException">As for <see cref="Export"/>.</exception>
    internal ObjectDefinition CheckExport(string soql)
    {
        lock (_gate)
        {
            return SoqlQuery.CheckExport(_store, soql, Now);
        }
    }

    /// <summary>The next page. The rows are those of the moment of the query, unless their parents changed.</summary>
    /// <exception cref="OrgFaultException">INVALID_QUERY_LOCATOR: never given out, read to its end, or closed for a newer one.</exception>
    public QueryPage QueryMore(string locator, int batchSize = 2000)
    {
        lock (_gate)
        {
            return _cursors.Next(locator, batchSize);
        }
    }

    /// <summary>Records by id in the order asked for; null where there is none, or it is deleted.</summary>
    /// <exception cref="OrgFaultException">INVALID_TYPE, INVALID_FIELD, MALFORMED_ID.</exception>
    public IReadOnlyList<QueryRow?> Retrieve(IReadOnlyList<string> fields, string type, IReadOnlyList<string> ids)
    {
        lock (_gate)
        {
            _deleter.Expire(Now);
            ObjectDefinition definition = Definitions.Find(Schema, type);
            RowShape shape = RowShape.Of(_store, definition, fields);
            return [.. ids.Select(id => _store.Table(definition).Find(NormalizedId(id)) is { IsDeleted: false } record ? shape.Read(record, record.Values) : null)];
        }
    }

    /// <summary>Ids of live records whose SystemModstamp lies in the window.</summary>
    /// <exception cref="OrgFaultException">INVALID_TYPE; INVALID_REPLICATION_DATE for a window of a minute or less, or more than 30 days back.</exception>
    public UpdatedRecords GetUpdated(string type, DateTimeOffset start, DateTimeOffset end)
    {
        lock (_gate)
        {
            return Replication.Updated(Table(type), start, end, Now, OpenTransaction);
        }
    }

    /// <summary>Records deleted in the window and not undeleted since.</summary>
    /// <exception cref="OrgFaultException">INVALID_TYPE; INVALID_REPLICATION_DATE for a window of a minute or less, or more than 15 days back.</exception>
    public DeletedRecords GetDeleted(string type, DateTimeOffset start, DateTimeOffset end)
    {
        lock (_gate)
        {
            _deleter.Expire(Now);
            return Replication.Deleted(Table(type), start, end, Now, OpenTransaction);
        }
    }

    /// <summary>Arrivals with a sequence number of at least <paramref name="fromSequence"/>, oldest first, at most <paramref name="countMax"/>.</summary>
    public IReadOnlyList<Arrival> Arrivals(long fromSequence = 1, int countMax = int.MaxValue)
    {
        lock (_gate)
        {
            return _arrivals.From(fromSequence, countMax);
        }
    }

    /// <summary>Sequence number of the newest arrival; 0 before the first.</summary>
    public long LastArrival
    {
        get
        {
            lock (_gate)
            {
                return _arrivals.Last;
            }
        }
    }

    /// <summary>Live records of an object.</summary>
    public int Count(string type)
    {
        lock (_gate)
        {
            return Table(type).LiveCount;
        }
    }

    /// <summary>Fills the org with <paramref name="records"/> plausible Accounts, Contacts, Leads, Opportunities and Cases, linked to each other and modified over the last months. Leaves no arrivals.</summary>
    public void Populate(int records, int seed)
    {
        lock (_gate)
        {
            new Population(new Random(seed), HumanUser.Id).Fill(records, Now, Seed);
        }
    }

    /// <summary>Holds row locks: until disposed, DML on these records gives UNABLE_TO_LOCK_ROW (at once; waiting first is the surface's part).</summary>
    public IDisposable LockRecords(IReadOnlyList<string> ids)
    {
        string[] held = [.. ids.Select(NormalizedId)];
        lock (_gate)
        {
            Array.ForEach(held, _locks.Hold);
        }

        return new HeldUntilDisposed(_gate, () => Array.ForEach(held, _locks.Release));
    }

    /// <summary>True if DML on any of these would meet a lock now.</summary>
    public bool AnyLocked(IReadOnlyList<string> ids)
    {
        lock (_gate)
        {
            return ids.Any(IsLocked);
        }
    }

    /// <summary>True if DML on any of these would meet a lock now; records of an upsert are found by <paramref name="externalIdField"/>.</summary>
    public bool AnyLocked(IReadOnlyList<RecordInput> records, string? externalIdField = null)
    {
        lock (_gate)
        {
            return records.Any(r => (r.Id is { } id && IsLocked(id)) || (externalIdField is not null && IsLocked(r, externalIdField)));
        }
    }

    /// <summary>Makes records fail until used up or disposed.</summary>
    public IDisposable InjectError(ErrorInjection injection)
    {
        lock (_gate)
        {
            ErrorInjections.Active active = _injections.Add(injection);
            return new HeldUntilDisposed(_gate, () => _injections.Remove(active));
        }
    }

    /// <summary>
    /// The next <paramref name="calls"/> DML calls commit with a SystemModstamp this much before the commit, as the end of a long transaction does: readers who have read past that
    /// time miss them. Until they have come, latestDateCovered is held back by as much, for the transaction is open.
    /// </summary>
    public void CommitLate(TimeSpan stampBeforeCommit, int calls = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stampBeforeCommit, TimeSpan.Zero);
        lock (_gate)
        {
            for (int i = 0; i < calls; i++)
            {
                _lateCommits.Enqueue(stampBeforeCommit);
            }
        }
    }

    /// <summary>
    /// From the first call on, what commits is also recorded as change events; before, nothing is. Later calls give the same log and their options say nothing any more.
    /// </summary>
    public ChangeEventLog RecordChangeEvents(ChangeEventOptions options)
    {
        lock (_gate)
        {
            return _changeEvents ??= new ChangeEventLog(options, _clock);
        }
    }

    private TimeSpan OpenTransaction => _lateCommits.Count == 0 ? TimeSpan.Zero : _lateCommits.Max();

    private RecordResult[] Transact(int count, DmlContext context, Func<DmlCall, Func<int, RecordResult>> prepare)
    {
        lock (_gate)
        {
            DateTimeOffset now = FieldText.Second(Now);
            _deleter.Expire(now);
            if (context.AssignmentRuleId is { } rule)
            {
                NormalizedId(rule);
            }

            if (count > RecordsPerCallMax)
            {
                throw new OrgFaultException(
                    "EXCEEDED_ID_LIMIT", $"record limit reached. cannot submit more than {RecordsPerCallMax} records into this call");
            }

            TimeSpan late = _lateCommits.TryPeek(out TimeSpan armed) ? armed : TimeSpan.Zero;
            ChangeCapture? changes = _changeEvents is null ? null : new ChangeCapture();
            var call = new DmlCall(_store, context, now, FieldText.Second(now - late), _injections, _locks, changes, _rules);
            Func<int, RecordResult> each = prepare(call);
            _lateCommits.TryDequeue(out _);
            var results = new RecordResult[count];
            for (int i = 0; i < count; i++)
            {
                results[i] = each(i);
            }

            if (context.AllOrNone && results.Any(r => !r.Success))
            {
                results = call.RollBack(results);
            }

            foreach (Arrival arrival in call.Told)
            {
                _arrivals.Add(arrival);
            }

            if (changes is not null)
            {
                _changeEvents!.Commit(changes, _store, context, now);
            }

            return results;
        }
    }

    /// <summary>Creates a record of the population as if it had been saved at <paramref name="at"/>.</summary>
    private string Seed(RecordInput record, DateTimeOffset at)
    {
        var context = new DmlContext("population", null, HumanUser.Id);
        var call = new DmlCall(_store, context, FieldText.Second(at), FieldText.Second(at), ErrorInjections.None, RowLocks.None);
        RecordResult result = RecordSaver.Create(call, RequestFields.ResolveAll(_store, [record], context.Api)[0], null, "create", null);
        return result.Id ?? throw new InvalidOperationException($"A {record.Type} of the population is not valid: {result.Errors[0].Message}");
    }

    private UserInfo AddUser(string username, string firstName, string lastName)
    {
        string profileId = SalesforceId.Create("00e", 1);
        if (Schema.Find("User") is not { } user)
        {
            return new UserInfo(_store.NextId("005"), username, firstName, lastName, username, profileId);
        }

        var fields = new Dictionary<string, object?>
        {
            ["Username"] = username,
            ["FirstName"] = firstName,
            ["LastName"] = lastName,
            ["Email"] = username,
            ["Alias"] = firstName.Length > 8 ? firstName[..8] : firstName,
            ["IsActive"] = "true",
        };
        var context = new DmlContext("setup", null, OrgStore.FirstUserId);
        DateTimeOffset now = FieldText.Second(Now);
        var call = new DmlCall(_store, context, now, now, _injections, _locks);
        string id = RecordSaver.Create(call, RequestFields.ResolveAll(_store, [new RecordInput(user.Name, null, fields)], "setup")[0], null, "create", null).Id
            ?? throw new InvalidOperationException($"The user {username} cannot be created: {call.Told[0].Error!.Message}");
        return new UserInfo(id, username, firstName, lastName, username, profileId);
    }

    private RecordTable Table(string type) => _store.Table(Definitions.Find(Schema, type));

    private bool IsLocked(string idText) => SalesforceId.TryNormalize(idText, out string? id) && _locks.IsHeld(id);

    private bool IsLocked(RecordInput record, string externalIdField) =>
        Schema.Find(record.Type) is { } definition
        && definition.Field(externalIdField) is { IdLookup: true } key
        && record.Fields.TryGetValue(externalIdField, out object? value) && value is not null
        && Org.Upsert.Matches(_store, definition, key, FieldText.Format(value)!, Options.UpsertMatchesDeleted).Any(r => _locks.IsHeld(r.Id));

    private static string NormalizedId(string text) =>
        SalesforceId.TryNormalize(text, out string? id) ? id : throw new OrgFaultException("MALFORMED_ID", $"malformed id {text}");
}
