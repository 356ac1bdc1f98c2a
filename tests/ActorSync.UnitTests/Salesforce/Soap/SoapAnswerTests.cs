using System.Text;
using System.Xml;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Http;
using ActorSync.Salesforce.Soap;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Soap;

public sealed class SoapAnswerTests
{
    [Fact]
    public void Results_are_read_in_order_with_their_errors()
    {
        List<WriteResult> results = Read(
            "upsert",
            """
            <result><created>true</created><id>003000000000001AAA</id><success>true</success></result>
            <result><created>false</created><errors xsi:type="Error"><extendedErrorDetails xsi:nil="true"/><fields>LastName</fields><fields>Email</fields><message>Required fields are missing: [LastName]</message><statusCode>REQUIRED_FIELD_MISSING</statusCode></errors><id xsi:nil="true"/><success>false</success></result>
            """,
            xml => SoapResults.Writes(xml, 2, "Key__c"));

        results[0].Id.ShouldBe("003000000000001AAA");
        results[0].Success.ShouldBeTrue();
        results[0].Created.ShouldBeTrue();
        results[0].Errors.ShouldBeEmpty();
        results[0].Fault.ShouldBeNull();
        results[1].Id.ShouldBeNull();
        results[1].Success.ShouldBeFalse();
        SyncFault.Rejected fault = results[1].Fault.ShouldBeOfType<SyncFault.Rejected>();
        fault.Code.ShouldBe("REQUIRED_FIELD_MISSING");
        fault.Fields.ShouldBe(["LastName", "Email"]);
    }

    [Fact]
    public void Record_with_a_lasting_and_a_passing_error_is_rejected() =>
        Read(
            "update",
            "<result><errors><message>a</message><statusCode>UNABLE_TO_LOCK_ROW</statusCode></errors><errors><message>b</message><statusCode>STRING_TOO_LONG</statusCode></errors><success>false</success></result>",
            xml => SoapResults.Writes(xml, 1, null))[0].Fault.ShouldBeOfType<SyncFault.Rejected>().Code.ShouldBe("STRING_TOO_LONG");

    [Theory]
    [InlineData("")]
    [InlineData("<result><success>true</success><id>1</id></result><result><success>true</success><id>2</id></result>")]
    [InlineData("<result><success>maybe</success><id>1</id></result>")]
    [InlineData("<result><id>1</id></result>")]
    [InlineData("<result><success>false</success></result>")]
    [InlineData("<result><success>true</success></result>")]
    [InlineData("<result xsi:nil=\"true\"/>")]
    [InlineData("<other/>")]
    public void Results_that_leave_any_question_are_unreadable(string results) =>
        Should.Throw<Exception>(() => Read("update", results, xml => SoapResults.Writes(xml, 1, null)))
            .GetType().ShouldBeOneOf(typeof(InvalidDataException), typeof(FormatException));

    [Fact]
    public void Query_page_has_parents_flattened_and_nulls()
    {
        QueryAnswer answer = Read(
            "query",
            """
            <result xsi:type="QueryResult"><done>false</done><queryLocator>01g-2000</queryLocator>
            <records xsi:type="sf:sObject"><sf:type>Account</sf:type><sf:Id>001000000000001AAA</sf:Id><sf:Id>001000000000001AAA</sf:Id><sf:Name>A &amp; B</sf:Name><sf:Type>Partner</sf:Type><sf:Phone xsi:nil="true"/>
            <sf:Owner xsi:type="sf:sObject"><sf:type>User</sf:type><sf:Id xsi:nil="true"/><sf:Name>Ann</sf:Name><sf:Profile xsi:type="sf:sObject"><sf:type>Profile</sf:type><sf:Name>Admin</sf:Name></sf:Profile></sf:Owner><sf:Parent xsi:nil="true"/></records>
            <size>2001</size></result>
            """,
            SoapResults.Query);

        answer.Done.ShouldBeFalse();
        answer.Locator.ShouldBe("01g-2000");
        answer.TotalSize.ShouldBe(2001);
        QueryRow row = answer.Rows.ShouldHaveSingleItem();
        row.ObjectName.ShouldBe("Account");
        row.Values.OrderBy(pair => pair.Key, StringComparer.Ordinal).ShouldBe(new Dictionary<string, string?>
        {
            ["Id"] = "001000000000001AAA",
            ["Name"] = "A & B",
            ["Owner.Name"] = "Ann",
            ["Owner.Profile.Name"] = "Admin",
            ["Parent"] = null,
            ["Phone"] = null,
            ["Type"] = "Partner",
        });
        row["owner.name"].ShouldBe("Ann");
        row["Parent.Name"].ShouldBeNull();
    }

