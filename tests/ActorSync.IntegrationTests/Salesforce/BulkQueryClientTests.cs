using System.Collections.Immutable;
using ActorSync.Domain.Faults;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Feeds;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Session;
using ActorSync.Salesforce.Soap;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;
using QueryRow = ActorSync.Salesforce.Soap.QueryRow;

namespace ActorSync.IntegrationTests.Salesforce;

/// <summary>Query jobs, from this client to an org and back.</summary>
public sealed class BulkQueryClientTests : IAsyncLifetime
{
    private const string Key = "ActorSync_Id__c";
    private const string Job = "/services/data/v67.0/jobs/query/750A";

    private OrgServer _org = null!;
    private SalesforceSession _session = null!;
    private BulkQueryClient _bulk = null!;

    public async Task InitializeAsync()
    {
        _org = await OrgServer.StartAsync(new OrgServerOptions { BulkChunkTime = TimeSpan.Zero }, CancellationToken.None);
        _session = new SalesforceSession(new SalesforceCredentials.ClientCredentials(_org.Url, _org.ClientId, _org.ClientSecret), new SalesforceOptions { ApiVersion = "66.0" }, TimeProvider.System);
        _bulk = new BulkQueryClient(_session);
    }

    public async Task DisposeAsync()
    {
        _session.Dispose();
        await _org.DisposeAsync();
    }

    // A record that a load reads and a poll reads again must be the same to its actor, or every load would be a change.
    [Fact]
    public async Task Records_read_by_SOAP_and_by_a_query_job_give_equal_images()
    {
        var parent = Guid.Parse("6f1c9a52-6f0e-4c0e-9d0a-0f6a8f0f6c11");
        var accounts = Create("Account", [new() { ["Name"] = "Parent", [Key] = parent.ToString() }, new() { ["Name"] = "Parent without a UUID" }]);
        Create("Opportunity",
        [
            new() { ["Name"] = "A \"quoted\", one\nwith\r\nlines and , commas", ["StageName"] = "Prospecting", ["CloseDate"] = "2026-01-31", ["Amount"] = "90000000", ["AccountId"] = accounts[0], [Key] = "6F1C9A52-6F0E-4C0E-9D0A-0F6A8F0F6C12" },
            new() { ["Name"] = "ÜberÉmoji \U0001F600  two  spaces", ["StageName"] = "Closed Won", ["CloseDate"] = "1999-12-31", ["Amount"] = "0.05", ["AccountId"] = accounts[1] },
            new() { ["Name"] = "#N/A", ["StageName"] = "Prospecting", ["CloseDate"] = "2026-02-01", ["Amount"] = "-1234567.89", ["Description"] = "null", ["NextStep"] = "'" },
        ]);
        var reader = new ObjectReader(Opportunities, "00D000000000001EAA");

        var bySoap = (await new SoapClient(_session).QueryAsync($"{reader.Select} ORDER BY Id", false, default)).Rows.Select(reader.Image).ToArray();
        var byJob = (await RowsAsync($"{reader.Select} ORDER BY Id", 2)).Select(reader.Image).ToArray();

        byJob.ShouldBe(bySoap);
        byJob.Length.ShouldBe(3);
        byJob.ShouldAllBe(image => image.Sfid.Length == 18);
        byJob[0].Fields["Account.ActorSync_Id__c"].ShouldBe(parent.ToString());
        byJob[1].Fields["Account.ActorSync_Id__c"].ShouldNotBeNull("a parent without a UUID is named by the one it is about to be given");
        byJob[2].Fields["Account.ActorSync_Id__c"].ShouldBeNull();
        (byJob[1].Fields["IsClosed"], byJob[1].Fields["Amount"], byJob[0].Fields["Amount"]).ShouldBe(("true", "0.05", "90000000"));
        byJob[0].Fields["Name"]!.ShouldContain("\"quoted\"");
    }

    [Fact]
    public async Task A_query_that_Bulk_cannot_ask_is_refused_and_a_job_that_is_gone_is_not_found()
    {
        (await Should.ThrowAsync<SalesforceException>(_bulk.CreateAsync("SELECT COUNT() FROM Account", default))).Fault.Code.ShouldBe("API_ERROR");
        (await Should.ThrowAsync<SalesforceException>(_bulk.CreateAsync("SELECT Nonsense FROM Account", default))).Fault.Code.ShouldBe("INVALID_FIELD");
        var job = await _bulk.CreateAsync("SELECT Id FROM Account", default);
        await EndedAsync(job);
        await _bulk.DeleteAsync(job, default);
        (await Should.ThrowAsync<SalesforceException>(_bulk.ReadAsync(job, default))).Fault.Code.ShouldBe("NOT_FOUND");
        (await Should.ThrowAsync<SalesforceException>(_bulk.ResultsAsync(job, null, 1, default))).Fault.Code.ShouldBe("NOT_FOUND");
    }

