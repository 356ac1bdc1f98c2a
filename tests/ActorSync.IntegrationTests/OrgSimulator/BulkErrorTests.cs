using System.Net;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.OrgSimulator;

public sealed class BulkErrorTests
{
    private static (string Code, string Message) Error(JsonElement json) =>
        (json[0].GetProperty("errorCode").GetString()!, json[0].GetProperty("message").GetString()!);

    [Theory]
    [InlineData("Name,Foo__c\na,b\n", "InvalidBatch : Field name not found : Foo__c")]
    [InlineData("\uFEFFName\na\n", "InvalidBatch : Field name not found : \uFEFFName")]
    [InlineData("Name,Nope.X\na,b\n", "InvalidBatch : Unable to find relationship: Nope")]
    [InlineData("Name,Account:Parent.ActorSync_Id__c\na,b\n", "InvalidBatch : type is not needed for non polymorphic foreign key references: Parent")]
    [InlineData("Name\r\na\r\n", "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF")]
    public async Task A_wrong_upload_is_taken_and_fails_the_job_with_all_its_rows_unprocessed(string csv, string message)
    {
        await using var org = await OrgCaller.StartAsync();
        var job = await org.CreateJobAsync("insert");
        (await org.UploadAsync(job, csv)).Status.ShouldBe(HttpStatusCode.Created);
        await org.SetStateAsync(job, "UploadComplete");
        var ended = await org.EndedAsync(job);
        ended.GetProperty("state").GetString().ShouldBe("Failed");
        ended.GetProperty("errorMessage").GetString().ShouldBe(message);
        ended.GetProperty("numberRecordsProcessed").GetInt32().ShouldBe(0);
        ended.GetProperty("numberRecordsFailed").GetInt32().ShouldBe(0);
        (await org.CountsAsync(job)).ShouldBe((0, 0, 1));
        org.AccountNames().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("PATCH", "")]
    [InlineData("DELETE", "")]
    [InlineData("GET", "/successfulResults")]
    public async Task An_unknown_job_is_not_found(string method, string part)
    {
        await using var org = await OrgCaller.StartAsync();
        var (status, json) = await org.RestAsync(new HttpMethod(method), $"/jobs/ingest/7505g0000000001AAA{part}", method == "PATCH" ? "{\"state\":\"Aborted\"}" : null);
        status.ShouldBe(HttpStatusCode.NotFound);
        Error(json).ShouldBe(("NOT_FOUND", "The requested resource does not exist"));
    }

    [Fact]
    public async Task Versions_before_41_have_no_ingest_jobs()
    {
        await using var org = await OrgCaller.StartAsync();
        (await org.RestAsync(HttpMethod.Get, "/jobs/ingest", version: "40.0")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await org.RestAsync(HttpMethod.Get, "/jobs/ingest", version: "41.0")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Calls_in_the_wrong_state_are_told_so()
    {
        await using var org = await OrgCaller.StartAsync();
        var open = await org.CreateJobAsync("insert");
        Error((await org.RestAsync(HttpMethod.Get, $"/jobs/ingest/{open}/failedResults")).Json).Code.ShouldBe("INVALIDJOBSTATE");
        Error((await org.RestAsync(HttpMethod.Delete, $"/jobs/ingest/{open}")).Json).Code.ShouldBe("INVALIDJOBSTATE");
        Error((await org.SetStateAsync(open, "JobComplete")).Json).Code.ShouldBe("INVALIDJOBSTATE");
        var (job, _) = await org.RunJobAsync("insert", "Name\nAcme\n");
        var (status, aborted) = await org.SetStateAsync(job, "Aborted");
        status.ShouldBe(HttpStatusCode.BadRequest);
        Error(aborted).ShouldBe(("INVALIDJOBSTATE", "Aborting already Completed Job not allowed"));
        Error((await org.SetStateAsync(job, "UploadComplete")).Json).ShouldBe(("INVALIDJOBSTATE", "Closing already Completed Job not allowed"));
        (await org.UploadAsync(job, "Name\nAcme\n")).Text.ShouldContain("\"errorCode\":\"INVALIDJOBSTATE\"");
    }

    [Fact]
    public async Task A_job_takes_one_upload_of_CSV_within_its_limit()
    {
        await using var org = await OrgCaller.StartAsync(new() { BulkUploadBytesMax = 20 });
        var job = await org.CreateJobAsync("insert");
        (await org.UploadAsync(job, "{}", "application/json")).Status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await org.UploadAsync(job, "Name\n0123456789012345\n")).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await org.UploadAsync(job, "Name\n01234567890123\n")).Status.ShouldBe(HttpStatusCode.Created);
        var second = await org.UploadAsync(job, "Name\nsecond\n");
        second.Status.ShouldBe(HttpStatusCode.BadRequest);
        second.Text.ShouldContain("Found multiple contents for job");
    }

    // The server's limit for other requests is 50 MB and closes the connection; an upload may have twice that.
    [Fact]
    public async Task An_upload_may_be_larger_than_other_requests()
    {
        await using var org = await OrgCaller.StartAsync();
        var job = await org.CreateJobAsync("insert");
        (await org.UploadAsync(job, "Name\n" + new string('\n', 51 * 1024 * 1024))).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_job_without_an_upload_fails_when_it_is_closed()
    {
        await using var org = await OrgCaller.StartAsync();
        var job = await org.CreateJobAsync("insert");
        await org.SetStateAsync(job, "UploadComplete");
        (await org.EndedAsync(job)).GetProperty("errorMessage").GetString().ShouldBe("InvalidBatch : Records not found");
    }

    [Fact]
    public async Task Calls_count_against_the_daily_requests_and_need_a_session()
    {
        await using var org = await OrgCaller.StartAsync();
        await org.CreateJobAsync("insert");
        org.Server.RequestsUsed.ShouldBe(1);
        org.Server.ExpireSessions();
        var (status, json) = await org.RestAsync(HttpMethod.Get, "/jobs/ingest/7505g0000000001AAA");
        status.ShouldBe(HttpStatusCode.Unauthorized);
        Error(json).Code.ShouldBe("INVALID_SESSION_ID");
    }
}
