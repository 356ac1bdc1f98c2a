using System.Net;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.OrgSimulator;

public sealed class RestTests
{
    private const string Ext = "ActorSync_Id__c";

    private static (string Code, string Message) Error(JsonElement json) =>
        (json[0].GetProperty("errorCode").GetString()!, json[0].GetProperty("message").GetString()!);

    [Fact]
    public async Task The_version_list_needs_no_session()
    {
        await using var org = await OrgCaller.StartAsync();
        org.Http.DefaultRequestHeaders.Authorization = null;
        using var answer = await org.Http.GetAsync(new Uri("/services/data/", UriKind.Relative));
        var last = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.EnumerateArray().Last();
        last.GetRawText().ShouldBe("{\"label\":\"Summer '26\",\"url\":\"/services/data/v67.0\",\"version\":\"67.0\"}");
    }

    [Fact]
    public async Task Without_a_session_the_answer_is_401_in_an_array()
    {
        await using var org = await OrgCaller.StartAsync();
        org.Server.ExpireSessions();
        var (status, json) = await org.RestAsync(HttpMethod.Get, "/sobjects");
        status.ShouldBe(HttpStatusCode.Unauthorized);
        json.GetRawText().ShouldBe("[{\"message\":\"Session expired or invalid\",\"errorCode\":\"INVALID_SESSION_ID\"}]");
    }

    [Fact]
    public async Task A_record_is_created_read_changed_and_deleted()
    {
        await using var org = await OrgCaller.StartAsync();
        var (created, made) = await org.RestAsync(HttpMethod.Post, "/sobjects/Account", "{\"Name\":\"Acme\",\"AnnualRevenue\":12000000,\"NumberOfEmployees\":7}");
        created.ShouldBe(HttpStatusCode.Created);
        var id = made.GetProperty("id").GetString()!;
        made.GetProperty("success").GetBoolean().ShouldBeTrue();
        (await org.RestAsync(HttpMethod.Patch, $"/sobjects/Account/{id}", "{\"Phone\":\"1\"}")).Status.ShouldBe(HttpStatusCode.NoContent);
        var (read, record) = await org.RestAsync(HttpMethod.Get, $"/sobjects/Account/{id}?fields=Name,Phone,AnnualRevenue,NumberOfEmployees,CreatedDate");
        read.ShouldBe(HttpStatusCode.OK);
        record.GetProperty("attributes").GetProperty("url").GetString().ShouldBe($"/services/data/v66.0/sobjects/Account/{id}");
        record.GetProperty("AnnualRevenue").GetRawText().ShouldBe("1.2E7");
        record.GetProperty("NumberOfEmployees").GetRawText().ShouldBe("7");
        record.GetProperty("CreatedDate").GetString()!.ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$");
        (await org.RestAsync(HttpMethod.Delete, $"/sobjects/Account/{id}")).Status.ShouldBe(HttpStatusCode.NoContent);
        var (gone, error) = await org.RestAsync(HttpMethod.Get, $"/sobjects/Account/{id}");
        gone.ShouldBe(HttpStatusCode.NotFound);
        Error(error).Code.ShouldBe("ENTITY_IS_DELETED");
    }

    [Fact]
    public async Task All_fields_of_a_record_are_read_when_none_are_named()
    {
        await using var org = await OrgCaller.StartAsync();
        var id = await org.CreateAccountAsync("Acme");
        var (_, record) = await org.RestAsync(HttpMethod.Get, $"/sobjects/Account/{id}");
        record.EnumerateObject().Count().ShouldBe(org.Server.Model.Schema.Find("Account")!.Fields.Count + 1);
    }

    [Fact]
    public async Task An_upsert_by_external_id_creates_with_201_and_updates_with_200_or_204()
    {
        await using var org = await OrgCaller.StartAsync();
        var (created, made) = await org.RestAsync(HttpMethod.Patch, $"/sobjects/Account/{Ext}/a%2F1", "{\"Name\":\"Acme\"}");
        created.ShouldBe(HttpStatusCode.Created);
        made.GetProperty("created").GetBoolean().ShouldBeTrue();
        var (updated, json) = await org.RestAsync(HttpMethod.Patch, $"/sobjects/Account/{Ext}/a%2F1", "{\"Name\":\"Acme 2\"}");
        updated.ShouldBe(HttpStatusCode.OK);
        json.GetProperty("created").GetBoolean().ShouldBeFalse();
        (await org.RestAsync(HttpMethod.Patch, $"/sobjects/Account/{Ext}/a%2F1", "{\"Name\":\"Acme 3\"}", version: "45.0")).Status.ShouldBe(HttpStatusCode.NoContent);
        var (_, read) = await org.RestAsync(HttpMethod.Get, $"/sobjects/Account/{Ext}/a%2F1");
        read.GetProperty("Name").GetString().ShouldBe("Acme 3");
        read.GetProperty(Ext).GetString().ShouldBe("a/1");
        var (missing, error) = await org.RestAsync(HttpMethod.Patch, $"/sobjects/Account/{Ext}/other?updateOnly=true", "{\"Name\":\"x\"}");
        missing.ShouldBe(HttpStatusCode.NotFound);
        Error(error).ShouldBe(("NOT_FOUND", "Provided external ID field does not exist or is not accessible: other"));
    }

