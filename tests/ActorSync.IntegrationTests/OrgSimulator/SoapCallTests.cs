using System.Net;
using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.OrgSimulator;

public sealed class SoapCallTests
{
    [Fact]
    public async Task Login_works_up_to_64_and_is_unknown_from_65()
    {
        await using var org = await OrgCaller.StartAsync();
        var login = $"<login><username>{org.Server.UserName}</username><password>{org.Server.Password}</password></login>";
        var result = (await org.SoapAsync(login, version: "64.0")).Named("result").Single();
        result.Text("serverUrl").ShouldBe($"{org.Server.Url}services/Soap/u/64.0/{org.Server.Model.OrganizationId[..15]}");
        var stamp = await org.SendSoapAsync("<getServerTimestamp/>", session: result.Text("sessionId"));
        stamp.StatusCode.ShouldBe(HttpStatusCode.OK);
        var fault = await org.SoapFaultAsync(login, version: "65.0");
        fault.Code.ShouldBe("soapenv:Client");
        fault.Text.ShouldContain("No operation available for request {urn:partner.soap.sforce.com}login");
    }

    [Fact]
    public async Task A_wrong_password_is_a_login_fault()
    {
        await using var org = await OrgCaller.StartAsync();
        var fault = await org.SoapFaultAsync($"<login><username>{org.Server.UserName}</username><password>no</password></login>", version: "60.0");
        fault.Code.ShouldBe("sf:INVALID_LOGIN");
        fault.Text.ShouldBe("INVALID_LOGIN: Invalid username, password, security token; or user locked out.");
        fault.Detail.ShouldBe("LoginFault");
    }

