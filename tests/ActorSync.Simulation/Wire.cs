using ActorSync.Domain.Faults;
using ActorSync.OrgSimulator.Org;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Simulation;

/// <summary>A write call on its way.</summary>
/// <param name="Records">What it names: external ids of births, sfids of everything else.</param>
internal sealed record WriteCall(long Number, SimulatedNode Node, string Operation, string Client, IReadOnlyList<string> Records)
{
    /// <summary>True until it has been applied, or it is certain that it never will be.</summary>
    public bool CanStillLand { get; set; } = true;
}

/// <summary>What becomes of a write in a story.</summary>
/// <param name="Operation">upsert, update or delete.</param>
/// <param name="Way">Until it lands; null: it never does.</param>
/// <param name="Back">From then until its answer is there; null: the answer is lost.</param>
internal sealed record Fate(string Operation, TimeSpan? Way, TimeSpan? Back);

/// <summary>The way between the nodes and Salesforce: calls take time, get lost, land late.</summary>
internal sealed class Wire(World world)
{
    /// <summary>A caller gives up after this.</summary>
    public static readonly TimeSpan RequestDeadline = TimeSpan.FromSeconds(2);

    /// <summary>The server drops a request after this; nothing lands later than both together.</summary>
    public static readonly TimeSpan ServerLimit = TimeSpan.FromSeconds(3);

    private readonly List<WriteCall> _outside = [];
    private long _numbers;
    private TimeSpan _outageUntil;

    /// <summary>Told in stories: the next write of the first one's operation meets it.</summary>
    public Queue<Fate> Fates { get; } = new();

    /// <summary>Told in stories: how long the answer of the next query takes whose text contains this.</summary>
    public Queue<(string Query, TimeSpan Back)> SlowQueries { get; } = new();

    /// <summary>Calls that may still land.</summary>
    public IReadOnlyList<WriteCall> Outside => _outside;

    /// <summary>Write calls of which no answer has come.</summary>
    public int Unanswered { get; private set; }

    /// <summary>Refuses everything for a while.</summary>
    public void BeginOutage(TimeSpan length) => _outageUntil = world.Elapsed + length;

    /// <summary>Sends a write.</summary>
    public Task<IReadOnlyList<WriteResult>> WriteAsync(
        SimulatedNode node, string operation, string client, IReadOnlyList<string> records, Func<IReadOnlyList<int>, IReadOnlyList<RecordResult>> apply)
    {
        var call = new WriteCall(++_numbers, node, operation, client, records);
        Judge.Sending(world, call);
        world.Trace.Note(node.Name, null, () => $"sends {operation} {string.Join(' ', records.Select(record => record[..Math.Min(8, record.Length)]))} as {client[^6..]}");
        var answer = new TaskCompletionSource<IReadOnlyList<WriteResult>>();
        if (world.Elapsed < _outageUntil)
        {
            return Refused(node, answer, new SyncFault.NotExecuted("SERVER_UNAVAILABLE", "outage", TimeSpan.FromMilliseconds(200)));
        }

        if (world.Strikes(FaultKind.LostSession, 0.02))
        {
            return Refused(node, answer, new SyncFault.NotExecuted("INVALID_SESSION_ID", "session expired", TimeSpan.Zero));
        }

        _outside.Add(call);
        Unanswered++;
        if (Fates.TryPeek(out var fate) && fate.Operation == operation)
        {
            Meet(call, Fates.Dequeue(), answer, apply);
            return answer.Task;
        }

        var way = Time(3, 60);
        var often = world.Temper.LosesAnswers ? 3 : 1;
        if (world.Strikes(FaultKind.LostCall, often * 0.04))
        {
            Lose(call, answer, RequestDeadline);
            world.After(RequestDeadline + ServerLimit, () => End(call));
        }
        else if (world.Strikes(FaultKind.LateLanding, often * 0.04))
        {
            var landing = Between(FaultKind.LateLanding, RequestDeadline * 0.5, RequestDeadline + ServerLimit - TimeSpan.FromMilliseconds(10));
            Lose(call, answer, landing < RequestDeadline ? landing * 0.9 : RequestDeadline * world.Drawn(FaultKind.LateLanding).NextDouble());
            world.After(landing, () => Apply(call, apply));
        }
        else if (world.Strikes(FaultKind.LostAnswer, often * 0.05))
        {
            Lose(call, answer, way + Time(1, 400));
            world.After(way, () => Apply(call, apply));
        }
        else
        {
            var back = world.Strikes(FaultKind.SlowAnswer, 0.15) ? Between(FaultKind.SlowAnswer, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1.8)) : Time(3, 40);
            world.After(way, () =>
            {
                var results = Apply(call, apply);
                world.After(back, () => node.Deliver(() => Answer(answer, results)));
            });
        }

