using ActorSync.Domain.Faults;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Soap;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Salesforce;

public sealed class BulkClientTests
{
    private const string Job = "/services/data/v67.0/jobs/ingest/7505e000001AAAA";
    private static readonly BulkRequest Births = new("Account", BulkOperation.Upsert, "Key__c");
    private static readonly BulkRequest Updates = new("Account", BulkOperation.Update, null);

    [Fact]
    public async Task Job_is_opened_under_the_name_of_its_submission()
    {
        await using StubOrg org = new(_ => JobIn("Open"));

        (await new BulkClient(org.Session).CreateAsync(Births, "actorsync/1", default)).ShouldBe("7505e000001AAAA");

        Arrival sent = org.Server.Arrivals[1];
        (sent.Method, sent.Path).ShouldBe(("POST", "/services/data/v67.0/jobs/ingest"));
        sent.Headers["Sforce-Call-Options"].ShouldBe("client=actorsync/1");
        sent.Body.ShouldBe("""{"object":"Account","operation":"upsert","externalIdFieldName":"Key__c","contentType":"CSV","lineEnding":"LF","columnDelimiter":"COMMA"}""");
    }

    [Fact]
    public async Task Job_is_opened_with_the_assignment_rule_it_is_to_run()
    {
        await using StubOrg org = new(_ => JobIn("Open"));

        await new BulkClient(org.Session).CreateAsync(Births with { ObjectName = "Lead", AssignmentRuleId = "01Q5g000000abcdEAA" }, "actorsync/1", default);

        org.Server.Arrivals[1].Body.ShouldBe(
            """{"object":"Lead","operation":"upsert","externalIdFieldName":"Key__c","assignmentRuleId":"01Q5g000000abcdEAA","contentType":"CSV","lineEnding":"LF","columnDelimiter":"COMMA"}""");
    }

    [Fact]
    public async Task Job_of_an_earlier_configuration_is_asked_about_in_a_version_that_has_jobs()
    {
        await using StubOrg org = new(_ => JobIn("InProgress"), new SalesforceOptions { ApiVersion = "40.0" });

        await new BulkClient(org.Session).ReadAsync("7505e000001AAAA", default);

        org.Server.Arrivals[1].Path.ShouldBe("/services/data/v41.0/jobs/ingest/7505e000001AAAA");
    }

    [Fact]
    public async Task Records_travel_as_CSV()
    {
        await using StubOrg org = new(_ => new Reply.Answer(201, "application/json", ""));

        await new BulkClient(org.Session).UploadAsync("7505e000001AAAA", Births, [Birth("k1", "Acme"), Birth("k2", "Über")], default);

        Arrival sent = org.Server.Arrivals[1];
        (sent.Method, sent.Path).ShouldBe(("PUT", Job + "/batches"));
        sent.Headers["Content-Type"].ShouldStartWith("text/csv");
        sent.Body.ShouldBe("\"Key__c\",\"Name\"\n\"k1\",\"Acme\"\n\"k2\",\"Über\"\n");
    }

    [Theory]
    [InlineData(true, """{"state":"UploadComplete"}""")]
    [InlineData(false, """{"state":"Aborted"}""")]
    public async Task Job_is_closed_or_called_off_by_its_state(bool close, string body)
    {
        await using StubOrg org = new(_ => JobIn("UploadComplete"));
        BulkClient bulk = new(org.Session);

        await (close ? bulk.CloseAsync("7505e000001AAAA", default) : bulk.AbortAsync("7505e000001AAAA", default));

        (org.Server.Arrivals[1].Method, org.Server.Arrivals[1].Path, org.Server.Arrivals[1].Body).ShouldBe(("PATCH", Job, body));
    }

    [Theory]
    [InlineData("Open", false)]
    [InlineData("UploadComplete", false)]
    [InlineData("InProgress", false)]
    [InlineData("JobComplete", true)]
    [InlineData("Failed", true)]
    [InlineData("Aborted", true)]
    public async Task Job_tells_whether_it_is_over(string state, bool over)
    {
        await using StubOrg org = new(_ => JobIn(state));

        BulkJob job = await new BulkClient(org.Session).ReadAsync("7505e000001AAAA", default);

        (job.State.ToString(), job.IsOver, job.RecordsProcessed, job.RecordsFailed, job.ErrorMessage).ShouldBe((state, over, 3L, 1L, "InvalidBatch : Field name not found : Foo__c"));
    }

    [Fact]
    public async Task Results_are_told_by_their_key_in_whatever_order_they_come()
    {
        await using StubOrg org = new(arrival => new Reply.Answer(200, "text/csv", arrival.Path[Job.Length..] switch
        {
            "/successfulResults" => "\"sf__Id\",\"sf__Created\",Key__c,Name\n\"001000000000002AAA\",\"false\",k3,\"Two, \"\"2\"\"\"\n\"001000000000001AAA\",\"true\",k1,Acme\n",
            "/failedResults" => "\"sf__Id\",\"sf__Error\",Key__c,Name\n\"\",\"REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --\",k2,\n\"\",\"UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--\",k5,x\n",
            _ => "Key__c,Name\nk4,\"line\nbreak\"\n",
        }));

        BulkResults results = await new BulkClient(org.Session).ResultsAsync("7505e000001AAAA", Births, default);

        results.Results.Keys.Order().ShouldBe(["k1", "k2", "k3", "k5"]);
        results.Results["k1"].ShouldSatisfyAllConditions(r => r.Success.ShouldBeTrue(), r => r.Created.ShouldBeTrue(), r => r.Id.ShouldBe("001000000000001AAA"));
        results.Results["k3"].ShouldSatisfyAllConditions(r => r.Success.ShouldBeTrue(), r => r.Created.ShouldBeFalse());
        results.Results["k2"].ShouldSatisfyAllConditions(r => r.Id.ShouldBeNull(), r => r.Fault.ShouldBeOfType<SyncFault.Rejected>().Fields.ShouldBe(["Name"]));
        results.Results["k5"].Fault.ShouldBeOfType<SyncFault.Transient>();
        results.Unprocessed.ShouldBe(["k4"]);
    }

