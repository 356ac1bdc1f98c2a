using System.Net;
using System.Text.Json;
using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.OrgSimulator;

public sealed class QueryJobTests
{
    private static readonly CallMatch Run = new("runQueryJob", Api: "bulk");

    [Fact]
    public async Task A_job_tells_itself_as_the_guide_shows_it()
    {
        await using var org = await OrgCaller.StartAsync();
        await org.CreateAccountAsync("Acme");
        var (status, created) = await CreateAsync(org, "SELECT Id, Name FROM Account");
        status.ShouldBe(HttpStatusCode.OK);
        created.GetProperty("state").GetString().ShouldBe("UploadComplete");
        created.GetProperty("object").GetString().ShouldBe("Account");
        created.GetProperty("apiVersion").GetRawText().ShouldBe("66.0");
        created.TryGetProperty("contentUrl", out _).ShouldBeFalse();
        var ended = await EndedAsync(org, created.GetProperty("id").GetString()!);
        ended.GetProperty("jobType").GetString().ShouldBe("V2Query");
        ended.GetProperty("numberRecordsProcessed").GetInt32().ShouldBe(1);
        var (_, list) = await org.RestAsync(HttpMethod.Get, "/jobs/query");
        list.GetProperty("records").EnumerateArray().Single().GetProperty("id").GetString().ShouldBe(ended.GetProperty("id").GetString());
        list.GetProperty("done").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Results_come_in_pages_whose_last_locator_is_the_word_null()
    {
        await using var org = await OrgCaller.StartAsync();
        await org.RunJobAsync("insert", BulkCaller.Accounts(5));
        var job = await CompleteAsync(org, "SELECT Name FROM Account ORDER BY Name");
        var first = await ResultsAsync(org, job, "?maxRecords=2");
        first.ShouldBe(("\"Name\"\n\"n0\"\n\"n1\"\n", "2", first.Locator));
        var second = await ResultsAsync(org, job, $"?maxRecords=2&locator={first.Locator}");
        second.Csv.ShouldBe("\"Name\"\n\"n2\"\n\"n3\"\n");
        (await ResultsAsync(org, job, $"?maxRecords=2&locator={second.Locator}")).ShouldBe(("\"Name\"\n\"n4\"\n", "1", "null"));
        (await ResultsAsync(org, job, $"?maxRecords=2&locator={first.Locator}")).Csv.ShouldBe(second.Csv, "a page may be asked for again");
        (await org.RestAsync(HttpMethod.Get, $"/jobs/query/{job}/results?locator=xx")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Values_are_quoted_and_nulls_are_empty_and_parents_have_their_paths()
    {
        await using var org = await OrgCaller.StartAsync();
        var (_, json) = await org.RestAsync(HttpMethod.Post, "/sobjects/Account", "{\"Name\":\"A \\\"big\\\" one,\\nsecond line\",\"AnnualRevenue\":90000000}");
        var account = json.GetProperty("id").GetString();
        await org.RestAsync(HttpMethod.Post, "/sobjects/Contact", $"{{\"LastName\":\"With\",\"AccountId\":\"{account}\",\"Birthdate\":\"2001-02-03\"}}");
        await org.RestAsync(HttpMethod.Post, "/sobjects/Contact", "{\"LastName\":\"Without\"}");
        var job = await CompleteAsync(org, "select lastname, account.name, Account.AnnualRevenue, IsDeleted, Birthdate from Contact order by LastName");
        (await ResultsAsync(org, job)).Csv.ShouldBe(
            "\"LastName\",\"Account.Name\",\"Account.AnnualRevenue\",\"IsDeleted\",\"Birthdate\"\n"
            + "\"With\",\"A \"\"big\"\" one,\nsecond line\",\"9.0E7\",\"false\",\"2001-02-03\"\n\"Without\",\"\",\"\",\"false\",\"\"\n");
    }

    // What makes results old: the rows are those of the run, and a client that takes them for newer shows old values again.
    [Fact]
    public async Task Rows_are_as_they_stood_when_the_job_ran_however_late_they_are_fetched()
    {
        await using var org = await OrgCaller.StartAsync();
        var id = await org.CreateAccountAsync("before");
        using var late = org.Server.Faults.HoldNext(Run, HoldPoint.AfterEffect);
        var (_, created) = await CreateAsync(org, "SELECT Name FROM Account");
        var job = created.GetProperty("id").GetString()!;
        await late.Arrived;
        await org.RestAsync(HttpMethod.Patch, $"/sobjects/Account/{id}", "{\"Name\":\"after\"}");
        (await JobAsync(org, job)).GetProperty("state").GetString().ShouldBe("InProgress");
        var (status, refused) = await org.RestAsync(HttpMethod.Get, $"/jobs/query/{job}/results");
        status.ShouldBe(HttpStatusCode.PreconditionFailed);
        refused[0].GetProperty("errorCode").GetString().ShouldBe("JOB_NOT_COMPLETE");
        late.Release();
        await EndedAsync(org, job);
        (await ResultsAsync(org, job)).Csv.ShouldBe("\"Name\"\n\"before\"\n");
    }

    [Fact]
    public async Task QueryAll_reads_the_recycle_bin_and_a_query_does_not()
    {
        await using var org = await OrgCaller.StartAsync();
        var id = await org.CreateAccountAsync("gone");
        await org.RestAsync(HttpMethod.Delete, $"/sobjects/Account/{id}");
        (await ResultsAsync(org, await CompleteAsync(org, "SELECT Name FROM Account"))).Csv.ShouldBe("\"Name\"\n");
        (await ResultsAsync(org, await CompleteAsync(org, "SELECT Name, IsDeleted FROM Account", "queryAll"))).Csv.ShouldBe("\"Name\",\"IsDeleted\"\n\"gone\",\"true\"\n");
    }

    [Theory]
    [InlineData("SELECT COUNT() FROM Account", "API_ERROR")]
    [InlineData("SELECT COUNT(Id) FROM Account", "API_ERROR")]
    [InlineData("SELECT Name, MAX(AnnualRevenue) FROM Account GROUP BY Name", "API_ERROR")]
    [InlineData("SELECT Name FROM Account LIMIT 5 OFFSET 5", "API_ERROR")]
    [InlineData("SELECT FIELDS(STANDARD) FROM Account", "API_ERROR")]
    [InlineData("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "API_ERROR")]
    [InlineData("SELECT TYPEOF What WHEN Account THEN Name END FROM Event", "API_ERROR")]
    [InlineData("SELECT Nonsense FROM Account", "INVALID_FIELD")]
    [InlineData("SELECT Id FROM Nonsense", "INVALID_TYPE")]
    public async Task What_a_bulk_query_cannot_ask_is_refused_and_makes_no_job(string soql, string code)
    {
        await using var org = await OrgCaller.StartAsync();
        var (status, json) = await CreateAsync(org, soql);
        status.ShouldBe(HttpStatusCode.BadRequest);
        json[0].GetProperty("errorCode").GetString().ShouldBe(code);
        (await org.RestAsync(HttpMethod.Get, "/jobs/query")).Json.GetProperty("records").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_job_fails_half_way_and_has_no_results()
    {
        await using var org = await OrgCaller.StartAsync(new() { BulkChunkTime = TimeSpan.Zero });
        await org.RunJobAsync("insert", BulkCaller.Accounts(2_100));
        org.Server.Faults.Add(new OrgFault.FailJob(1, "Boom : half way"), Run, hitsMax: 1);
        var (_, created) = await CreateAsync(org, "SELECT Name FROM Account");
        var ended = await EndedAsync(org, created.GetProperty("id").GetString()!);
        ended.GetProperty("state").GetString().ShouldBe("Failed");
        ended.GetProperty("errorMessage").GetString().ShouldBe("Boom : half way");
        ended.GetProperty("numberRecordsProcessed").GetInt32().ShouldBe(2_000);
        (await org.RestAsync(HttpMethod.Get, $"/jobs/query/{ended.GetProperty("id").GetString()}/results")).Status.ShouldBe(HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task A_call_for_results_fails_and_the_next_one_has_them()
    {
        await using var org = await OrgCaller.StartAsync();
        await org.CreateAccountAsync("Acme");
        var job = await CompleteAsync(org, "SELECT Name FROM Account");
        org.Server.Faults.Add(new OrgFault.Refuse(Reset: false), new CallMatch("queryResults", "Account"), hitsMax: 1);
        (await org.RestAsync(HttpMethod.Get, $"/jobs/query/{job}/results")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ResultsAsync(org, job)).Csv.ShouldBe("\"Name\"\n\"Acme\"\n");
    }

    [Fact]
    public async Task A_job_is_aborted_and_deleted_and_then_unknown()
    {
        await using var org = await OrgCaller.StartAsync();
        using var hold = org.Server.Faults.HoldNext(Run, HoldPoint.BeforeEffect);
        var (_, created) = await CreateAsync(org, "SELECT Name FROM Account");
        var job = created.GetProperty("id").GetString()!;
        await hold.Arrived;
        (await org.RestAsync(HttpMethod.Delete, $"/jobs/query/{job}")).Status.ShouldBe(HttpStatusCode.BadRequest);
        var (_, aborted) = await org.RestAsync(HttpMethod.Patch, $"/jobs/query/{job}", "{\"state\":\"Aborted\"}");
        aborted.GetProperty("state").GetString().ShouldBe("Aborted");
        (await org.RestAsync(HttpMethod.Delete, $"/jobs/query/{job}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await org.RestAsync(HttpMethod.Get, $"/jobs/query/{job}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Results_are_told_to_the_version_the_job_was_made_with()
    {
        await using var org = await OrgCaller.StartAsync();
        var job = await CompleteAsync(org, "SELECT Name FROM Account");
        (await org.RestAsync(HttpMethod.Get, $"/jobs/query/{job}/results", version: "60.0")).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    private static Task<(HttpStatusCode Status, JsonElement Json)> CreateAsync(OrgCaller org, string soql, string operation = "query") =>
        org.RestAsync(HttpMethod.Post, "/jobs/query", JsonSerializer.Serialize(new { operation, query = soql }));

    private static async Task<JsonElement> JobAsync(OrgCaller org, string job) => (await org.RestAsync(HttpMethod.Get, $"/jobs/query/{job}")).Json;

    private static async Task<JsonElement> EndedAsync(OrgCaller org, string job)
    {
        JsonElement last = default;
        await Eventually.HoldsAsync("the query job to end", async () =>
        {
            last = await JobAsync(org, job);
            return last.GetProperty("state").GetString() is "JobComplete" or "Failed" or "Aborted";
        });
        return last;
    }

    private static async Task<string> CompleteAsync(OrgCaller org, string soql, string operation = "query")
    {
        var (_, created) = await CreateAsync(org, soql, operation);
        var job = created.GetProperty("id").GetString()!;
        (await EndedAsync(org, job)).GetProperty("state").GetString().ShouldBe("JobComplete");
        return job;
    }

    private static async Task<(string Csv, string Rows, string Locator)> ResultsAsync(OrgCaller org, string job, string query = "")
    {
        using var answer = await org.Http.GetAsync(new Uri($"/services/data/v66.0/jobs/query/{job}/results{query}", UriKind.Relative));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (await answer.Content.ReadAsStringAsync(), answer.Headers.GetValues("Sforce-NumberOfRecords").Single(), answer.Headers.GetValues("Sforce-Locator").Single());
    }
}