        return answer.Task;
    }

    /// <summary>Sends a read.</summary>
    public Task<T> ReadAsync<T>(SimulatedNode node, Func<T> read, string query = "")
    {
        var answer = new TaskCompletionSource<T>();
        if (world.Elapsed < _outageUntil || world.Strikes(FaultKind.FailedRead, 0.03))
        {
            world.After(Time(1, 20), () => node.Deliver(() => answer.SetException(new SalesforceException(new SyncFault.Transient("SERVER_UNAVAILABLE", "read failed"), "read"))));
            return answer.Task;
        }

        var back = SlowQueries.TryPeek(out var slow) && query.Contains(slow.Query, StringComparison.Ordinal) ? SlowQueries.Dequeue().Back
            : world.Strikes(FaultKind.SlowAnswer, 0.1) ? Between(FaultKind.SlowAnswer, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1.8)) : Time(2, 30);
        world.After(Time(2, 30), () =>
        {
            var rows = read();
            world.After(back, () => node.Deliver(() => answer.SetResult(rows)));
        });
        return answer.Task;
    }

    private Task<IReadOnlyList<WriteResult>> Refused(SimulatedNode node, TaskCompletionSource<IReadOnlyList<WriteResult>> answer, SyncFault fault)
    {
        world.After(Time(1, 10), () => node.Deliver(() => answer.SetException(new SalesforceException(fault, "write"))));
        return answer.Task;
    }

    private void Meet(WriteCall call, Fate fate, TaskCompletionSource<IReadOnlyList<WriteResult>> answer, Func<IReadOnlyList<int>, IReadOnlyList<RecordResult>> apply)
    {
        if (fate.Way is null || fate.Back is null)
        {
            Lose(call, answer, RequestDeadline);
        }

        if (fate.Way is not { } way)
        {
            world.After(RequestDeadline + ServerLimit, () => End(call));
            return;
        }

        world.After(way, () =>
        {
            var results = Apply(call, apply);
            if (fate.Back is { } back)
            {
                world.After(back, () => call.Node.Deliver(() => Answer(answer, results)));
            }
        });
    }

    private void Lose(WriteCall call, TaskCompletionSource<IReadOnlyList<WriteResult>> answer, TimeSpan after) => world.After(after, () =>
    {
        Unanswered--;
        world.Trace.Note(call.Node.Name, null, () => $"loses the answer of {call.Client[^6..]}");
        call.Node.Deliver(() => answer.SetException(new SalesforceException(new SyncFault.InDoubt("TIMEOUT", "no answer"), "write")));
    });

    private void Answer(TaskCompletionSource<IReadOnlyList<WriteResult>> answer, IReadOnlyList<WriteResult> results)
    {
        Unanswered--;
        answer.SetResult(results);
    }

    private IReadOnlyList<WriteResult> Apply(WriteCall call, Func<IReadOnlyList<int>, IReadOnlyList<RecordResult>> apply)
    {
        var locked = new HashSet<int>();
        if (world.Strikes(FaultKind.LockedRecords, 0.05))
        {
            locked.UnionWith(Enumerable.Range(0, call.Records.Count).Where(_ => world.Drawn(FaultKind.LockedRecords).Next(2) == 0));
        }

        int[] free = [.. Enumerable.Range(0, call.Records.Count).Where(i => !locked.Contains(i))];
        var results = free.Length == 0 ? [] : apply(free);
        End(call);
        var all = new WriteResult[call.Records.Count];
        foreach (var i in locked)
        {
            const string message = "unable to obtain exclusive access to this record";
            all[i] = new WriteResult(null, false, false, [new WriteError("UNABLE_TO_LOCK_ROW", message, FieldNames.None)], SalesforceFaults.OfRow("UNABLE_TO_LOCK_ROW", message, FieldNames.None));
        }

        for (var i = 0; i < free.Length; i++)
        {
            all[free[i]] = Result(results[i]);
        }

        world.Trace.Note("salesforce", null, () => $"applied {call.Client[^6..]}: {string.Join(", ", all.Select(result => result.Success ? "ok" : result.Errors[0].StatusCode))}");
        return all;
    }

    private static WriteResult Result(RecordResult result)
    {
        WriteError[] errors = [.. result.Errors.Select(error => new WriteError(error.StatusCode, error.Message, new FieldNames(error.Fields)))];
        return new WriteResult(
            result.Id, result.Success, result.Created, errors,
            result.Success ? null : SalesforceFaults.OfRow(errors[0].StatusCode, errors[0].Message, errors[0].Fields, SimulatedMappings.ExternalId));
    }

    private void End(WriteCall call)
    {
        call.CanStillLand = false;
        _outside.Remove(call);
    }

    private TimeSpan Time(int fromMs, int toMs) => TimeSpan.FromMilliseconds(fromMs + (world.Random.NextDouble() * (toMs - fromMs)));

    private TimeSpan Between(FaultKind kind, TimeSpan from, TimeSpan to) => from + ((to - from) * world.Drawn(kind).NextDouble());
}

