using System.Runtime.CompilerServices;
using System.Xml.Linq;
using ActorSync.Domain.Mapping;
using ActorSync.Salesforce.Http;
using ActorSync.Salesforce.Soap;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Soap;

/// <summary>
/// Each envelope against a file in <c>Golden/</c>, which was checked by hand against the partner WSDL: order of elements, names, namespaces.
/// The comparison is of the indented text, so it sees prefixes and order; carriage returns have a test of their own.
/// </summary>
public sealed class SoapRequestsTests
{
    private const string Session = "00D000000000001!AQ.session";

    [Fact]
    public void Upsert_with_nulls_and_parents()
    {
        SoapRecord full = new(
            Id: null,
            new Dictionary<string, string?> { ["ActorSync_Id__c"] = "8f14e45f-ceea-467f-9b4c-000000000001", ["LastName"] = "Dürr & <Söhne>", ["Phone"] = null, ["Title"] = "" },
            new Dictionary<string, ParentByExternalId> { ["Account"] = new("Account", "ActorSync_Id__c", "8f14e45f-ceea-467f-9b4c-0000000000aa") });
        SoapRecord small = new(
            Id: null, new Dictionary<string, string?> { ["ActorSync_Id__c"] = "8f14e45f-ceea-467f-9b4c-000000000002", ["Description"] = "two\nlines\tand 🎈" }, SoapRecord.NoParents);

        ShouldMatchGolden("soap-upsert", new SoapCall("upsert", xml =>
        {
            SoapRequests.Element(xml, "externalIDFieldName", "ActorSync_Id__c");
            SoapRequests.Records(xml, "Contact", [full, small]);
        })
        {
            Client = "actorsync/42",
        });
    }

    [Fact]
    public void Update_names_the_record_after_the_fields_to_null() =>
        ShouldMatchGolden("soap-update", new SoapCall("update", xml => SoapRequests.Records(
            xml,
            "Account",
            [new SoapRecord("001000000000001AAA", new Dictionary<string, string?> { ["Name"] = "Acme", ["Site"] = null, ["Type"] = "Partner" }, SoapRecord.NoParents)]))
        {
            Client = "actorsync/43",
        });

    [Fact]
    public void Options_travel_in_headers_of_their_own() =>
        ShouldMatchGolden("soap-upsert-options", new SoapCall("upsert", xml =>
        {
            SoapRequests.Element(xml, "externalIDFieldName", "ActorSync_Id__c");
            SoapRequests.Records(xml, "Case", [new SoapRecord(Id: null, new Dictionary<string, string?> { ["ActorSync_Id__c"] = "8f14e45f-ceea-467f-9b4c-000000000001" }, SoapRecord.NoParents)]);
        })
        {
            Client = "actorsync/45",
            Options = new WriteOptions { DefaultAssignmentRule = true, SaveDuplicates = true, TruncateTexts = true },
        });

    [Fact]
    public void Rule_that_is_named_travels_alone() =>
        ShouldMatchGolden("soap-update-rule", new SoapCall("update", xml => SoapRequests.Records(
            xml, "Lead", [new SoapRecord("00Q000000000001AAA", new Dictionary<string, string?> { ["Company"] = "Acme" }, SoapRecord.NoParents)]))
        {
            Client = "actorsync/46",
            Options = new WriteOptions { AssignmentRuleId = "01Q000000000001EAA" },
        });

    [Fact]
    public void Delete_lists_ids() =>
        ShouldMatchGolden("soap-delete", new SoapCall("delete", xml => SoapRequests.Ids(xml, ["001000000000001AAA", "001000000000002AAA"])) { Client = "actorsync/44" });

    [Fact]
    public void Query_asks_for_the_largest_batch() =>
        ShouldMatchGolden("soap-query", new SoapCall("query", xml => SoapRequests.Element(xml, "queryString", "SELECT Id FROM Account WHERE SystemModstamp >= 2026-01-01T00:00:00Z AND Name < 'B'"))
        {
            QueryRows = SoapClient.QueryRowsMax,
        });

    [Fact]
    public void Query_more_names_the_locator() =>
        ShouldMatchGolden("soap-queryMore", new SoapCall("queryMore", xml => SoapRequests.Element(xml, "queryLocator", "01g000000000001AAA-2000")) { QueryRows = SoapClient.QueryRowsMax });

    [Fact]
    public void Get_deleted_sends_utc() =>
        ShouldMatchGolden("soap-getDeleted", new SoapCall("getDeleted", xml =>
        {
            SoapRequests.Element(xml, "sObjectType", "Account");
            SoapRequests.Element(xml, "startDate", new DateTimeOffset(2026, 3, 1, 2, 0, 0, TimeSpan.FromHours(2)));
            SoapRequests.Element(xml, "endDate", new DateTimeOffset(2026, 3, 1, 1, 30, 5, 250, TimeSpan.Zero));
        }));

    [Fact]
    public void Retrieve_lists_fields_in_one_element() =>
        ShouldMatchGolden("soap-retrieve", new SoapCall("retrieve", xml =>
        {
            SoapRequests.Element(xml, "fieldList", "Id, Name");
            SoapRequests.Element(xml, "sObjectType", "Account");
            SoapRequests.Ids(xml, ["001000000000001AAA"]);
        }));

    [Fact]
    public void Get_user_info_is_empty() => ShouldMatchGolden("soap-getUserInfo", new SoapCall("getUserInfo", _ => { }));

    [Fact]
    public void Get_server_timestamp_is_empty() => ShouldMatchGolden("soap-getServerTimestamp", new SoapCall("getServerTimestamp", _ => { }));

    [Fact]
    public void Carriage_returns_survive_the_readers_line_end_rule() =>
        Write(new SoapCall("x", xml => SoapRequests.Element(xml, "v", "a\r\nb"))).ShouldContain("a&#xD;");

    private static string Write(SoapCall call)
    {
        using PooledBytes bytes = new(1_000_000);
        SoapRequests.Write(bytes, Session, call);
        using StreamReader reader = new(bytes);
        return reader.ReadToEnd();
    }

    private static void ShouldMatchGolden(string name, SoapCall call, [CallerFilePath] string thisFile = "")
    {
        string path = Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "Golden", name + ".xml");
        string actual = XElement.Parse(Write(call)).ToString() + "\n";
        File.Exists(path).ShouldBeTrue($"{path} is missing; what was written:\n{actual}");
        actual.ShouldBe(File.ReadAllText(path), $"{path} holds the envelope as checked against the WSDL");
    }
}
