using ActorSync.Domain.Faults;
using ActorSync.Domain.Mapping;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Org;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Session;
using ActorSync.Salesforce.Soap;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Salesforce;

/// <summary>Each option from this client to an org: what becomes of a record with it, and without.</summary>
public sealed class WriteOptionsTests : IAsyncLifetime
{
    private const string Key = "ActorSync_Id__c";
    private const string Rule = "01Q5g0000000002EAA";

    private OrgServer _org = null!;
    private SalesforceSession _session = null!;
    private SoapClient _soap = null!;
    private int _keys;

    public async Task InitializeAsync()
    {
        var rules = new OrgOptions
        {
            DuplicateRules = [new DuplicateRule("Account", "Name")],
            AssignmentRules = [new AssignmentRule("01Q5g0000000001EAA", "Case", "ada.admin@actorsync.example"), new AssignmentRule(Rule, "Lead", "ada.admin@actorsync.example", IsActive: false)],
        };
        _org = await OrgServer.StartAsync(new OrgServerOptions { OrgOptions = rules, BulkChunkTime = TimeSpan.Zero }, CancellationToken.None);
        _session = new SalesforceSession(new SalesforceCredentials.ClientCredentials(_org.Url, _org.ClientId, _org.ClientSecret), new SalesforceOptions { ApiVersion = "66.0" }, TimeProvider.System);
        _soap = new SoapClient(_session);
    }

    public async Task DisposeAsync()
    {
        _session.Dispose();
        await _org.DisposeAsync();
    }

    [Fact]
    public async Task Text_that_is_too_long_is_refused_and_with_truncation_cut()
    {
        var record = Record(("Name", new string('x', 260)));
        (await RefusedAsync(_soap, "Account", record)).ShouldBe("STRING_TOO_LONG");
        var cutting = _soap.With(new WriteOptions { TruncateTexts = true });
        var id = await SavedAsync(cutting, "Account", record);
        Field("Account", id, "Name").ShouldBe(new string('x', 255));

        (await cutting.UpdateAsync("Account", [new SoapRecord(id, new Dictionary<string, string?> { ["Phone"] = new string('1', 50) }, SoapRecord.NoParents)], "actorsync/1", default))[0].Success.ShouldBeTrue();
        Field("Account", id, "Phone").ShouldBe(new string('1', 40));
    }

    [Fact]
    public async Task Duplicate_is_refused_and_with_allow_save_saved()
    {
        await SavedAsync(_soap, "Account", Record(("Name", "Acme")));
        var twin = Record(("Name", "Acme"));
        (await RefusedAsync(_soap, "Account", twin)).ShouldBe("DUPLICATES_DETECTED");
        await SavedAsync(_soap.With(new WriteOptions { SaveDuplicates = true }), "Account", twin);
        _org.Model.Count("Account").ShouldBe(2);
    }

    [Fact]
    public async Task Owner_is_the_integration_user_and_with_a_rule_the_rules_own()
    {
        Owner("Case", await SavedAsync(_soap, "Case", Record(("Subject", "S")))).ShouldBe(_org.Model.IntegrationUser.Id);
        Owner("Case", await SavedAsync(_soap.With(new WriteOptions { DefaultAssignmentRule = true }), "Case", Record(("Subject", "S")))).ShouldBe(_org.Model.HumanUser.Id);

        var lead = Record(("LastName", "A"), ("Company", "C"));
        Owner("Lead", await SavedAsync(_soap.With(new WriteOptions { DefaultAssignmentRule = true }), "Lead", lead)).ShouldBe(_org.Model.IntegrationUser.Id, "its rule is not active");
        Owner("Lead", await SavedAsync(_soap.With(new WriteOptions { AssignmentRuleId = Rule }), "Lead", lead)).ShouldBe(_org.Model.HumanUser.Id);
    }

    [Fact]
    public async Task Job_runs_the_rule_it_was_opened_with()
    {
        var births = new BulkRequest("Lead", BulkOperation.Upsert, Key);
        Owner("Lead", await BornInJobAsync(births)).ShouldBe(_org.Model.IntegrationUser.Id);
        Owner("Lead", await BornInJobAsync(births with { AssignmentRuleId = Rule })).ShouldBe(_org.Model.HumanUser.Id);
    }

    private async Task<string> BornInJobAsync(BulkRequest request)
    {
        var bulk = new BulkClient(_session);
        var record = Record(("LastName", "A"), ("Company", "C"));
        var job = await bulk.CreateAsync(request, "actorsync/1", default);
        await bulk.UploadAsync(job, request, [record], default);
        await bulk.CloseAsync(job, default);
        await Eventually.HoldsAsync("the job to be over", async () => (await bulk.ReadAsync(job, default)).IsOver);
        var result = (await bulk.ResultsAsync(job, request, default)).Results[record.Fields[Key]!];
        result.Success.ShouldBeTrue();
        return result.Id!;
    }

    private static async Task<string> SavedAsync(IPartnerApi soap, string type, SoapRecord record)
    {
        var result = (await soap.UpsertAsync(type, Key, [record], "actorsync/1", default))[0];
        result.Success.ShouldBeTrue(result.Fault?.Message);
        return result.Id!;
    }

    private static async Task<string> RefusedAsync(IPartnerApi soap, string type, SoapRecord record) =>
        (await soap.UpsertAsync(type, Key, [record], "actorsync/1", default))[0].Fault.ShouldBeOfType<SyncFault.Rejected>().Code;

    private SoapRecord Record(params ReadOnlySpan<(string Field, string? Value)> fields)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal) { [Key] = $"k{++_keys}" };
        foreach (var (field, value) in fields)
        {
            values[field] = value;
        }

        return new SoapRecord(null, values, SoapRecord.NoParents);
    }

    private string? Owner(string type, string id) => Field(type, id, "OwnerId");

    private string? Field(string type, string id, string field) => (string?)_org.Model.Retrieve([field], type, [id])[0]!.Fields[0].Value;
}