    [Fact]
    public async Task A_job_that_runs_is_called_off_and_tells_so()
    {
        using var hold = _org.Faults.HoldNext(new CallMatch("runQueryJob"), HoldPoint.BeforeEffect);
        var job = await _bulk.CreateAsync("SELECT Id FROM Account", default);
        await hold.Arrived;
        (await _bulk.ReadAsync(job, default)).IsOver.ShouldBeFalse();
        (await Should.ThrowAsync<SalesforceException>(_bulk.ResultsAsync(job, null, 1, default))).Fault.Code.ShouldBe("JOB_NOT_COMPLETE");
        await _bulk.AbortAsync(job, default);
        (await _bulk.ReadAsync(job, default)).State.ShouldBe(BulkJobState.Aborted);
    }

    // Half a page must never pass for a whole one: the rows that are missing would be missing for good.
    [Theory]
    [InlineData("\"Id\"\n\"001\"\n", "Sforce-NumberOfRecords: 2\r\nSforce-Locator: null")]
    [InlineData("\"Id\"\n\"001\"\n", "Sforce-NumberOfRecords: 1")]
    [InlineData("\"Id\"\n\"001\",\"x\"\n", "Sforce-NumberOfRecords: 1\r\nSforce-Locator: null")]
    [InlineData("\"Id\"\n\"001\n", "Sforce-NumberOfRecords: 1\r\nSforce-Locator: null")]
    public async Task A_page_that_is_not_whole_is_asked_for_again(string csv, string headers)
    {
        await using StubOrg org = new(_ => new Reply.Answer(200, "text/csv", csv) { Header = headers });
        (await Should.ThrowAsync<SalesforceException>(new BulkQueryClient(org.Session).ResultsAsync("750A", "MTA", 10, default))).Fault.ShouldBeOfType<SyncFault.Transient>();
        org.Server.Arrivals[1].Path.ShouldBe($"{Job}/results?maxRecords=10&locator=MTA");
    }

    private static ObjectMapping Opportunities => new(
        1, "Opportunity", "public", "opportunity", MappingAccess.ReadWrite, Key, "id", ConflictPolicy.LatestWins, Side.Salesforce, TimeSpan.FromSeconds(2),
        [
            Field("Name", FieldKind.Text), Field("StageName", FieldKind.Text), Field("CloseDate", FieldKind.Date), Field("Amount", FieldKind.Number, 2), Field("Description", FieldKind.Text),
            Field("NextStep", FieldKind.Text), Field("IsClosed", FieldKind.Boolean), Field("CreatedDate", FieldKind.Instant), Field("AccountId", FieldKind.Id), Field("Probability", FieldKind.Number),
            Field("FiscalYear", FieldKind.Number),
            Field("Account.ActorSync_Id__c", FieldKind.Parent) with { Parent = new ParentLink("Account", "AccountId", "Account", Key) },
        ]);

    private static FieldMapping Field(string name, FieldKind kind, int scale = 0) => new(name, name.ToLowerInvariant(), kind, scale, 0, true, true, null);

    private List<string> Create(string type, Dictionary<string, object?>[] records)
    {
        var results = _org.Model.Create([.. records.Select(fields => new RecordInput(type, null, fields))], new DmlContext("test", null, _org.Model.IntegrationUser.Id));
        results.ShouldAllBe(result => result.Success);
        return [.. results.Select(result => result.Id!)];
    }

    private async Task EndedAsync(string job) =>
        await Eventually.HoldsAsync("the query job to end", async () => (await _bulk.ReadAsync(job, default)).IsOver);

    private async Task<List<QueryRow>> RowsAsync(string soql, int rowsMax)
    {
        var job = await _bulk.CreateAsync(soql, default);
        await EndedAsync(job);
        var rows = new List<QueryRow>();
        string? locator = null;
        do
        {
            var page = await _bulk.ResultsAsync(job, locator, rowsMax, default);
            rows.AddRange(page.Rows);
            locator = page.Locator;
        }
        while (locator is not null);
        return rows;
    }
}
