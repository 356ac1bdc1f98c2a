using System.Globalization;
using System.Net;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.OrgSimulator;

public sealed class BulkJobTests
{
    private const string ByExternalId = ",\"externalIdFieldName\":\"ActorSync_Id__c\"";

    [Fact]
    public async Task A_job_goes_from_open_to_complete_and_tells_about_itself()
    {
        await using var org = await OrgCaller.StartAsync();
        var (created, made) = await org.RestAsync(HttpMethod.Post, "/jobs/ingest", "{\"object\":\"Account\",\"operation\":\"insert\",\"contentType\":\"CSV\",\"lineEnding\":\"LF\"}");
        created.ShouldBe(HttpStatusCode.OK);
        var job = made.GetProperty("id").GetString()!;
        job.ShouldStartWith("750");
        made.EnumerateObject().Select(p => p.Name).ShouldBe(
            ["id", "operation", "object", "createdById", "createdDate", "systemModstamp", "state", "concurrencyMode", "contentType", "apiVersion", "contentUrl", "lineEnding", "columnDelimiter"]);
        made.GetProperty("state").GetString().ShouldBe("Open");
        made.GetProperty("apiVersion").GetRawText().ShouldBe("66.0");
        made.GetProperty("contentUrl").GetString().ShouldBe($"services/data/v66.0/jobs/ingest/{job}/batches");
        (await org.UploadAsync(job, "Name\nAcme\n")).ShouldBe((HttpStatusCode.Created, ""));
        var (_, closed) = await org.SetStateAsync(job, "UploadComplete");
        closed.GetProperty("state").GetString().ShouldBe("UploadComplete");
        var ended = await org.EndedAsync(job);
        ended.GetProperty("state").GetString().ShouldBe("JobComplete");
        ended.GetProperty("jobType").GetString().ShouldBe("V2Ingest");
        ended.GetProperty("numberRecordsProcessed").GetInt32().ShouldBe(1);
        ended.GetProperty("numberRecordsFailed").GetInt32().ShouldBe(0);
        ended.TryGetProperty("errorMessage", out _).ShouldBeFalse();
        org.AccountNames().ShouldBe(["Acme"]);
    }

    [Fact]
    public async Task Rows_of_the_same_job_succeed_and_fail_each_for_itself()
    {
        await using var org = await OrgCaller.StartAsync();
        var (job, ended) = await org.RunJobAsync("insert", "Name,Phone\nAcme,\"say \"\"1\"\"\"\n,2\n\"a\" ,3\n");
        ended.GetProperty("state").GetString().ShouldBe("JobComplete");
        ended.GetProperty("numberRecordsProcessed").GetInt32().ShouldBe(3);
        ended.GetProperty("numberRecordsFailed").GetInt32().ShouldBe(2);
        var id = org.Server.Model.Query("SELECT Id FROM Account").Rows.Single().Id;
        (await org.ResultsAsync(job, "successfulResults")).ShouldBe($"\"sf__Id\",\"sf__Created\",Name,Phone\n\"{id}\",\"true\",Acme,\"say \"\"1\"\"\"\n");
        var failed = await org.ResultsAsync(job, "failedResults");
        failed.ShouldStartWith("\"sf__Id\",\"sf__Error\",Name,Phone\n");
        failed.ShouldContain("\"\",\"REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --\",,2\n");
        failed.ShouldContain("\"\",\"CLIENT_INPUT_ERROR:Failed to parse CSV. Found unescaped quote. A value with quote should be within a quote:--\",\"a\" ,3\n");
        (await org.ResultsAsync(job, "unprocessedrecords")).ShouldBe("Name,Phone\n");
    }

    [Fact]
    public async Task An_upsert_creates_and_updates_ignores_empty_values_and_clears_by_the_null_word()
    {
        await using var org = await OrgCaller.StartAsync();
        await org.RunJobAsync("upsert", "ActorSync_Id__c,Name,Phone,Fax\nx1,one,1,2\n", more: ByExternalId);
        var (job, _) = await org.RunJobAsync("upsert", "Id,ActorSync_Id__c,Name,Phone,Fax\n,x1,,,#N/A\n,x2,\"two,\nlines\",3,4\n", more: ByExternalId);
        var rows = (await org.ResultsAsync(job, "successfulResults")).Replace("\"two,\nlines\"", "two", StringComparison.Ordinal);
        rows.ShouldContain("\"false\",,x1,,,#N/A\n");
        rows.ShouldContain("\"true\",,x2,two,3,4\n");
        var found = org.Server.Model.Query("SELECT Name, Phone, Fax FROM Account ORDER BY ActorSync_Id__c").Rows.Select(r => string.Join('|', r.Fields.Select(f => f.Value ?? "null")));
        found.ShouldBe(["one|1|null", "two,\nlines|3|4"]);
    }