    [Fact]
    public async Task A_dead_session_is_the_fault_that_clients_look_for()
    {
        await using var org = await OrgCaller.StartAsync();
        org.Server.ExpireSessions();
        using var answer = await org.SendSoapAsync("<getUserInfo/>");
        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await answer.Content.ReadAsStringAsync()).ShouldMatch("<faultcode>[a-zA-Z]+:INVALID_SESSION_ID</faultcode>");
    }

    [Fact]
    public async Task Logout_ends_the_session()
    {
        await using var org = await OrgCaller.StartAsync();
        (await org.SoapAsync("<logout/>")).Name.LocalName.ShouldBe("logoutResponse");
        (await org.SoapFaultAsync("<getUserInfo/>")).Code.ShouldBe("sf:INVALID_SESSION_ID");
    }

    [Theory]
    [InlineData("<query><queryString>SELECT Nope FROM Account</queryString></query>", "sf:INVALID_FIELD", "InvalidFieldFault")]
    [InlineData("<query><queryString>SELECT Id FROM Nope</queryString></query>", "sf:INVALID_TYPE", "InvalidSObjectFault")]
    [InlineData("<query><queryString>SELEKT</queryString></query>", "sf:MALFORMED_QUERY", "MalformedQueryFault")]
    [InlineData("<queryMore><queryLocator>01gnope</queryLocator></queryMore>", "sf:INVALID_QUERY_LOCATOR", "InvalidQueryLocatorFault")]
    [InlineData("<describeSObject><sObjectType>Nope</sObjectType></describeSObject>", "sf:INVALID_TYPE", "InvalidSObjectFault")]
    public async Task A_fault_has_the_detail_type_of_the_WSDL(string body, string code, string detail)
    {
        await using var org = await OrgCaller.StartAsync();
        var fault = await org.SoapFaultAsync(body);
        fault.Code.ShouldBe(code);
        fault.Text.ShouldStartWith($"{code[3..]}: ");
        fault.Detail.ShouldBe(detail);
    }

    [Theory]
    [InlineData("30.0", "sf:UNSUPPORTED_API_VERSION")]
    [InlineData("99.0", "sf:UNSUPPORTED_API_VERSION")]
    public async Task A_version_that_the_org_does_not_speak_is_refused(string version, string code)
    {
        await using var org = await OrgCaller.StartAsync();
        (await org.SoapFaultAsync("<getUserInfo/>", version: version)).Code.ShouldBe(code);
    }

    [Theory]
    [InlineData("not xml")]
    [InlineData("<a/>")]
    [InlineData("<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body/></soapenv:Envelope>")]
    public async Task What_is_no_SOAP_call_is_a_client_fault(string text)
    {
        await using var org = await OrgCaller.StartAsync();
        using var answer = await org.SendEnvelopeAsync(text);
        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        XElement.Parse(await answer.Content.ReadAsStringAsync()).Only("faultcode").Value.ShouldBe("soapenv:Client");
    }

    [Fact]
    public async Task A_query_of_many_rows_comes_in_pages_with_parents_nested()
    {
        await using var org = await OrgCaller.StartAsync();
        for (var batch = 0; batch < 3; batch++)
        {
            await org.SoapAsync($"<create>{string.Concat(Enumerable.Range(0, 150).Select(i => $"<sObjects><sf:type>Account</sf:type><sf:Name>n{batch}-{i}</sf:Name></sObjects>"))}</create>");
        }

        const string Options = "<QueryOptions><batchSize>200</batchSize></QueryOptions>";
        var page = (await org.SoapAsync("<query><queryString>SELECT Id, Name, Phone, Owner.Name FROM Account ORDER BY Name</queryString></query>", Options)).Only("result");
        page.Text("size").ShouldBe("450");
        page.Text("done").ShouldBe("false");
        var record = page.Named("records").First();
        record.Elements().Select(e => e.Name.LocalName).ShouldBe(["type", "Id", "Id", "Name", "Phone", "Owner"]);
        record.Only("Owner").Text("type").ShouldBe("User");
        var seen = page.Named("records").Count();
        while (page.Text("done") == "false")
        {
            page = (await org.SoapAsync($"<queryMore><queryLocator>{page.Text("queryLocator")}</queryLocator></queryMore>", Options)).Only("result");
            seen += page.Named("records").Count();
        }

        seen.ShouldBe(450);
    }

    [Fact]
    public async Task Count_gives_a_size_and_no_records()
    {
        await using var org = await OrgCaller.StartAsync();
        await org.CreateAccountAsync("Acme");
        var result = (await org.SoapAsync("<query><queryString>SELECT count() FROM Account</queryString></query>")).Only("result");
        result.Text("size").ShouldBe("1");
        result.Named("records").ShouldBeEmpty();
    }

    [Fact]
    public async Task Retrieve_keeps_the_order_and_says_nil_where_nothing_is()
    {
        await using var org = await OrgCaller.StartAsync();
        var first = await org.CreateAccountAsync("first");
        var second = await org.CreateAccountAsync("second");
        var gone = await org.CreateAccountAsync("gone");
        await org.SoapAsync($"<delete><ids>{gone}</ids></delete>");
        var results = (await org.SoapAsync(
            $"<retrieve><fieldList>Id, Name</fieldList><sObjectType>Account</sObjectType><ids>{second}</ids><ids>{gone}</ids><ids>{first}</ids></retrieve>")).Elements().ToList();
        results.Select(r => r.IsEmpty ? "nil" : r.Text("Name")).ShouldBe(["second", "nil", "first"]);
    }

    [Fact]
    public async Task Every_answer_tells_the_API_usage()
    {
        await using var org = await OrgCaller.StartAsync();
        using var answer = await org.SendSoapAsync("<getServerTimestamp/>");
        var info = XElement.Parse(await answer.Content.ReadAsStringAsync()).Only("limitInfo");
        info.Elements().Select(e => e.Name.LocalName).ShouldBe(["current", "limit", "type"]);
        info.Text("current").ShouldBe("1");
    }

    [Fact]
    public async Task Search_finds_a_substring_of_any_text_field()
    {
        await using var org = await OrgCaller.StartAsync();
        await org.CreateAccountAsync("Acme Rockets");
        await org.CreateAccountAsync("Other");
        var answer = await org.SoapAsync("<search><searchString>FIND {rocket} IN ALL FIELDS RETURNING Account(Id, Name), Contact</searchString></search>");
        answer.Descendants().Where(e => e.Name.LocalName == "Name").Select(e => e.Value).ShouldBe(["Acme Rockets"]);
    }
}
