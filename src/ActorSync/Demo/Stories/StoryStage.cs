using System.Collections.Immutable;
using System.Globalization;
using ActorSync.Domain.Mapping;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using Npgsql;

namespace ActorSync.Demo.Stories;

/// <summary>What a story plays on: the application's connection, the org and its user, and the means to hold the node's calls. Its record is an Account.</summary>
internal sealed class StoryStage : IAsyncDisposable
{
    /// <summary>A step takes milliseconds; a story that meets doubt waits out the settle limit.</summary>
    private static readonly TimeSpan StepMax = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Reads of the object after which the first one's findings have certainly been decided: the feed reads one page after the other.</summary>
    private const int ReadsToPass = 3;

    private readonly NpgsqlDataSource _application;
    private readonly OrgServer _org;
    private readonly ObjectMapping _mapping;
    private readonly TimeProvider _clock;
    private readonly RowWatch _watch;
    private readonly List<Scene> _scenes = [];
    private readonly List<StoryCheck> _checks = [];
    private Story? _story;
    private long _firstArrival = 1;

    private StoryStage(NpgsqlDataSource application, OrgServer org, ObjectMapping mapping, RowWatch watch, TimeProvider clock) =>
        (_application, _org, _mapping, _watch, _clock) = (application, org, mapping, watch, clock);

    /// <summary>The story's record.</summary>
    public Guid Record { get; private set; }

    public ImmutableArray<Scene> Scenes => [.. _scenes];

    public ImmutableArray<StoryCheck> Checks => [.. _checks];

    private string Table => $"\"{_mapping.Schema}\".\"{_mapping.Table}\"";

    /// <summary>Sets the stage: a trigger of the application's own notes every version of every row, so that nothing depends on looking in time.</summary>
    public static async Task<StoryStage> SetAsync(NpgsqlDataSource application, OrgServer org, IReadOnlyList<ObjectMapping> mappings, TimeProvider clock, CancellationToken stop)
    {
        var mapping = mappings.Single(mapping => mapping.ObjectName == "Account");
        return new StoryStage(application, org, mapping, await RowWatch.AttachAsync(application, mapping, stop), clock);
    }

    /// <summary>Clears what the last story left.</summary>
    public void Begin(Story story)
    {
        _story = story;
        _scenes.Clear();
        _checks.Clear();
        Record = Guid.Empty;
        _firstArrival = _org.Model.Arrivals().Count + 1;
    }

    /// <summary>The application inserts the story's record.</summary>
    public async Task InsertAsync(CancellationToken stop, params (string Field, string? Value)[] fields)
    {
        var columns = string.Join(", ", fields.Select(field => Column(field.Field)));
        await using var command = _application.CreateCommand(
            $"insert into {Table}({columns}) select {string.Join(", ", fields.Select((_, i) => $"${i + 1}"))} returning \"{_mapping.ExternalIdColumn}\"");
        foreach (var (field, value) in fields)
        {
            command.Parameters.Add(Parameter(field, value));
        }

        Record = (Guid)(await command.ExecuteScalarAsync(stop))!;
    }

    /// <summary>The application updates the record.</summary>
    /// <returns>Rows changed.</returns>
    public Task<int> UpdateAsync(string field, string? value, CancellationToken stop) =>
        ExecuteAsync($"update {Table} set {Column(field)} = $2 where \"{_mapping.ExternalIdColumn}\" = $1", stop, Parameter(field, value));

    /// <summary>The application updates the record by an expression over the row as it stands, as counters do.</summary>
    /// <param name="condition">Only if this holds of the row.</param>
    /// <returns>Rows changed.</returns>
    public Task<int> UpdateByAsync(string set, CancellationToken stop, string condition = "true") =>
        ExecuteAsync($"update {Table} set {set} where \"{_mapping.ExternalIdColumn}\" = $1 and {condition}", stop);

    /// <summary>The application deletes the record.</summary>
    public Task<int> DeleteAsync(CancellationToken stop) => ExecuteAsync($"delete from {Table} where \"{_mapping.ExternalIdColumn}\" = $1", stop);