/// <summary>Salesforce's API as one node reaches it.</summary>
internal sealed class SimulatedApi(World world, SimulatedNode node) : IPartnerApi
{
    public Task<IReadOnlyList<WriteResult>> UpsertAsync(
        string objectName, string externalIdField, IReadOnlyList<SoapRecord> records, string client, CancellationToken cancellation) =>
        world.Wire.WriteAsync(
            node, "upsert", client, [.. records.Select(record => record.Fields[externalIdField]!)],
            sent => world.Org.Upsert(externalIdField, [.. sent.Select(i => Input(objectName, records[i]))], Context(client)));

    public Task<IReadOnlyList<WriteResult>> UpdateAsync(string objectName, IReadOnlyList<SoapRecord> records, string client, CancellationToken cancellation) =>
        world.Wire.WriteAsync(
            node, "update", client, [.. records.Select(record => record.Id!)], sent => world.Org.Update([.. sent.Select(i => Input(objectName, records[i]))], Context(client)));

    public Task<IReadOnlyList<WriteResult>> DeleteAsync(IReadOnlyList<string> ids, string client, CancellationToken cancellation) =>
        world.Wire.WriteAsync(node, "delete", client, ids, sent => world.Org.Delete([.. sent.Select(i => ids[i])], Context(client)));

    public Task<QueryAnswer> QueryAsync(string soql, bool includeDeleted, CancellationToken cancellation) =>
        world.Wire.ReadAsync(
            node,
            () =>
            {
                var page = world.Org.Query(soql, includeDeleted);
                world.Trace.Note(node.Name, null, () => $"reads {soql[(soql.IndexOf(" FROM ", StringComparison.Ordinal) + 6)..]}: {string.Join(' ', page.Rows.Select(row => row.Id[^6..]))}");
                return Answer(page);
            },
            soql);

    public Task<QueryAnswer> QueryMoreAsync(string locator, CancellationToken cancellation) =>
        world.Wire.ReadAsync(node, () => Answer(world.Org.QueryMore(locator)));

    public Task<DeletedAnswer> GetDeletedAsync(string objectName, DateTimeOffset start, DateTimeOffset end, CancellationToken cancellation) =>
        world.Wire.ReadAsync(node, () =>
        {
            var deleted = world.Org.GetDeleted(objectName, start, end);
            return new DeletedAnswer(
                [.. deleted.Records.Select(record => new Salesforce.Soap.DeletedRecord(record.Id, record.DeletedDate))], deleted.EarliestDateAvailable, deleted.LatestDateCovered);
        });

    public Task<DateTimeOffset> GetServerTimestampAsync(CancellationToken cancellation) => world.Wire.ReadAsync(node, () => world.Org.Now);

    private DmlContext Context(string client) => new("soap", client, world.Org.IntegrationUser.Id);

    private static RecordInput Input(string objectName, SoapRecord record)
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in record.Fields)
        {
            fields[name] = value;
        }

        foreach (var (relationship, parent) in record.Parents)
        {
            fields[relationship] = new ParentReference(parent.ObjectName, parent.FieldName, parent.Value);
        }

        return new RecordInput(objectName, record.Id, fields);
    }

    private static QueryAnswer Answer(QueryPage page) => new([.. page.Rows.Select(Row)], page.Done, page.Locator, page.TotalSize);

    private static Salesforce.Soap.QueryRow Row(OrgSimulator.Org.QueryRow row)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        Flatten("", row, values);
        return new Salesforce.Soap.QueryRow(row.Type, values);
    }

    private static void Flatten(string path, OrgSimulator.Org.QueryRow row, Dictionary<string, string?> values)
    {
        foreach (var (name, value) in row.Fields)
        {
            switch (value)
            {
                case OrgSimulator.Org.QueryRow parent:
                    Flatten($"{path}{name}.", parent, values);
                    break;
                case bool flag:
                    values[path + name] = flag ? "true" : "false";
                    break;
                case DateTimeOffset at:
                    values[path + name] = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
                    break;
                default:
                    values[path + name] = Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;
                    break;
            }
        }
    }
}