    [Fact]
    public async Task Updates_and_deletes_go_by_id_and_failed_rows_tell_it()
    {
        await using var org = await OrgCaller.StartAsync();
        var id = await org.CreateAccountAsync("Acme");
        await org.RunJobAsync("update", $"Id,Name\n{id},Better\n");
        org.AccountNames().ShouldBe(["Better"]);
        var (deleted, _) = await org.RunJobAsync("delete", $"Id\n{id}\n{id[..3]}5g0ZZZZZZZZZ\n003000000000001AAA\n");
        org.AccountNames().ShouldBeEmpty();
        (await org.RowsAsync(deleted, "successfulResults")).ShouldBe([$"\"{id}\",\"false\",{id}"]);
        (await org.RowsAsync(deleted, "failedResults")).ShouldBe(
            [
                $"\"{id[..3]}5g0ZZZZZZZZZ\",\"INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--\",{id[..3]}5g0ZZZZZZZZZ",
                "\"003000000000001AAA\",\"INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--\",003000000000001AAA",
            ],
            ignoreOrder: true);
        var (again, _) = await org.RunJobAsync("update", $"Id,Name\n{id},Gone\n,Nobody\n");
        (await org.RowsAsync(again, "failedResults")).ShouldBe(
            [$"\"{id}\",\"ENTITY_IS_DELETED:entity is deleted:--\",{id},Gone", "\"\",\"MISSING_ARGUMENT:Id not specified in an update call:--\",,Nobody"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_parent_is_found_by_its_external_id()
    {
        await using var org = await OrgCaller.StartAsync();
        await org.RunJobAsync("upsert", "ActorSync_Id__c,Name\na1,Acme\n", more: ByExternalId);
        var (job, _) = await org.RunJobAsync("insert", "LastName,Account.ActorSync_Id__c\nDoe,a1\nRoe,a2\nPoe,\n", "Contact");
        (await org.CountsAsync(job)).ShouldBe((2, 1, 0));
        (await org.RowsAsync(job, "failedResults")).Single()
            .ShouldBe("\"\",\"INVALID_FIELD:Foreign key external ID: a2 not found for field ActorSync_Id__c in entity Account:--\",Roe,a2");
        org.Server.Model.Query("SELECT Id FROM Contact WHERE Account.Name = 'Acme'").TotalSize.ShouldBe(1);
    }

    // A client that matches results to its rows by their order is wrong in Salesforce, so it must be wrong here.
    [Theory]
    [InlineData(2)]
    [InlineData(300)]
    public async Task Results_come_in_another_order_than_the_upload_and_the_same_one_each_time(int rows)
    {
        async Task<(string First, string Second)> ReadAsync(int seed)
        {
            await using var org = await OrgCaller.StartAsync(new() { Seed = seed });
            var (job, _) = await org.RunJobAsync("insert", BulkCaller.Accounts(rows));
            return (await org.ResultsAsync(job, "successfulResults"), await org.ResultsAsync(job, "successfulResults"));
        }

        var (first, second) = await ReadAsync(seed: 1);
        second.ShouldBe(first);
        (await ReadAsync(seed: 1)).First.ShouldBe(first);
        var read = first.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..].Select(r => int.Parse(r.Split(",n")[1], CultureInfo.InvariantCulture)).ToList();
        read.SequenceEqual(Enumerable.Range(0, rows)).ShouldBeFalse();
        read.Order().ShouldBe(Enumerable.Range(0, rows));
    }

    [Fact]
    public async Task The_same_external_id_twice_fails_within_a_chunk_and_updates_across_chunks()
    {
        await using var org = await OrgCaller.StartAsync();
        var (within, _) = await org.RunJobAsync("upsert", "ActorSync_Id__c,Name\nx,1\nx,2\n", more: ByExternalId);
        (await org.CountsAsync(within)).ShouldBe((0, 2, 0));
        (await org.RowsAsync(within, "failedResults"))[0].ShouldContain("DUPLICATE_VALUE:Duplicate external id specified: x:ActorSync_Id__c --");
        var (across, ended) = await org.RunJobAsync("upsert", BulkCaller.Accounts(200) + "x0,last\n", more: ByExternalId);
        (await org.CountsAsync(across)).ShouldBe((201, 0, 0));
        ended.GetProperty("numberRecordsProcessed").GetInt32().ShouldBe(201);
        org.AccountNames().ShouldContain("last");
        org.AccountNames().Count.ShouldBe(200);
    }

    [Theory]
    [InlineData("TAB", "\t", "LF", "\n")]
    [InlineData("SEMICOLON", ";", "CRLF", "\r\n")]
    [InlineData("CARET", "^", "CRLF", "\r\n")]
    public async Task Delimiter_and_line_ending_are_those_of_the_job(string delimiter, string d, string lineEnding, string end)
    {
        await using var org = await OrgCaller.StartAsync();
        var (job, ended) = await org.RunJobAsync("insert", $"Name{d}Phone{end}a,b{d}1{end}", more: $",\"columnDelimiter\":\"{delimiter}\",\"lineEnding\":\"{lineEnding}\"");
        ended.GetProperty("columnDelimiter").GetString().ShouldBe(delimiter);
        var id = org.Server.Model.Query("SELECT Id FROM Account WHERE Name = 'a,b'").Rows.Single().Id;
        (await org.ResultsAsync(job, "successfulResults")).ShouldBe($"\"sf__Id\"{d}\"sf__Created\"{d}Name{d}Phone{end}\"{id}\"{d}\"true\"{d}a,b{d}1{end}");
    }

    [Fact]
    public async Task The_creating_calls_client_is_in_the_arrival_log()
    {
        await using var org = await OrgCaller.StartAsync();
        org.Http.DefaultRequestHeaders.TryAddWithoutValidation("Sforce-Call-Options", "client=actorsync/7");
        var job = await org.CreateJobAsync("insert");
        org.Http.DefaultRequestHeaders.Remove("Sforce-Call-Options");
        await org.UploadAsync(job, "Name\nAcme\n");
        await org.SetStateAsync(job, "UploadComplete");
        await org.EndedAsync(job);
        org.Server.Model.Arrivals().Single().ShouldSatisfyAllConditions(
            a => a.Api.ShouldBe("bulkapi"), a => a.Client.ShouldBe("actorsync/7"), a => a.Operation.ShouldBe("create"));
    }

    [Fact]
    public async Task Jobs_are_listed_and_an_ended_one_can_be_deleted()
    {
        await using var org = await OrgCaller.StartAsync();
        var open = await org.CreateJobAsync("insert");
        var (ended, _) = await org.RunJobAsync("insert", "Name\nAcme\n");
        var (_, list) = await org.RestAsync(HttpMethod.Get, "/jobs/ingest?jobType=V2Ingest");
        list.GetProperty("done").GetBoolean().ShouldBeTrue();
        list.GetProperty("nextRecordsUrl").ValueKind.ShouldBe(JsonValueKind.Null);
        list.GetProperty("records").EnumerateArray().Select(j => j.GetProperty("id").GetString()).ShouldBe([open, ended]);
        (await org.RestAsync(HttpMethod.Get, "/jobs/ingest?jobType=Classic")).Json.GetProperty("records").GetArrayLength().ShouldBe(0);
        (await org.RestAsync(HttpMethod.Delete, $"/jobs/ingest/{ended}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await org.RestAsync(HttpMethod.Get, $"/jobs/ingest/{ended}")).Status.ShouldBe(HttpStatusCode.NotFound);
        org.AccountNames().ShouldBe(["Acme"]);
    }

    [Fact]
    public async Task Batches_of_ten_thousand_count_against_the_limit_and_end_the_job_there()
    {
        await using var org = await OrgCaller.StartAsync(new() { BulkBatchesPerDayMax = 1, BulkChunkTime = TimeSpan.Zero });
        var (job, ended) = await org.RunJobAsync("insert", BulkCaller.Accounts(10_001));
        ended.GetProperty("state").GetString().ShouldBe("Failed");
        ended.GetProperty("errorMessage").GetString().ShouldBe("ExceededQuota : ApiBatchItems Limit exceeded.");
        (await org.CountsAsync(job)).ShouldBe((10_000, 0, 1));
        (await org.RestAsync(HttpMethod.Get, "/limits")).Json.GetProperty("DailyBulkApiBatches").GetRawText().ShouldBe("{\"Max\":1,\"Remaining\":0}");
    }
}
