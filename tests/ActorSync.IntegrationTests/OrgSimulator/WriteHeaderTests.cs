using System.Net;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Org;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.OrgSimulator;

/// <summary>Headers of REST and SOAP that say how a record is to be saved.</summary>
public sealed class WriteHeaderTests
{
    private const string Rule = "01Q5g0000000001EAA";

    private static readonly OrgServerOptions WithRules = new()
    {
        OrgOptions = new OrgOptions { DuplicateRules = [new DuplicateRule("Account", "Name")], AssignmentRules = [new AssignmentRule(Rule, "Case", "ada.admin@actorsync.example")] },
    };

    [Fact]
    public async Task Assignment_rule_runs_by_REST_unless_the_header_says_no()
    {
        await using var org = await OrgCaller.StartAsync(WithRules);
        (await OwnerAsync(org)).ShouldBe(org.Server.Model.HumanUser.Id);
        org.Http.DefaultRequestHeaders.Add("Sforce-Auto-Assign", "FALSE");
        (await OwnerAsync(org)).ShouldBe(org.Server.Model.IntegrationUser.Id);
        org.Http.DefaultRequestHeaders.Remove("Sforce-Auto-Assign");
        org.Http.DefaultRequestHeaders.Add("Sforce-Auto-Assign", Rule[..15]);
        (await OwnerAsync(org)).ShouldBe(org.Server.Model.HumanUser.Id);
    }

    [Fact]
    public async Task Duplicate_is_saved_by_REST_if_the_header_allows_it_and_the_version_knows_it()
    {
        await using var org = await OrgCaller.StartAsync(WithRules);
        await org.CreateAccountAsync("Acme");
        const string Twin = """{"Name":"Acme"}""";
        var (status, json) = await org.RestAsync(HttpMethod.Post, "/sobjects/Account", Twin);
        status.ShouldBe(HttpStatusCode.BadRequest);
        json[0].GetProperty("errorCode").GetString().ShouldBe("DUPLICATES_DETECTED");
        org.Http.DefaultRequestHeaders.Add("Sforce-Duplicate-Rule-Header", "allowSave=true; includeRecordDetails=false");
        (await org.RestAsync(HttpMethod.Post, "/sobjects/Account", Twin, "51.0")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await org.RestAsync(HttpMethod.Post, "/sobjects/Account", Twin)).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Id_that_is_none_faults_the_call_and_a_rule_of_another_object_its_records()
    {
        await using var org = await OrgCaller.StartAsync(WithRules);
        const string Lead = "<create><sObjects><sf:type>Lead</sf:type><sf:LastName>A</sf:LastName><sf:Company>C</sf:Company></sObjects></create>";
        (await org.SoapFaultAsync(Lead, Header("01Q"))).Code.ShouldBe("sf:MALFORMED_ID");
        (await org.SoapAsync(Lead, Header(Rule))).Only("statusCode").Value.ShouldBe("INVALID_CROSS_REFERENCE_KEY");
    }

    private static string Header(string rule) => $"<AssignmentRuleHeader><assignmentRuleId>{rule}</assignmentRuleId></AssignmentRuleHeader>";

    private static async Task<string?> OwnerAsync(OrgCaller org)
    {
        var (status, json) = await org.RestAsync(HttpMethod.Post, "/sobjects/Case", """{"Subject":"S"}""");
        status.ShouldBe(HttpStatusCode.Created);
        return (string?)org.Server.Model.Retrieve(["OwnerId"], "Case", [json.GetProperty("id").GetString()!])[0]!.Fields[0].Value;
    }
}
