using System.IO.Compression;
using System.Text;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Budget;
using ActorSync.Salesforce.Rest;
using ActorSync.Salesforce.Soap;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Salesforce;

public sealed class SoapClientTests
{
    [Fact]
    public async Task Write_is_sent_to_the_instance_with_session_origin_and_empty_soap_action()
    {
        await using StubOrg org = new(_ => StubOrg.Updated);

        await org.UpdateAsync();

        Arrival arrival = org.Server.Arrivals[1];
        arrival.Path.ShouldBe("/services/Soap/u/67.0");
        arrival.Headers["SOAPAction"].ShouldBe("\"\"");
        arrival.Headers["Content-Type"].ShouldBe("text/xml; charset=utf-8");
        arrival.Headers.Keys.ShouldNotContain("Authorization");
        arrival.Body.ShouldContain("<SessionHeader><sessionId>00D!t1</sessionId></SessionHeader><CallOptions><client>actorsync/1</client></CallOptions>");
    }

    [Fact]
    public async Task Expired_session_is_renewed_once_and_the_write_sent_under_the_new_one()
    {
        await using StubOrg org = new(arrival => arrival.Body.Contains("00D!t1", StringComparison.Ordinal)
            ? StubOrg.Fault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader")
            : StubOrg.Updated);

        IReadOnlyList<WriteResult> results = await org.UpdateAsync();

        results[0].Success.ShouldBeTrue();
        org.SignIns.ShouldBe(2);
        org.Server.Count("update").ShouldBe(2);
    }

    [Fact]
    public async Task Session_that_is_refused_again_is_not_executed_and_ends_there()
    {
        await using StubOrg org = new(_ => StubOrg.Fault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: 00D!t2"));

        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => org.UpdateAsync());

        e.Fault.ShouldBeOfType<SyncFault.NotExecuted>().Code.ShouldBe("INVALID_SESSION_ID");
        e.Message.ShouldNotContain("00D!t2");
        org.SignIns.ShouldBe(2);
        org.Server.Count("update").ShouldBe(2);
    }

    [Theory]
    [InlineData("REQUEST_LIMIT_EXCEEDED", NextStep.Wait)]
    [InlineData("SERVER_UNAVAILABLE", NextStep.SendAgain)]
    [InlineData("INVALID_FIELD", NextStep.FixConfiguration)]
    [InlineData("MALFORMED_ID", NextStep.Park)]
    [InlineData("UNKNOWN_EXCEPTION", NextStep.Probe)]
    public async Task Fault_of_the_whole_call_is_thrown_and_sent_once(string code, NextStep step)
    {
        await using StubOrg org = new(_ => StubOrg.Fault(code, "text"));

        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => org.UpdateAsync());

