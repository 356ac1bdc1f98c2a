using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.OrgSimulator.Org;
using ActorSync.TestKit.Memory;
using ActorSync.TestKit.Seeds;

namespace ActorSync.Simulation.Stories;

/// <summary>A world in which only what a story says happens, on one node: the application, people and the wire do as they are told, and nothing else goes wrong.</summary>
internal sealed class Stage
{
    private readonly World _world;
    private readonly Judge _judge;
    private readonly DmlContext _person;

    /// <summary>A world with a node that has begun to work.</summary>
    /// <param name="account">What the mapping of Account says beyond the common one: merged, the latest change wins.</param>
    public Stage(Func<ObjectMapping, ObjectMapping>? account = null)
    {
        var mappings = SimulatedMappings.Common(Seeded.From(1)).Select(mapping => mapping with { Policy = ConflictPolicy.LatestWins }).ToArray();
        mappings[0] = account?.Invoke(mappings[0]) ?? mappings[0];
        _world = new World(new SimulationOptions(1) { Without = [.. Enum.GetValues<FaultKind>()], Mappings = mappings });
        _judge = new Judge(_world);
        _person = new DmlContext("ui", null, _world.Org.HumanUser.Id);
        SimulationRun.EnsureLeases(_world);
        _world.Nodes.Add(new SimulatedNode(_world, "node1"));
        _world.Nodes[0].Start();
        Pass(3);
    }

    /// <summary>An account that both sides have; the sync is at rest.</summary>
    public (Guid Key, string Sfid) Account(string name, string phone = "p")
    {
        var sfid = _world.Org.Create([new RecordInput("Account", null, new Dictionary<string, object?>(StringComparer.Ordinal) { ["Name"] = name, ["Phone"] = phone })], _person)[0].Id!;
        Pass(3);
        Rest();
        return (_world.Trace.RecordOf(sfid) ?? throw new ViolationException("story", $"{sfid} has not come to PostgreSQL"), sfid);
    }

    /// <summary>One transaction of the application.</summary>
    public void Application(Action<MemoryStatements> statements)
    {
        var transaction = _world.Database.Begin();
        statements(new MemoryStatements(_world.Database, transaction, null));
        transaction.Commit();
        _world.Changed();
    }

    /// <summary>The application sets fields.</summary>
    public void Set(Guid key, params (string Field, string? Value)[] fields) => Application(statements => statements.Update(SimulatedMappings.Account, key, fields));

    /// <summary>Somebody edits the record in Salesforce.</summary>
    public void Edit(string sfid, string field, string value) =>
        _world.Org.Update([new RecordInput("Account", sfid, new Dictionary<string, object?>(StringComparer.Ordinal) { [field] = value })], _person);

    /// <summary>Somebody deletes the record in Salesforce.</summary>
    public void DeleteInSalesforce(string sfid) => _world.Org.Delete([sfid], _person);

    /// <summary>What becomes of the next write of an operation. Times in seconds; a null way: it never lands; a null back: its answer is lost.</summary>
    public void Next(string operation, double? way, double? back) =>
        _world.Wire.Fates.Enqueue(new Fate(operation, way is { } there ? TimeSpan.FromSeconds(there) : null, back is { } answer ? TimeSpan.FromSeconds(answer) : null));

    /// <summary>Account is polled, now, and the answer is this many seconds on its way; the next poll comes a second after it.</summary>
    public void Poll(double seconds = 0.02)
    {
        SlowQuery(seconds);
        _world.Run(_world.Elapsed + TimeSpan.FromSeconds(30), () => _world.Wire.SlowQueries.Count == 0);
        Pass(0.05);
    }

    /// <summary>The answer of the next query of Account is this many seconds on its way.</summary>
    public void SlowQuery(double seconds) => _world.Wire.SlowQueries.Enqueue(("FROM Account", TimeSpan.FromSeconds(seconds)));

    /// <summary>kill -9 of the node; another one starts within seconds.</summary>
    public void Crash() => _world.Nodes[0].Crash();

    /// <summary>Virtual seconds pass.</summary>
    public void Pass(double seconds) => _world.Run(_world.Elapsed + TimeSpan.FromSeconds(seconds));

    /// <summary>Everything comes to rest, and all that must hold does.</summary>
    public void Rest()
    {
        _world.Run(_world.Elapsed + TimeSpan.FromSeconds(180), _judge.IsAtRest);
        if (!_judge.IsAtRest())
        {
            throw new ViolationException("I7", $"no rest: {_judge.Unrest().Text}");
        }

        _judge.AtTheEnd();
        Pass(15);
        _judge.AtTheEnd();
    }

    /// <summary>The value of a field in the row; null, too, when there is no row.</summary>
    public string? InRow(Guid key, string field) =>
        _world.Database.Tables[SimulatedMappings.Account].Rows.Read(null, key)?.Values[_world.Mappings[0].Fields.IndexOf(_world.Mappings[0].Field(field)!)];

    /// <summary>The living records of Salesforce under an external id: their values of a field.</summary>
    public IReadOnlyList<string?> InSalesforce(Guid key, string field) =>
        [.. _world.Org.Query($"SELECT Id, {field} FROM Account WHERE {SimulatedMappings.ExternalId} = '{key}'").Rows.Select(row => row.Fields.Single(value => value.Key == field).Value?.ToString())];

    /// <summary>Id of the one living record under an external id.</summary>
    public string Sfid(Guid key) => _world.Org.Query($"SELECT Id FROM Account WHERE {SimulatedMappings.ExternalId} = '{key}'").Rows.Single().Id;

    /// <summary>How many records were born in Salesforce under an external id.</summary>
    public int Births(Guid key) => _world.Org.Arrivals().Count(arrival => arrival.Error is null && arrival.Before.Count == 0 && arrival.After.Count > 0 && arrival.ExternalId == key.ToString());

    /// <summary>The values that the row has shown in a field, in order; "gone" where it was deleted.</summary>
    public IReadOnlyList<string?> History(Guid key, string field)
    {
        var column = _world.Mappings[0].Field(field)!.Column;
        return [.. _world.Database.ChangeLog.All.Select(change => change.Change).Where(change => change.Entity == key).OrderBy(change => change.Id)
            .Select(change => change.New is null ? "gone" : System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, string?>>(change.New)!.TryGetValue(column, out var value) ? value : null)
            .OfType<string>()];
    }
}