    [Fact]
    public void Compound_fields_are_flattened_whether_typed_or_not() =>
        Read(
            "query",
            """<result><done>true</done><queryLocator xsi:nil="true"/><records><sf:type>Account</sf:type><sf:BillingAddress xsi:type="address"><sf:city>Bonn</sf:city></sf:BillingAddress><sf:Spot__c><sf:latitude>1.5</sf:latitude></sf:Spot__c></records><size>1</size></result>""",
            SoapResults.Query).Rows[0].Values.ShouldBe(new Dictionary<string, string?> { ["BillingAddress.city"] = "Bonn", ["Spot__c.latitude"] = "1.5" });

    [Fact]
    public void Last_page_has_no_locator_and_count_has_only_a_size()
    {
        QueryAnswer answer = Read("query", """<result><done>true</done><queryLocator xsi:nil="true"/><size>17</size></result>""", SoapResults.Query);

        answer.Rows.ShouldBeEmpty();
        answer.Locator.ShouldBeNull();
        answer.TotalSize.ShouldBe(17);
    }

    [Theory]
    [InlineData("<result><done>false</done><queryLocator xsi:nil=\"true\"/><size>1</size></result>")]
    [InlineData("<result><size>1</size></result>")]
    [InlineData("<result><done>true</done><records><sf:type>Account</sf:type><sf:Contacts xsi:type=\"QueryResult\"/></records></result>")]
    public void Query_page_that_cannot_be_continued_or_understood_is_unreadable(string result) =>
        Should.Throw<InvalidDataException>(() => Read("query", result, SoapResults.Query));

    [Fact]
    public void Control_characters_and_line_ends_in_values_are_read() =>
        Read("query", "<result><done>true</done><records><sf:type>Account</sf:type><sf:Name>a&#1;b&#xD;\nc</sf:Name></records><size>1</size></result>", SoapResults.Query)
            .Rows[0]["Name"].ShouldBe("a\u0001b\r\nc");

    [Fact]
    public void Retrieve_keeps_the_places_of_missing_records()
    {
        List<QueryRow?> rows = Read(
            "retrieve", """<result xsi:nil="true"/><result xsi:type="sf:sObject"><sf:type>Account</sf:type><sf:Id>001000000000002AAA</sf:Id></result>""", xml => SoapResults.Retrieved(xml, 2));

        rows[0].ShouldBeNull();
        rows[1].ShouldNotBeNull().Id.ShouldBe("001000000000002AAA");
    }

    [Fact]
    public void Deleted_records_come_with_the_dates_covered()
    {
        DeletedAnswer answer = Read(
            "getDeleted",
            "<result><deletedRecords><deletedDate>2026-03-01T00:10:00.000Z</deletedDate><id>001000000000001AAA</id></deletedRecords><earliestDateAvailable>2026-02-15T00:00:00.000Z</earliestDateAvailable><latestDateCovered>2026-03-01T01:30:00.000Z</latestDateCovered></result>",
            SoapResults.Deleted);

        answer.Records.ShouldBe([new DeletedRecord("001000000000001AAA", new DateTimeOffset(2026, 3, 1, 0, 10, 0, TimeSpan.Zero))]);
        answer.LatestDateCovered.ShouldBe(new DateTimeOffset(2026, 3, 1, 1, 30, 0, TimeSpan.Zero));
    }

