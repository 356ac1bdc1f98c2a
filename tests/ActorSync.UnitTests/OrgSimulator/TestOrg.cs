using ActorSync.OrgSimulator.Org.SchemaFiles;
using ActorSync.OrgSimulator.Org;
using Shouldly;

namespace ActorSync.UnitTests.OrgSimulator;

/// <summary>An org with a clock that stands still until moved, and short ways to call it as the integration user.</summary>
internal sealed class TestOrg
{
    public TestOrg(string? objectsJson = null, OrgOptions? options = null)
    {
        OrgSchema schema = objectsJson is null ? StandardObjects.Schema() : OrgSchemaFile.Parse(objectsJson, "objects.json");
        Model = new OrgModel((options ?? new OrgOptions()) with { Schema = schema }, Clock);
        Context = new DmlContext("soap", "test", Model.IntegrationUser.Id);
    }

    public StandingClock Clock { get; } = new(new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero));

    public OrgModel Model { get; }

    public DmlContext Context { get; set; }

    public static RecordInput Input(string type, string? id, params (string Field, object? Value)[] fields) =>
        new(type, id, fields.ToDictionary(f => f.Field, f => f.Value));

    public RecordResult Create(string type, params (string Field, object? Value)[] fields) => Model.Create([Input(type, null, fields)], Context)[0];

    public string Created(string type, params (string Field, object? Value)[] fields)
    {
        RecordResult result = Create(type, fields);
        result.Errors.ShouldBeEmpty();
        return result.Id!;
    }

    public string Account(string name = "Acme", string? externalId = null) => Created("Account", ("Name", name), ("ActorSync_Id__c", externalId));

    public RecordResult Update(string type, string? id, params (string Field, object? Value)[] fields) => Model.Update([Input(type, id, fields)], Context)[0];

    public RecordResult Upsert(string type, string externalId, params (string Field, object? Value)[] fields) =>
        Model.Upsert("ActorSync_Id__c", [Input(type, null, [.. fields, ("ActorSync_Id__c", externalId)])], Context)[0];

    public RecordResult Delete(string id) => Model.Delete([id], Context)[0];

    public RecordResult Undelete(string id) => Model.Undelete([id], Context)[0];

    public object? Value(string id, string field) => Row(id, field).Fields[0].Value;

    public T Value<T>(string id, string field) => Value(id, field).ShouldBeOfType<T>();

    public string[] Ids(string soql, bool includeDeleted = false) => [.. Model.Query(soql, includeDeleted).Rows.Select(r => r.Id)];

    private QueryRow Row(string id, string field) =>
        Model.Query($"SELECT {field} FROM {Model.Schema.FindById(id)!.Name} WHERE Id = '{id}'", includeDeleted: true).Rows.ShouldHaveSingleItem();

    internal sealed class StandingClock(DateTimeOffset start) : TimeProvider
    {
        private DateTimeOffset _now = start;

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan by) => _now += by;
    }
}

internal static class RecordResultAssertions
{
    public static RecordError ShouldFail(this RecordResult result, string statusCode)
    {
        result.Success.ShouldBeFalse();
        result.Id.ShouldBeNull();
        RecordError error = result.Errors[0];
        error.StatusCode.ShouldBe(statusCode, error.Message);
        return error;
    }

    public static void ShouldSucceed(this RecordResult result)
    {
        result.Errors.ShouldBeEmpty();
        result.Success.ShouldBeTrue();
    }
}
