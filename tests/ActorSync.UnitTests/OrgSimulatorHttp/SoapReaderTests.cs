using System.Text;
using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Soap;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulatorHttp;

public sealed class SoapReaderTests
{
    private static SoapRequest Read(string body, string header = "") => SoapReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(
        $"""
        <?xml version="1.0" encoding="utf-8"?>
        <!-- a comment -->
        <env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="urn:partner.soap.sforce.com" xmlns:o="urn:sobject.partner.soap.sforce.com">
          <env:Header>{header}</env:Header>
          <env:Body>
            {body}
          </env:Body>
        </env:Envelope>
        """)));

    [Fact]
    public void Headers_that_matter_are_read_and_others_ignored()
    {
        var headers = Read(
            "<query><queryString>x</queryString></query>",
            """
            <SessionHeader><sessionId>s!1</sessionId></SessionHeader><MruHeader><updateMru>true</updateMru></MruHeader>
            <CallOptions><client>c/1</client><defaultNamespace xsi:nil="true"/></CallOptions><AllOrNoneHeader><allOrNone>1</allOrNone></AllOrNoneHeader>
            <AllowFieldTruncationHeader><allowFieldTruncation>true</allowFieldTruncation></AllowFieldTruncationHeader><QueryOptions><batchSize>300</batchSize></QueryOptions><Empty/>
            <AssignmentRuleHeader><assignmentRuleId>01Q5g0000000001</assignmentRuleId><useDefaultRule>true</useDefaultRule></AssignmentRuleHeader>
            <DuplicateRuleHeader><allowSave>true</allowSave><includeRecordDetails>false</includeRecordDetails><runAsCurrentUser>false</runAsCurrentUser></DuplicateRuleHeader>
            """).Headers;
        headers.SessionId.ShouldBe("s!1");
        headers.Client.ShouldBe("c/1");
        headers.AllOrNone.ShouldBeTrue();
        headers.AllowFieldTruncation.ShouldBeTrue();
        headers.BatchSize.ShouldBe(300);
        (headers.AssignmentRuleId, headers.UseDefaultRule, headers.SaveDuplicates).ShouldBe(("01Q5g0000000001", true, true));
    }

    [Fact]
    public void A_record_keeps_text_as_sent_and_tells_null_from_absent()
    {
        var request = Read(
            """
            <upsert><externalIDFieldName>Ext__c</externalIDFieldName>
            <sObjects><o:type>Contact</o:type><o:fieldsToNull>Phone</o:fieldsToNull><o:fieldsToNull>Fax</o:fieldsToNull><o:Id xsi:nil="true"/>
            <o:LastName>  a &amp; b
            c </o:LastName><o:Email/><o:Title></o:Title><o:Skipped xsi:nil="true"/></sObjects></upsert>
            """);
        request.Operation.ShouldBe("upsert");
        request.Argument("externalIDFieldName").ShouldBe("Ext__c");
        var record = request.Records.Single();
        record.Type.ShouldBe("Contact");
        record.Id.ShouldBeNull();
        record.Fields.ShouldBe(
            new Dictionary<string, object?> { ["Phone"] = null, ["Fax"] = null, ["LastName"] = "  a & b\nc ", ["Email"] = "", ["Title"] = "" }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("<o:Account><o:type>Account</o:type><o:Ext__c>A-1</o:Ext__c></o:Account>", "Account")]
    [InlineData("<o:Account>\n  <o:type>Account</o:type>\n <o:Id xsi:nil=\"true\"/> <o:Ext__c>A-1</o:Ext__c>\n</o:Account>", "Account")]
    [InlineData("<o:Account><o:Ext__c>A-1</o:Ext__c></o:Account>", null)]
    public void A_nested_element_is_a_parent_by_external_id(string parent, string? type) =>
        Read($"<create><sObjects><o:type>Contact</o:type>{parent}<o:LastName>Doe</o:LastName></sObjects></create>").Records.Single().Fields
            .ShouldBe(new Dictionary<string, object?> { ["Account"] = new ParentReference(type, "Ext__c", "A-1"), ["LastName"] = "Doe" }, ignoreOrder: true);

    [Theory]
    [InlineData("<o:Phone>1</o:Phone><o:fieldsToNull>Phone</o:fieldsToNull>")]
    [InlineData("<o:Phone>1</o:Phone><o:phone>2</o:phone>")]
    [InlineData("<o:Account><o:A__c>1</o:A__c><o:B__c>2</o:B__c></o:Account>")]
    [InlineData("<o:Account><o:type>Account</o:type></o:Account>")]
    public void A_record_that_contradicts_itself_is_a_fault(string fields) =>
        Should.Throw<OrgFaultException>(() => Read($"<create><sObjects><o:type>Contact</o:type>{fields}</sObjects></create>")).ExceptionCode.ShouldBe("INVALID_FIELD");

    [Fact]
    public void Ids_keep_their_order_and_empty_operations_have_no_arguments()
    {
        Read("<delete><ids>1</ids><ids>2</ids><ids>1</ids></delete>").All("ids").ShouldBe(["1", "2", "1"]);
        Read("<describeGlobal/>").Arguments.ShouldBeEmpty();
        Read("<describeGlobal></describeGlobal>").Operation.ShouldBe("describeGlobal");
    }

    [Theory]
    [InlineData("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>")]
    [InlineData("")]
    [InlineData("<a/>")]
    public void What_is_no_envelope_is_refused(string text) =>
        Should.Throw<SoapClientException>(() => SoapReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text))));
}