    [Fact]
    public void Fault_gives_the_code_of_its_detail()
    {
        (SoapFault? fault, _, _) = ReadWhole(
            """
            <soapenv:Fault><faultcode>sf:INVALID_FIELD</faultcode><faultstring>INVALID_FIELD: text</faultstring>
            <detail><sf:InvalidFieldFault xmlns:sf="urn:fault.partner.soap.sforce.com" xsi:type="sf:InvalidFieldFault"><sf:exceptionCode>INVALID_FIELD</sf:exceptionCode><sf:exceptionMessage>No such column</sf:exceptionMessage><sf:row>1</sf:row><sf:column>8</sf:column></sf:InvalidFieldFault></detail></soapenv:Fault>
            """);

        fault.ShouldBe(new SoapFault("INVALID_FIELD", "No such column"));
    }

    [Fact]
    public void Fault_without_detail_gives_its_fault_code() =>
        ReadWhole("<soapenv:Fault><faultcode>soapenv:Client</faultcode><faultstring>what?</faultstring></soapenv:Fault>").Fault.ShouldBe(new SoapFault("Client", "what?"));

    [Fact]
    public void Api_usage_is_read_from_the_header() =>
        ReadWhole("<getUserInfoResponse/>", "<soapenv:Header><LimitInfoHeader><limitInfo><current>18</current><limit>5000</limit><type>API REQUESTS</type></limitInfo></LimitInfoHeader></soapenv:Header>")
            .Usage.ShouldBe(new ApiUsage(18, 5000));

    [Theory]
    [InlineData("<a/><b/>")]
    [InlineData("")]
    [InlineData("<updateResponse/>")]
    public void Body_without_exactly_the_expected_answer_is_unreadable(string body) =>
        Should.Throw<InvalidDataException>(() => ReadWhole(body));

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>Service Unavailable</body></html>")]
    [InlineData("<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body><getUserInfoRes")]
    [InlineData("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>")]
    public void Anything_else_is_unreadable(string text) =>
        Should.Throw<Exception>(() => ReadText(text, "getUserInfo", _ => 0)).GetType().ShouldBeOneOf(typeof(XmlException), typeof(InvalidDataException));

    [Fact]
    public void Every_truncation_of_an_answer_is_unreadable_and_never_half_an_answer()
    {
        string whole = Envelope("<updateResponse><result><id>001000000000001AAA</id><success>true</success></result></updateResponse>");

        for (int length = 0; length < whole.Length; length++)
        {
            string part = whole[..length];
            Should.Throw<Exception>(() => ReadText(part, "update", xml => SoapResults.Writes(xml, 1, null)))
                .GetType().ShouldBeOneOf(typeof(XmlException), typeof(InvalidDataException), typeof(FormatException));
        }
    }



    private static T Read<T>(string operation, string results, Func<XmlReader, T> read) =>
        ReadText(Envelope($"<{operation}Response>{results}</{operation}Response>"), operation, read).Answer!;

    private static (SoapFault? Fault, int Answer, ApiUsage? Usage) ReadWhole(string body, string header = "") =>
        ReadText(Envelope(body, header), "getUserInfo", xml =>
        {
            xml.Skip();
            return 1;
        });

    private static string Envelope(string body, string header = "") =>
        $"""<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:sobject.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{header}<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>""";

    private static (SoapFault? Fault, T? Answer, ApiUsage? Usage) ReadText<T>(string text, string operation, Func<XmlReader, T> read)
    {
        using PooledBytes bytes = new(1_000_000);
        bytes.Write(Encoding.UTF8.GetBytes(text));
        return SoapAnswer.Read(bytes, operation, read);
    }
}
