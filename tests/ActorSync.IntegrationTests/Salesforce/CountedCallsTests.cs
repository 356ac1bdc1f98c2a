using ActorSync.Domain.Faults;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Budget;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Rest;
using ActorSync.Salesforce.Session;
using ActorSync.Salesforce.Soap;
using ActorSync.Salesforce.Streaming;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Salesforce;

/// <summary>What is counted here is what the org counts.</summary>
public sealed class CountedCallsTests : IAsyncLifetime, IApiCallLedger
{
    private const string Key = "ActorSync_Id__c";

    private readonly Dictionary<ApiKind, long> _counted = [];
    private OrgServer _org = null!;
    private ApiBudget _budget = null!;
    private SalesforceSession _session = null!;

    public async Task InitializeAsync()
    {
        _org = await OrgServer.StartAsync(new OrgServerOptions { BulkChunkTime = TimeSpan.Zero, RequestsPerDayMax = 1000 }, CancellationToken.None);
        _budget = new ApiBudget(new ApiBudgetOptions(), this);
        var credentials = new SalesforceCredentials.ClientCredentials(_org.Url, _org.ClientId, _org.ClientSecret);
        _session = new SalesforceSession(credentials, new SalesforceOptions { ApiVersion = "66.0", Budget = _budget }, TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        _session.Dispose();
        _budget.Dispose();
        await _org.DisposeAsync();
    }

    [Fact]
    public async Task Soap_rest_and_bulk_requests_count_and_sign_ins_and_streaming_do_not()
    {
        var (soap, bulk) = (new SoapClient(_session), new BulkClient(_session));
        var record = new SoapRecord(null, new Dictionary<string, string?> { [Key] = "k1", ["Name"] = "Acme" }, SoapRecord.NoParents);
        await soap.UpsertAsync("Account", Key, [record], "actorsync/1", default);
        await soap.QueryAsync("SELECT Id FROM Account", includeDeleted: true, default);
        await soap.GetUserInfoAsync(default);
        await new DescribeClient(_session).DescribeAsync("Account", default);
        var request = new BulkRequest("Account", BulkOperation.Upsert, Key);
        var job = await bulk.CreateAsync(request, "actorsync/2", default);
        await bulk.UploadAsync(job, request, [record], default);
        await bulk.AbortAsync(job, default);
        var stream = new StreamClient(_session, new Dictionary<string, ReplayPosition> { [StreamClient.ChannelOf("Account")] = ReplayPosition.Newest });
        await using (var news = stream.ReadAsync(default).GetAsyncEnumerator())
        {
            _ = await news.MoveNextAsync();
        }

        await _budget.ExchangeAsync(isLast: true, default);
        _counted.ShouldBe(new Dictionary<ApiKind, long> { [ApiKind.SoapWrite] = 1, [ApiKind.SoapRead] = 2, [ApiKind.Rest] = 1, [ApiKind.Bulk] = 3 }, ignoreOrder: true);
        _org.RequestsUsed.ShouldBe(7);
        _budget.Outlook.Org.ShouldBe(new ActorSync.Salesforce.ApiUsage(7, 1000));
    }

    [Fact]
    public async Task A_call_that_finds_nobody_counts_for_nothing()
    {
        var soap = new SoapClient(_session);
        await soap.GetUserInfoAsync(default);
        await _org.DisposeAsync();
        (await Should.ThrowAsync<SalesforceException>(() => soap.GetUserInfoAsync(default))).Fault.ShouldBeOfType<SyncFault.NotExecuted>();
        await _budget.ExchangeAsync(isLast: true, default);
        _counted.Values.Sum().ShouldBe(1);
    }

    // The org says nothing of its count in a SOAP fault; what follows must not knock on its door again and again.
    [Fact]
    public async Task After_the_orgs_refusal_for_its_daily_limit_nothing_is_sent()
    {
        var soap = new SoapClient(_session);
        await soap.GetUserInfoAsync(default);
        await soap.QueryAsync("SELECT Id FROM Account", includeDeleted: true, default);
        _org.Faults.Add(new OrgFault.DailyLimit(), hitsMax: 1);
        (await Refusal(soap)).Code.ShouldBe("REQUEST_LIMIT_EXCEEDED");
        (await Refusal(soap)).Code.ShouldBe(ApiBudget.UsedUp);
        _org.ForgetRequests();
        var limits = await new DescribeClient(_session).LimitsAsync(default);
        limits["DailyApiRequests"].ShouldBe(new OrgLimit(1000, 999));
        await soap.GetUserInfoAsync(default);
    }

    public Task<ApiCounts> ExchangeAsync(ApiExchange exchange, CancellationToken cancellation)
    {
        foreach (var (kind, calls) in exchange.Used)
        {
            _counted[kind] = _counted.GetValueOrDefault(kind) + calls;
        }

        return Task.FromResult(new ApiCounts(TimeProvider.System.GetUtcNow(), 0, [], exchange.Org));
    }

    private static async Task<SyncFault.Throttled> Refusal(SoapClient soap) =>
        (await Should.ThrowAsync<SalesforceException>(() => soap.GetUserInfoAsync(default))).Fault.ShouldBeOfType<SyncFault.Throttled>();
}
