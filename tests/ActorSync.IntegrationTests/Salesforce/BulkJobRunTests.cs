using ActorSync.Domain.Faults;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Session;
using ActorSync.Salesforce.Soap;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Salesforce;

/// <summary>Whole jobs, from this client to an org and back.</summary>
public sealed class BulkJobRunTests : IAsyncLifetime
{
    private const string Key = "ActorSync_Id__c";
    private static readonly BulkRequest Births = new("Account", BulkOperation.Upsert, Key);
    private static readonly BulkRequest Updates = new("Account", BulkOperation.Update, null);
    private static readonly BulkRequest Deletes = new("Account", BulkOperation.Delete, null);

    private OrgServer _org = null!;
    private SalesforceSession _session = null!;
    private BulkClient _bulk = null!;

    public async Task InitializeAsync()
    {
        _org = await OrgServer.StartAsync(new OrgServerOptions { BulkChunkTime = TimeSpan.Zero }, CancellationToken.None);
        _session = new SalesforceSession(new SalesforceCredentials.ClientCredentials(_org.Url, _org.ClientId, _org.ClientSecret), new SalesforceOptions { ApiVersion = "66.0" }, TimeProvider.System);
        _bulk = new BulkClient(_session);
    }

    public async Task DisposeAsync()
    {
        _session.Dispose();
        await _org.DisposeAsync();
    }

    [Fact]
    public async Task Records_are_born_changed_and_deleted_and_each_is_told_what_became_of_it()
    {
        var born = await RunAsync(Births, [Birth("k1", "Acme, \"Inc\"\nLtd"), Birth("k2", " Über "), Birth("k3", null)]);
        born.Results["k1"].ShouldSatisfyAllConditions(result => result.Success.ShouldBeTrue(), result => result.Created.ShouldBeTrue());
        born.Results["k3"].Fault.ShouldBeOfType<SyncFault.Rejected>().Code.ShouldBe("REQUIRED_FIELD_MISSING");
        born.Unprocessed.ShouldBeEmpty();
        Names().ShouldBe(["Acme, \"Inc\"\nLtd", "Über"], ignoreOrder: true);

        var ids = new[] { born.Results["k1"].Id!, born.Results["k2"].Id! };
        var changed = await RunAsync(Updates, [Update(ids[0], ("Phone", "1"), ("Name", "Acme")), Update(ids[1], ("Fax", null))]);
        ids.ShouldAllBe(id => changed.Results[id].Success);
        (await RunAsync(Deletes, [Update(ids[1])])).Results[ids[1]].Success.ShouldBeTrue();
        Names().ShouldBe(["Acme"]);
        _org.Model.Arrivals().ShouldAllBe(arrival => arrival.Api == "bulkapi" && arrival.Client == "actorsync/1");
    }

    [Fact]
    public async Task Job_that_was_never_given_its_records_says_nothing_of_any()
    {
        var job = await _bulk.CreateAsync(Births, "actorsync/1", default);
        await _bulk.AbortAsync(job, default);

        var results = await _bulk.ResultsAsync(job, Births, default);

        (results.Results.Count, results.Unprocessed.Count).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Job_that_is_called_off_before_it_is_closed_has_done_nothing()
    {
        var job = await _bulk.CreateAsync(Births, "actorsync/1", default);
        await _bulk.UploadAsync(job, Births, [Birth("k1", "a"), Birth("k2", "b")], default);
        await _bulk.AbortAsync(job, default);

        (await _bulk.ReadAsync(job, default)).State.ShouldBe(BulkJobState.Aborted);
        var results = await _bulk.ResultsAsync(job, Births, default);
        results.Results.ShouldBeEmpty();
        results.Unprocessed.ShouldBe(["k1", "k2"], ignoreOrder: true);
        _org.Model.Arrivals().ShouldBeEmpty();
    }

    [Fact]
    public async Task Job_that_fails_half_way_tells_what_it_has_written_and_what_not()
    {
        _org.Faults.Add(new OrgFault.FailJob(1), new CallMatch(Type: "Account"), hitsMax: 1);

        var results = await RunAsync(Births, [.. Enumerable.Range(0, 250).Select(i => Birth($"k{i}", "a"))], BulkJobState.Failed);

        (results.Results.Count, results.Unprocessed.Count).ShouldBe((200, 50));
        results.Results.Keys.Concat(results.Unprocessed).Order().ShouldBe(Enumerable.Range(0, 250).Select(i => $"k{i}").Order());
    }

    [Fact]
    public async Task Job_with_a_field_the_org_does_not_have_fails_whole_and_names_it()
    {
        var job = await _bulk.CreateAsync(Updates, "actorsync/1", default);
        await _bulk.UploadAsync(job, Updates, [Update("001000000000001AAA", ("Nope__c", "x"))], default);
        await _bulk.CloseAsync(job, default);

        var over = await OverAsync(job);

        (over.State, over.ErrorMessage).ShouldBe((BulkJobState.Failed, "InvalidBatch : Field name not found : Nope__c"));
        (await _bulk.ResultsAsync(job, Updates, default)).Unprocessed.ShouldBe(["001000000000001AAA"]);
    }

    private async Task<BulkResults> RunAsync(BulkRequest request, IReadOnlyList<SoapRecord> records, BulkJobState end = BulkJobState.JobComplete)
    {
        var job = await _bulk.CreateAsync(request, "actorsync/1", default);
        await _bulk.UploadAsync(job, request, records, default);
        await _bulk.CloseAsync(job, default);
        (await OverAsync(job)).State.ShouldBe(end);
        return await _bulk.ResultsAsync(job, request, default);
    }

    private async Task<BulkJob> OverAsync(string job)
    {
        BulkJob? over = null;
        await Eventually.HoldsAsync("the job to be over", async () => (over = await _bulk.ReadAsync(job, default)).IsOver);
        return over!;
    }

    private string[] Names() => [.. _org.Model.Query("SELECT Id, Name FROM Account").Rows.Select(row => row.Fields.Single(field => field.Key == "Name").Value!.ToString()!)];

    private static SoapRecord Birth(string key, string? name) => new(null, new Dictionary<string, string?> { [Key] = key, ["Name"] = name }, SoapRecord.NoParents);

    private static SoapRecord Update(string id, params (string Name, string? Value)[] fields) =>
        new(id, fields.ToDictionary(field => field.Name, field => field.Value), SoapRecord.NoParents);
}
