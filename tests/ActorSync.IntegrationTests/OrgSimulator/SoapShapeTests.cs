using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.OrgSimulator;

/// <summary>Generated clients read by the WSDL's sequences: an element too early or too late is lost to them.</summary>
public sealed class SoapShapeTests
{
    private static async Task<OrgCaller> FilledAsync()
    {
        var org = await OrgCaller.StartAsync();
        org.Server.Model.Populate(200, seed: 7);
        return org;
    }

    private static async Task ShouldFollowAsync(OrgCaller org, string body, string type, string version = "64.0")
    {
        var results = (await org.SoapAsync(body, version: version)).Elements().ToList();
        results.ShouldNotBeEmpty();
        results.ShouldAllBe(r => r.Name.LocalName == "result" && r.Name.NamespaceName == OrgCaller.Partner);
        results.SelectMany(r => WsdlSequences.Faults(r, type)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Results_of_writes_follow_the_WSDL()
    {
        await using var org = await FilledAsync();
        const string Rows = "<sObjects><sf:type>Account</sf:type><sf:ActorSync_Id__c>w-1</sf:ActorSync_Id__c><sf:Name>a</sf:Name></sObjects><sObjects><sf:type>Account</sf:type><sf:ActorSync_Id__c>w-2</sf:ActorSync_Id__c></sObjects>";
        await ShouldFollowAsync(org, $"<create>{Rows.Replace("w-", "c-", StringComparison.Ordinal)}</create>", "SaveResult");
        await ShouldFollowAsync(org, $"<update>{Rows}</update>", "SaveResult");
        await ShouldFollowAsync(org, $"<upsert><externalIDFieldName>ActorSync_Id__c</externalIDFieldName>{Rows}</upsert>", "UpsertResult");
        var id = await org.CreateAccountAsync("gone");
        foreach (var operation in new[] { "delete", "undelete", "delete", "emptyRecycleBin" })
        {
            await ShouldFollowAsync(org, $"<{operation}><ids>{id}</ids><ids>001000000000000AAA</ids></{operation}>", "DeleteResult");
        }
    }

    [Fact]
    public async Task Describes_follow_the_WSDL()
    {
        await using var org = await FilledAsync();
        await ShouldFollowAsync(org, "<describeGlobal/>", "DescribeGlobalResult");
        var names = string.Concat(org.Server.Model.Schema.Objects.Select(o => $"<sObjectType>{o.Name}</sObjectType>"));
        await ShouldFollowAsync(org, $"<describeSObjects>{names}</describeSObjects>", "DescribeSObjectResult");
        await ShouldFollowAsync(org, "<describeSObject><sObjectType>Contact</sObjectType></describeSObject>", "DescribeSObjectResult");
    }

    [Fact]
    public async Task Reads_follow_the_WSDL()
    {
        await using var org = await FilledAsync();
        var id = await org.CreateAccountAsync("gone");
        await org.SoapAsync($"<delete><ids>{id}</ids></delete>");
        await ShouldFollowAsync(org, "<query><queryString>SELECT Id, Name, Account.Name, Account.Owner.Name, Email FROM Contact LIMIT 50</queryString></query>", "QueryResult");
        await ShouldFollowAsync(org, "<queryAll><queryString>SELECT Name FROM Account</queryString></queryAll>", "QueryResult");
        await ShouldFollowAsync(org, $"<retrieve><fieldList>Name,Phone</fieldList><sObjectType>User</sObjectType><ids>{org.Server.Model.HumanUser.Id}</ids></retrieve>", "sObject");
        await ShouldFollowAsync(org, "<search><searchString>FIND {gone} RETURNING Account(Name)</searchString></search>", "SearchResult");
        await ShouldFollowAsync(org, "<getServerTimestamp/>", "GetServerTimestampResult");
    }

    [Fact]
    public async Task Replication_follows_the_WSDL()
    {
        var clock = new SteppedClock();
        await using var org = await OrgCaller.StartAsync(new() { Clock = clock });
        var id = await org.CreateAccountAsync("gone");
        await org.SoapAsync($"<delete><ids>{id}</ids></delete>");
        await org.CreateAccountAsync("new");
        clock.Advance(TimeSpan.FromMinutes(10));
        var window = $"<sObjectType>Account</sObjectType><startDate>{Moment(clock, -15)}</startDate><endDate>{Moment(clock, 0)}</endDate>";
        await ShouldFollowAsync(org, $"<getUpdated>{window}</getUpdated>", "GetUpdatedResult");
        await ShouldFollowAsync(org, $"<getDeleted>{window}</getDeleted>", "GetDeletedResult");
        var deleted = await org.SoapAsync($"<getDeleted>{window}</getDeleted>");
        deleted.Only("deletedRecords").Text("id").ShouldBe(id);
        deleted.Only("deletedDate").Value.ShouldBe("2026-03-01T12:00:00.000Z");
    }

    [Fact]
    public async Task Identity_follows_the_WSDL()
    {
        await using var org = await FilledAsync();
        await ShouldFollowAsync(org, "<getUserInfo/>", "GetUserInfoResult");
        await ShouldFollowAsync(org, $"<login><username>{org.Server.UserName}</username><password>{org.Server.Password}</password></login>", "LoginResult");
    }

    [Fact]
    public async Task The_envelope_of_an_answer_is_the_real_ones()
    {
        await using var org = await FilledAsync();
        using var answer = await org.SendSoapAsync("<query><queryString>SELECT Name, AnnualRevenue, IsDeleted, CreatedDate FROM Account LIMIT 1</queryString></query>");
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/xml; charset=utf-8");
        var text = await answer.Content.ReadAsStringAsync();
        text.ShouldStartWith(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns=\"urn:partner.soap.sforce.com\" "
            + "xmlns:sf=\"urn:sobject.partner.soap.sforce.com\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Header>");
        text.ShouldContain("<queryResponse><result><done>true</done><queryLocator xsi:nil=\"true\" /><records xsi:type=\"sf:sObject\"><sf:type>Account</sf:type><sf:Id xsi:nil=\"true\" /><sf:Name>");
        XElement.Parse(text).Only("CreatedDate").Value.ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$");
    }

    [Fact]
    public async Task A_fault_is_written_as_the_real_one()
    {
        await using var org = await FilledAsync();
        using var answer = await org.SendSoapAsync("<query><queryString>SELECT Nope FROM Account</queryString></query>");
        var text = await answer.Content.ReadAsStringAsync();
        text.ShouldStartWith(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" "
            + "xmlns:sf=\"urn:fault.partner.soap.sforce.com\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body><soapenv:Fault><faultcode>sf:INVALID_FIELD</faultcode><faultstring>INVALID_FIELD: ");
        text.ShouldContain("<detail><sf:InvalidFieldFault xsi:type=\"sf:InvalidFieldFault\"><sf:exceptionCode>INVALID_FIELD</sf:exceptionCode><sf:exceptionMessage>");
        var detail = XElement.Parse(text).Only("InvalidFieldFault");
        detail.Elements().Select(e => e.Name.LocalName).ShouldBe(["exceptionCode", "exceptionMessage", "row", "column"]);
    }

    private static string Moment(SteppedClock clock, int minutes) =>
        clock.GetUtcNow().AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