    [Theory]
    [InlineData("\"sf__Id\",\"sf__Created\",Name\n\"001000000000001AAA\",\"true\",Acme\n")]
    [InlineData("\"sf__Id\",\"sf__Created\",Key__c\n\"001000000000001AAA\",\"true\"\n")]
    [InlineData("\"sf__Id\",\"sf__Created\",Key__c\n\"001000000000001AAA\",\"tr")]
    [InlineData("\"sf__Id\",\"sf__Created\",Key__c\n\"\",\"true\",k1\n")]
    public async Task Results_that_cannot_be_told_apart_are_asked_for_again(string csv)
    {
        await using StubOrg org = new(_ => new Reply.Answer(200, "text/csv", csv));

        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => new BulkClient(org.Session).ResultsAsync("7505e000001AAAA", Births, default));

        e.Fault.ShouldBeOfType<SyncFault.Transient>().Code.ShouldBe("UNREADABLE_ANSWER");
        e.Message.ShouldStartWith("successfulResults of job 7505e000001AAAA: ");
    }

    [Fact]
    public async Task Lost_answer_leaves_no_doubt_that_the_state_of_the_job_could_not_settle()
    {
        await using StubOrg org = new(_ => new Reply.Close());

        SalesforceException e = await Should.ThrowAsync<SalesforceException>(() => new BulkClient(org.Session).CloseAsync("7505e000001AAAA", default));

        e.Fault.ShouldBeOfType<SyncFault.Transient>().Code.ShouldBe("CONNECTION_LOST");
    }

    [Fact]
    public async Task Who_may_not_send_any_more_uploads_and_closes_nothing()
    {
        await using StubOrg org = new(_ => JobIn("Open"), new SalesforceOptions { MaySend = () => false });
        BulkClient bulk = new(org.Session);

        (await Should.ThrowAsync<SalesforceException>(() => bulk.UploadAsync("7505e000001AAAA", Births, [Birth("k1", "Acme")], default))).Fault.ShouldBeOfType<SyncFault.NotExecuted>();
        (await Should.ThrowAsync<SalesforceException>(() => bulk.CloseAsync("7505e000001AAAA", default))).Fault.ShouldBeOfType<SyncFault.NotExecuted>();

        org.Server.Arrivals.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Expired_session_is_renewed_and_the_call_made_again()
    {
        await using StubOrg org = new(arrival => arrival.Headers["Authorization"] == "Bearer 00D!t1"
            ? new Reply.Answer(401, "application/json", """[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]""")
            : new Reply.Answer(201, "application/json", ""));

        await new BulkClient(org.Session).UploadAsync("7505e000001AAAA", Births, [Birth("k1", "Acme")], default);

        org.SignIns.ShouldBe(2);
        org.Server.Arrivals[^1].Body.ShouldBe("\"Key__c\",\"Name\"\n\"k1\",\"Acme\"\n");
    }

    [Fact]
    public async Task Record_that_is_named_twice_or_not_at_all_is_a_defect_of_the_caller()
    {
        await using StubOrg org = new(_ => JobIn("Open"));
        BulkClient bulk = new(org.Session);

        await Should.ThrowAsync<ArgumentException>(() => bulk.UploadAsync("7505e000001AAAA", Births, [Birth("k1", "a"), Birth("k1", "b")], default));
        await Should.ThrowAsync<ArgumentException>(() => bulk.UploadAsync("7505e000001AAAA", Updates, [Birth("k1", "a")], default));
        await Should.ThrowAsync<ArgumentException>(() => bulk.UploadAsync("7505e000001AAAA", Births, [Birth("k1", BulkRows.Null)], default));
        org.Server.Arrivals.ShouldBeEmpty();
    }

    private static SoapRecord Birth(string key, string name) => new(null, new Dictionary<string, string?> { ["Key__c"] = key, ["Name"] = name }, SoapRecord.NoParents);

    private static Reply.Answer JobIn(string state) => new(200, "application/json", $$"""
        {"id":"7505e000001AAAA","operation":"upsert","object":"Account","createdById":"0055e000000xxxxAAA","createdDate":"2026-11-23T10:00:00.000+0000","systemModstamp":"2026-11-23T10:00:00.000+0000","state":"{{state}}",
        "externalIdFieldName":"Key__c","concurrencyMode":"Parallel","contentType":"CSV","apiVersion":67.0,"contentUrl":"services/data/v67.0/jobs/ingest/7505e000001AAAA/batches","lineEnding":"LF","columnDelimiter":"COMMA",
        "jobType":"V2Ingest","numberRecordsProcessed":3,"numberRecordsFailed":1,"errorMessage":"InvalidBatch : Field name not found : Foo__c"}
        """);
}