    /// <summary>A user of the org edits the record.</summary>
    public void EditInSalesforce(string field, string value) =>
        Require(_org.Model.Update([new RecordInput("Account", InSalesforce()!.Id, new Dictionary<string, object?> { [field] = value })], User)[0]);

    /// <summary>A user of the org deletes the record.</summary>
    public void DeleteInSalesforce() => Require(_org.Model.Delete([InSalesforce()!.Id], User)[0]);

    /// <summary>Holds the node's next call of an operation on Account.</summary>
    public CallHold HoldNext(string operation, HoldPoint point) => _org.Faults.HoldNext(new CallMatch(operation, "Account", Api: "soap"), point);

    /// <summary>Waits until a held call is there.</summary>
    public Task ArrivedAsync(CallHold hold, CancellationToken stop) => WithinAsync(hold.Arrived, "the node's call reaches the org", stop);

    /// <summary>Waits until the feed has read what is in the org now, and its findings have been decided.</summary>
    public async Task FeedPassedAsync(CancellationToken stop)
    {
        for (var i = 0; i < ReadsToPass; i++)
        {
            using var hold = _org.Faults.HoldNext(call => call.Operation is "query" or "queryAll" && call.Objects.Contains("Account"), HoldPoint.BeforeEffect);
            await WithinAsync(hold.Arrived, "the feed reads the org", stop);
        }
    }

    /// <summary>Waits for a condition of both sides.</summary>
    public async Task UntilAsync(string what, Func<IReadOnlyDictionary<string, string?>?, IReadOnlyDictionary<string, string?>?, bool> holds, CancellationToken stop)
    {
        var startedAt = _clock.GetTimestamp();
        while (!holds(await RowAsync(stop), RecordValues()))
        {
            if (_clock.GetElapsedTime(startedAt) > StepMax)
            {
                throw new TimeoutException(what);
            }

            await Task.Delay(LookInterval, _clock, stop);
        }
    }

    /// <summary>Waits until the row says that everything of it is in Salesforce, with these values on both sides.</summary>
    public Task SettledAsync(string field, string value, CancellationToken stop) => UntilAsync(
        $"both sides say {field} = {value}",
        (row, record) => row?[field] == value && record?[field] == value && row["_hc_lastop"] is "INSERTED" or "UPDATED" or "SYNCED",
        stop);

    /// <summary>Shows both sides as they stand.</summary>
    public async Task SceneAsync(string moment, string note, CancellationToken stop) =>
        _scenes.Add(new Scene(moment, note, [.. _story!.Fields], await RowAsync(stop), RecordValues()));

    /// <summary>Notes whether a promise held.</summary>
    public void Check(string promise, bool held, string found) => _checks.Add(new StoryCheck(promise, held, held ? "" : found));

    /// <summary>Checks the values that a column had since the story began, one after the other, each once.</summary>
    public async Task CheckRowHistoryAsync(string field, CancellationToken stop, params string[] expected)
    {
        var seen = await _watch.ValuesAsync(Record, _mapping.Field(field)!.Column, stop);
        Check($"the row's {field} went {string.Join(" -> ", expected)}, nothing else", seen.SequenceEqual(expected), string.Join(" -> ", seen));
    }

    /// <summary>Checks what became of the row: I, U, D.</summary>
    public async Task CheckRowOperationsAsync(string promise, CancellationToken stop, params char[] expected)
    {
        var seen = (await _watch.OperationsAsync(Record, stop)).Where(operation => operation != 'U').ToArray();
        Check(promise, seen.SequenceEqual(expected), string.Join(", ", seen));
    }

    /// <summary>Checks how often the org saw an operation of the record take effect, by the org's own log.</summary>
    public void CheckArrivals(string operation, int expected)
    {
        var seen = _org.Model.Arrivals(_firstArrival).Count(arrival => arrival.Error is null && arrival.Operation == operation && IsOurs(arrival));
        Check(string.Create(CultureInfo.InvariantCulture, $"Salesforce saw {expected} {operation}"), seen == expected, string.Create(CultureInfo.InvariantCulture, $"{seen}"));
    }