    [Fact]
    public async Task Several_matches_of_an_external_id_are_a_300_with_their_addresses()
    {
        await using var org = await OrgCaller.StartAsync();
        foreach (var name in new[] { "One", "Two" })
        {
            await org.RestAsync(HttpMethod.Post, "/sobjects/Contact", $"{{\"LastName\":\"{name}\",\"Email\":\"same@example.com\"}}");
        }

        var (status, json) = await org.RestAsync(HttpMethod.Patch, "/sobjects/Contact/Email/same@example.com", "{\"LastName\":\"Three\"}");
        status.ShouldBe(HttpStatusCode.MultipleChoices);
        json.GetArrayLength().ShouldBe(2);
        json[0].GetString()!.ShouldStartWith("/services/data/v66.0/sobjects/Contact/003");
    }

    [Theory]
    [InlineData("GET", "/sobjects/Nope/describe", null, 404, "NOT_FOUND", "The requested resource does not exist")]
    [InlineData("GET", "/sobjects/Account/23foo", null, 404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: 23foo")]
    [InlineData("DELETE", "/sobjects/Account/23foo", null, 404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: 23foo")]
    [InlineData("PATCH", "/sobjects/Account/Namez/1", "{}", 404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: Namez")]
    [InlineData("POST", "/sobjects/Account", "{\"foo\":1}", 400, "INVALID_FIELD", "No such column 'foo' on sobject of type Account")]
    [InlineData("POST", "/sobjects/Account", "{}", 400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]")]
    [InlineData("PUT", "/limits", "{}", 405, "METHOD_NOT_ALLOWED", "HTTP Method 'PUT' not allowed. Allowed are HEAD, GET")]
    public async Task Errors_are_the_real_ones(string method, string path, string? body, int status, string code, string message)
    {
        await using var org = await OrgCaller.StartAsync();
        var answer = await org.RestAsync(new HttpMethod(method), path, body);
        ((int)answer.Status).ShouldBe(status);
        Error(answer.Json).ShouldBe((code, message));
    }

    [Fact]
    public async Task Broken_JSON_and_retired_versions_are_told()
    {
        await using var org = await OrgCaller.StartAsync();
        var broken = await org.RestAsync(HttpMethod.Post, "/sobjects/Account", "{\"Name\":");
        Error(broken.Json).Code.ShouldBe("JSON_PARSER_ERROR");
        var old = await org.RestAsync(HttpMethod.Get, "/limits", version: "30.0");
        old.Status.ShouldBe(HttpStatusCode.Gone);
        Error(old.Json).Code.ShouldBe("UNSUPPORTED_API_VERSION");
    }

    [Fact]
    public async Task Collections_answer_by_index_with_statusCode()
    {
        await using var org = await OrgCaller.StartAsync();
        var body = $"{{\"allOrNone\":false,\"records\":[{{\"attributes\":{{\"type\":\"Account\"}},\"Name\":\"a\"}},{{\"attributes\":{{\"type\":\"Contact\"}}}}]}}";
        var (status, made) = await org.RestAsync(HttpMethod.Post, "/composite/sobjects", body);
        status.ShouldBe(HttpStatusCode.OK);
        made[0].GetProperty("success").GetBoolean().ShouldBeTrue();
        made[1].GetProperty("errors")[0].GetProperty("statusCode").GetString().ShouldBe("REQUIRED_FIELD_MISSING");
        var id = made[0].GetProperty("id").GetString()!;
        var update = $"{{\"records\":[{{\"attributes\":{{\"type\":\"Account\"}},\"id\":\"{id}\",\"Name\":\"b\",\"Phone\":null}}]}}";
        (await org.RestAsync(HttpMethod.Patch, "/composite/sobjects", update)).Json[0].GetProperty("success").GetBoolean().ShouldBeTrue();
        var upsert = $"{{\"records\":[{{\"{Ext}\":\"u-1\",\"Name\":\"c\"}},{{\"{Ext}\":\"u-2\",\"Name\":\"d\"}}]}}";
        var (_, upserted) = await org.RestAsync(HttpMethod.Patch, $"/composite/sobjects/Account/{Ext}", upsert);
        upserted.EnumerateArray().ShouldAllBe(r => r.GetProperty("created").GetBoolean());
        var (_, read) = await org.RestAsync(HttpMethod.Get, $"/composite/sobjects/Account?ids={id},001000000000000AAA&fields=Name");
        read[0].GetProperty("Name").GetString().ShouldBe("b");
        read[1].ValueKind.ShouldBe(JsonValueKind.Null);
        (await org.RestAsync(HttpMethod.Delete, $"/composite/sobjects?ids={id}")).Json[0].GetProperty("success").GetBoolean().ShouldBeTrue();
        org.AccountNames().ShouldBe(["c", "d"]);
    }

    [Fact]
    public async Task A_query_goes_on_at_nextRecordsUrl()
    {
        await using var org = await OrgCaller.StartAsync();
        org.Server.Model.Populate(1500, seed: 1);
        org.Http.DefaultRequestHeaders.Add("Sforce-Query-Options", "batchSize=200");
        var (_, page) = await org.RestAsync(HttpMethod.Get, "/query?q=SELECT+Id,Name,Account.Name+FROM+Contact");
        var total = page.GetProperty("totalSize").GetInt32();
        var seen = page.GetProperty("records").GetArrayLength();
        total.ShouldBeGreaterThan(200);
        page.GetProperty("records").EnumerateArray().Any(r => r.GetProperty("Account").ValueKind == JsonValueKind.Object && r.GetProperty("Account").GetProperty("attributes").GetProperty("type").GetString() == "Account").ShouldBeTrue();
        while (!page.GetProperty("done").GetBoolean())
        {
            (_, page) = await org.RestAsync(HttpMethod.Get, page.GetProperty("nextRecordsUrl").GetString()!["/services/data/v66.0".Length..]);
            seen += page.GetProperty("records").GetArrayLength();
        }

        seen.ShouldBe(total);
        var count = await org.RestAsync(HttpMethod.Get, "/limits/recordCount?sObjects=Contact");
        count.Json.GetRawText().ShouldBe($"{{\"sObjects\":[{{\"count\":{total},\"name\":\"Contact\"}}]}}");
    }

    [Fact]
    public async Task A_describe_has_the_57_properties_of_a_field()
    {
        await using var org = await OrgCaller.StartAsync();
        var (_, described) = await org.RestAsync(HttpMethod.Get, "/sobjects/Account/describe");
        foreach (var field in described.GetProperty("fields").EnumerateArray())
        {
            field.EnumerateObject().Count().ShouldBe(57);
            field.EnumerateObject().Select(p => p.Name).ShouldBe(field.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        }

        var owner = described.GetProperty("fields").EnumerateArray().Single(f => f.GetProperty("name").GetString() == "OwnerId");
        owner.GetProperty("soapType").GetString().ShouldBe("tns:ID");
        owner.GetProperty("referenceTo")[0].GetString().ShouldBe("User");
        described.GetProperty("childRelationships").GetArrayLength().ShouldBeGreaterThan(0);
        var (_, global) = await org.RestAsync(HttpMethod.Get, "/sobjects");
        global.GetProperty("sobjects").GetArrayLength().ShouldBe(org.Server.Model.Schema.Objects.Count);
    }

    [Fact]
    public async Task Every_answer_tells_the_usage_and_limits_agree()
    {
        await using var org = await OrgCaller.StartAsync(new() { RequestsPerDayMax = 2 });
        using var first = await org.Http.GetAsync(new Uri("/services/data/v66.0/limits", UriKind.Relative));
        first.Headers.GetValues("Sforce-Limit-Info").Single().ShouldBe("api-usage=1/2");
        JsonDocument.Parse(await first.Content.ReadAsStringAsync()).RootElement.GetProperty("DailyApiRequests").GetRawText().ShouldBe("{\"Max\":2,\"Remaining\":1}");
        (await org.RestAsync(HttpMethod.Get, "/limits")).Status.ShouldBe(HttpStatusCode.OK);
        var (status, json) = await org.RestAsync(HttpMethod.Get, "/limits");
        status.ShouldBe(HttpStatusCode.Forbidden);
        Error(json).ShouldBe(("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."));
    }

    [Fact]
    public async Task The_client_of_Sforce_Call_Options_is_in_the_arrival_log()
    {
        await using var org = await OrgCaller.StartAsync();
        org.Http.DefaultRequestHeaders.TryAddWithoutValidation("Sforce-Call-Options", "client=actorsync/7, defaultNamespace=x");
        await org.RestAsync(HttpMethod.Post, "/sobjects/Account", "{\"Name\":\"Acme\"}");
        org.Server.Model.Arrivals().Single().Client.ShouldBe("actorsync/7");
    }

    [Fact]
    public async Task A_composite_runs_in_order_and_hands_ids_on()
    {
        await using var org = await OrgCaller.StartAsync();
        const string Body =
            """
            {"compositeRequest":[
            {"method":"POST","url":"/services/data/v66.0/sobjects/Account","referenceId":"acc","body":{"Name":"Acme"}},
            {"method":"POST","url":"/services/data/v66.0/sobjects/Contact","referenceId":"con","body":{"LastName":"Doe","AccountId":"@{acc.id}"}},
            {"method":"GET","url":"/services/data/v66.0/sobjects/Nope","referenceId":"bad"}]}
            """;
        var (status, json) = await org.RestAsync(HttpMethod.Post, "/composite", Body);
        status.ShouldBe(HttpStatusCode.OK);
        var parts = json.GetProperty("compositeResponse").EnumerateArray().ToList();
        parts.Select(p => p.GetProperty("httpStatusCode").GetInt32()).ShouldBe([201, 201, 404]);
        parts[2].GetProperty("body")[0].GetProperty("errorCode").GetString().ShouldBe("NOT_FOUND");
        org.Server.Model.Query("SELECT Id FROM Contact WHERE Account.Name = 'Acme'").TotalSize.ShouldBe(1);
    }
}
