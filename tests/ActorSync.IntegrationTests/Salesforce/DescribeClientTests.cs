using ActorSync.Domain.Faults;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Rest;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Salesforce;

public sealed class DescribeClientTests
{
    private const string Describe = """
        {"name":"Invoice__c","label":"Invoice","keyPrefix":"a00","createable":true,"updateable":true,"deletable":true,"queryable":true,"replicateable":true,"custom":true,"urls":{"describe":"/x"},
        "fields":[
          {"name":"Id","type":"id","soapType":"tns:ID","length":18,"byteLength":18,"precision":0,"scale":0,"digits":0,"nillable":false,"idLookup":true,"defaultValue":null,"referenceTo":[],"picklistValues":[],"relationshipName":null},
          {"name":"Amount__c","type":"currency","soapType":"xsd:double","length":0,"precision":18,"scale":2,"nillable":true,"createable":true,"updateable":true,"filteredLookupInfo":null},
          {"name":"Key__c","type":"string","length":36,"unique":true,"externalId":true,"idLookup":true,"caseSensitive":false,"createable":true,"updateable":true},
          {"name":"Account__c","type":"reference","length":18,"referenceTo":["Account"],"relationshipName":"Account__r","createable":true},
          {"name":"Status__c","type":"picklist","restrictedPicklist":true,"picklistValues":[{"active":true,"defaultValue":true,"label":"Open","validFor":null,"value":"open"}]},
          {"name":"Total__c","type":"double","calculated":true}
        ]}
        """;

    [Fact]
    public async Task Object_is_described_with_its_fields()
    {
        await using StubOrg org = new(_ => new Reply.Answer(200, "application/json;charset=UTF-8", Describe) { Header = "Sforce-Limit-Info: api-usage=25/5000; per-app-api-usage=17/250(appName=x)" });

        ObjectDescribe answer = await new DescribeClient(org.Session).DescribeAsync("Invoice__c", default);

        org.Server.Arrivals[1].Path.ShouldBe("/services/data/v67.0/sobjects/Invoice__c/describe");
        org.Server.Arrivals[1].Headers["Authorization"].ShouldBe("Bearer 00D!t1");
        org.Session.Usage.ShouldBe(new ApiUsage(25, 5000));
        answer.KeyPrefix.ShouldBe("a00");
        answer.Fields.Count.ShouldBe(6);
        answer.Field("amount__C").ShouldNotBeNull().Scale.ShouldBe(2);
        answer.Field("Key__c").ShouldNotBeNull().ExternalId.ShouldBeTrue();
        answer.Field("Key__c").ShouldNotBeNull().Unique.ShouldBeTrue();
        answer.Field("Account__c").ShouldNotBeNull().ReferenceTo.ShouldBe(["Account"]);
        answer.Field("Account__c").ShouldNotBeNull().RelationshipName.ShouldBe("Account__r");
        answer.Field("Status__c").ShouldNotBeNull().PicklistValues.ShouldBe([new PicklistValue { Value = "open", Label = "Open", Active = true, DefaultValue = true }]);
        answer.Field("Total__c").ShouldNotBeNull().Calculated.ShouldBeTrue();
        answer.Field("Nothing__c").ShouldBeNull();
    }

    [Fact]
    public async Task Unknown_object_is_a_misconfiguration()
    {
        await using StubOrg org = new(_ => new Reply.Answer(404, "application/json", """[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]"""));

        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => new DescribeClient(org.Session).DescribeAsync("Nothing__c", default));

        e.Fault.ShouldBeOfType<SyncFault.Misconfigured>().Code.ShouldBe("NOT_FOUND");
        e.Message.ShouldStartWith("describe Nothing__c: ");
    }

    [Fact]
    public async Task Expired_session_is_renewed_once()
    {
        await using StubOrg org = new(arrival => arrival.Headers["Authorization"] == "Bearer 00D!t1"
            ? new Reply.Answer(401, "application/json", """[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]""")
            : new Reply.Answer(200, "application/json", Describe));

        (await new DescribeClient(org.Session).DescribeAsync("Invoice__c", default)).Name.ShouldBe("Invoice__c");

        org.SignIns.ShouldBe(2);
    }

    [Theory]
    [InlineData(403, """[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]""", NextStep.Wait)]
    [InlineData(502, "<html/>", NextStep.Retry)]
    [InlineData(200, "<html/>", NextStep.Retry)]
    [InlineData(200, """{"label":"no name"}""", NextStep.Retry)]
    [InlineData(500, "[]", NextStep.Retry)]
    public async Task Other_failures_say_when_to_ask_again(int status, string body, NextStep step)
    {
        await using StubOrg org = new(_ => new Reply.Answer(status, "application/json", body));

        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => new DescribeClient(org.Session).DescribeAsync("Account", default));

        e.Fault.NextStep.ShouldBe(step);
    }

    [Fact]
    public async Task Limits_are_read_by_name()
    {
        await using StubOrg org = new(_ => new Reply.Answer(
            200, "application/json", """{"DailyApiRequests":{"Max":15000,"Remaining":14998,"Some App":{"Max":1,"Remaining":1}},"DailyBulkV2QueryJobs":{"Max":10000,"Remaining":10000}}"""));

        IReadOnlyDictionary<string, OrgLimit> limits = await new DescribeClient(org.Session).LimitsAsync(default);

        limits["DailyApiRequests"].ShouldBe(new OrgLimit(15000, 14998));
    }
}