        e.Fault.Code.ShouldBe(code);
        e.Fault.NextStep.ShouldBe(step);
        e.Operation.ShouldBe("update 1 Account");
        org.Server.Count("update").ShouldBe(1);
    }

    [Fact]
    public async Task Record_that_xml_cannot_carry_is_rejected_alone_and_results_stay_in_place()
    {
        await using StubOrg org = new(_ => StubOrg.Envelope(
            "<upsertResponse><result><created>true</created><id>a</id><success>true</success></result><result><created>false</created><id>c</id><success>true</success></result></upsertResponse>"));

        IReadOnlyList<WriteResult> results = await org.Soap.UpsertAsync("Account", "Key__c", [Keyed("1", "A"), Keyed("2", "B\u0001"), Keyed("3", "C")], "actorsync/7", default);

        results.Select(result => result.Id).ShouldBe(["a", null, "c"]);
        results[1].Fault.ShouldBeOfType<SyncFault.Rejected>().Fields.ShouldBe(["Name"]);
        org.Server.Arrivals[1].Body.ShouldNotContain("Key__c>2<");
    }

    [Fact]
    public async Task Call_of_nothing_but_such_records_is_not_sent()
    {
        await using StubOrg org = new(_ => StubOrg.Updated);

        IReadOnlyList<WriteResult> results = await org.Soap.UpsertAsync("Account", "Key__c", [Keyed("2", "\u0001")], "actorsync/7", default);

        results.ShouldHaveSingleItem().Success.ShouldBeFalse();
        org.Server.Arrivals.ShouldBeEmpty();
    }

    [Fact]
    public async Task Request_over_the_bound_is_rejected_before_it_is_sent()
    {
        await using StubOrg org = new(_ => StubOrg.Updated, new SalesforceOptions { RequestBytesMax = 100_000 });

        SalesforceException e = await Should.ThrowAsync<SalesforceException>(
            () => org.Soap.UpsertAsync("Account", "Key__c", [Keyed("1", new string('x', 200_000))], "actorsync/7", default));

        e.Fault.ShouldBeOfType<SyncFault.Rejected>().Code.ShouldBe("REQUEST_TOO_LARGE");
        org.Server.Count("upsert").ShouldBe(0);
    }

    [Fact]
    public async Task Answer_over_the_bound_leaves_a_write_in_doubt()
    {
        await using StubOrg org = new(_ => StubOrg.Updated, new SalesforceOptions { ResponseBytesMax = 300 });

        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => org.UpdateAsync());

        e.Fault.ShouldBeOfType<SyncFault.InDoubt>().Code.ShouldBe("ANSWER_TOO_LARGE");
    }

    [Fact]
    public async Task Request_of_several_segments_arrives_whole()
    {
        await using StubOrg org = new(_ => StubOrg.Envelope("<upsertResponse><result><created>true</created><id>a</id><success>true</success></result></upsertResponse>"));
        string large = new('y', 300_000);

        await org.Soap.UpsertAsync("Account", "Key__c", [Keyed("1", large)], "actorsync/7", default);

        org.Server.Arrivals[1].Body.ShouldContain($"<sf:Name>{large}</sf:Name>");
        org.Server.Arrivals[1].Body.ShouldEndWith("</soapenv:Envelope>");
    }

    [Fact]
    public async Task Compressed_answer_is_read()
    {
        await using StubOrg org = new(_ => Zip(StubOrg.Envelope(
            """<queryResponse><result><done>true</done><queryLocator xsi:nil="true"/><records xsi:type="sf:sObject"><sf:type>Account</sf:type><sf:Id>001000000000001AAA</sf:Id></records><size>1</size></result></queryResponse>""")));

        QueryAnswer answer = await org.Soap.QueryAsync("SELECT Id FROM Account", includeDeleted: false, default);

        answer.Rows.ShouldHaveSingleItem().Id.ShouldBe("001000000000001AAA");
        org.Server.Arrivals[1].Headers["Accept-Encoding"].ShouldContain("gzip");
    }

    [Fact]
    public async Task Deleted_records_are_asked_for_by_query_all()
    {
        await using StubOrg org = new(_ => StubOrg.Envelope("""<queryAllResponse><result><done>true</done><queryLocator xsi:nil="true"/><size>0</size></result></queryAllResponse>"""));

        (await org.Soap.QueryAsync("SELECT Id FROM Account", includeDeleted: true, default)).TotalSize.ShouldBe(0);
    }

    [Fact]
    public async Task Usage_comes_from_the_answers_header_line()
    {
        await using StubOrg org = new(_ => (Reply.Answer)StubOrg.Updated with { Header = "Sforce-Limit-Info: api-usage=18/5000" });

        await org.UpdateAsync();

        org.Session.Usage.ShouldBe(new ApiUsage(18, 5000));
    }

    // Most faults tell no count. What was called since the last one stays called.
    [Fact]
    public async Task An_answer_without_usage_is_no_news_of_it()
    {
        using ApiBudget budget = new(new ApiBudgetOptions { Reserve = new ApiShare(0) }, null);
        var answers = 0;
        await using StubOrg org = new(
            _ => answers++ == 0 ? (Reply.Answer)StubOrg.Updated with { Header = "Sforce-Limit-Info: api-usage=900/1000" } : StubOrg.Fault("UNABLE_TO_LOCK_ROW", "locked"),
            new SalesforceOptions { Budget = budget });
        await org.UpdateAsync();
        await Should.ThrowAsync<SalesforceException>(() => org.UpdateAsync());
        budget.Allows(ApiUse.Settle, 100).ShouldBeFalse();
        await Should.ThrowAsync<SalesforceException>(() => new DescribeClient(org.Session).DescribeAsync("Account", default));
        budget.Allows(ApiUse.Settle, 99).ShouldBeFalse();
        org.Session.Usage.ShouldBe(new ApiUsage(900, 1000));
    }

    private static SoapRecord Keyed(string key, string name) =>
        new(null, new Dictionary<string, string?> { ["Key__c"] = key, ["Name"] = name }, SoapRecord.NoParents);

    private static Reply.Answer Zip(Reply.Answer answer)
    {
        using MemoryStream bytes = new();
        using (GZipStream zip = new(bytes, CompressionLevel.Fastest))
        {
            zip.Write(Encoding.UTF8.GetBytes(answer.Text));
        }

        return answer with { Bytes = bytes.ToArray(), Header = "Content-Encoding: gzip" };
    }
}