    /// <summary>Checks a value on both sides.</summary>
    public async Task CheckBothAsync(string field, string expected, CancellationToken stop)
    {
        var (row, record) = (await RowAsync(stop), RecordValues());
        Check(
            $"both sides say {field} = {expected}", row?[field] == expected && record?[field] == expected,
            $"PostgreSQL {row?[field] ?? "nothing"}, Salesforce {record?[field] ?? "nothing"}");
    }

    /// <summary>Checks that the record is gone on both sides.</summary>
    public async Task CheckGoneAsync(CancellationToken stop)
    {
        var (row, record) = (await RowAsync(stop), RecordValues());
        Check("the record is gone on both sides", row is null && record is null, $"PostgreSQL {(row is null ? "none" : "has it")}, Salesforce {(record is null ? "none" : "has it")}");
    }

    public async ValueTask DisposeAsync() => await _watch.DisposeAsync();

    private DmlContext User => new("page", null, _org.Model.HumanUser.Id);

    private bool IsOurs(Arrival arrival) =>
        string.Equals(arrival.ExternalId, Record.ToString(), StringComparison.OrdinalIgnoreCase) || (arrival.Id is not null && _ids.Contains(arrival.Id));

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    private async Task<IReadOnlyDictionary<string, string?>?> RowAsync(CancellationToken stop)
    {
        var fields = _story!.Fields;
        await using var command = _application.CreateCommand(
            $"select _hc_lastop, {string.Join(", ", fields.Select(field => Column(field) + "::text"))} from {Table} where \"{_mapping.ExternalIdColumn}\" = $1");
        command.Parameters.Add(new() { Value = Record });
        await using var reader = await command.ExecuteReaderAsync(stop);
        if (!await reader.ReadAsync(stop))
        {
            return null;
        }

        var row = new Dictionary<string, string?>(StringComparer.Ordinal) { ["_hc_lastop"] = reader.IsDBNull(0) ? null : reader.GetString(0) };
        for (var i = 0; i < fields.Count; i++)
        {
            row[fields[i]] = reader.IsDBNull(i + 1) ? null : reader.GetString(i + 1);
        }

        return row;
    }

    private QueryRow? InSalesforce()
    {
        var rows = _org.Model.Query($"SELECT Id, {string.Join(", ", _story!.Fields)} FROM Account WHERE {_mapping.ExternalIdField} = '{Record}'").Rows;
        var found = rows.Count == 0 ? null : rows[0];
        if (found is not null)
        {
            _ids.Add(found.Id);
        }

        return found;
    }

    private Dictionary<string, string?>? RecordValues() => InSalesforce()?.Fields
        .ToDictionary(field => field.Key, field => Convert.ToString(field.Value, CultureInfo.InvariantCulture), StringComparer.Ordinal)!;

    private async Task<int> ExecuteAsync(string sql, CancellationToken stop, params NpgsqlParameter[] parameters)
    {
        await using var command = _application.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = Record });
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(stop);
    }

    private async Task WithinAsync(Task task, string what, CancellationToken stop)
    {
        try
        {
            await task.WaitAsync(StepMax, _clock, stop);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(what);
        }
    }

    private string Column(string field) => "\"" + _mapping.Field(field)!.Column + "\"";

    private NpgsqlParameter Parameter(string field, string? value) =>
        _mapping.Field(field)!.Kind == FieldKind.Number && value is not null
            ? new NpgsqlParameter { Value = decimal.Parse(value, CultureInfo.InvariantCulture) }
            : new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };

    private static void Require(RecordResult result)
    {
        if (!result.Success)
        {
            throw new InvalidOperationException($"the org refused its user: {result.Errors[0].StatusCode}: {result.Errors[0].Message}");
        }
    }
}
