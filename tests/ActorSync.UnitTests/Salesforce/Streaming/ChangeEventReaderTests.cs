using System.Text;
using System.Text.Json;
using ActorSync.Salesforce.Streaming;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Streaming;

public sealed class ChangeEventReaderTests
{
    private const string Header = """
        "commitNumber":10583584855437,"commitUser":"0054J000000g1dGQAQ","sequenceNumber":1,"entityName":"Case","changeType":"UPDATE","changedFields":["AccountId","LastModifiedDate"],
        "changeOrigin":"com/salesforce/api/soap/47.0;client=SfdcInternalAPI/","transactionKey":"000c6c88-b097-f5fb-0005-65d83dc022e5","commitTimestamp":1569407548000,"recordIds":["50025000009vJE9AAM"]
        """;

    // A captured event of a real org.
    [Fact]
    public void A_real_event_is_read_whole()
    {
        var changed = News($$"""
            {"schema":"idzQ0I-adgCfqNzILegnJg","payload":{"LastModifiedDate":"2019-09-25T10:32:28Z","AccountId":"0012500001DNi0FAAT","ChangeEventHeader":{ {{Header}} } },"event":{"replayId":103773372} }
            """).ShouldBeOfType<StreamNews.Changed>();

        (changed.Channel, changed.ReplayId, changed.SchemaId).ShouldBe(("/data/ChangeEvents", 103773372, "idzQ0I-adgCfqNzILegnJg"));
        var e = changed.Event;
        (e.ObjectName, e.Type, e.IsGap, e.Client).ShouldBe(("Case", ChangeType.Update, false, "SfdcInternalAPI/"));
        (e.CommitNumber, e.SequenceNumber, e.CommittedAt).ShouldBe((10583584855437, 1, new DateTimeOffset(2019, 9, 25, 10, 32, 28, TimeSpan.Zero)));
        (e.CommitUser, e.TransactionKey).ShouldBe(("0054J000000g1dGQAQ", "000c6c88-b097-f5fb-0005-65d83dc022e5"));
        e.RecordIds.ShouldBe(["50025000009vJE9AAM"]);
        e.Fields.ShouldBe(new Dictionary<string, string?> { ["LastModifiedDate"] = "2019-09-25T10:32:28Z", ["AccountId"] = "0012500001DNi0FAAT" }, ignoreOrder: true);
        e.ChangedFields.ShouldBe(["AccountId", "LastModifiedDate"]);
        e.NulledFields.ShouldBeEmpty();
    }

    [Fact]
    public void Values_are_the_texts_of_the_wire_under_the_names_of_the_fields()
    {
        var e = Event("CREATE", "[]", """
            "Name":{"LastName":"Lovelace","FirstName":"Ada"},"MailingAddress":{"Street":"a\nb","Latitude":48.1},"Address":{"City":"x"},"Where__c":{"Latitude":1.5},
            "AnnualRevenue":9.0E7,"NumberOfEmployees":7,"Score__c":0.10,"Ok__c":true,"Off__c":false,"Note__c":null
            """);

        e.Fields.ShouldBe(
            new Dictionary<string, string?>
            {
                ["LastName"] = "Lovelace",
                ["FirstName"] = "Ada",
                ["MailingStreet"] = "a\nb",
                ["MailingLatitude"] = "48.1",
                ["City"] = "x",
                ["Where__Latitude__s"] = "1.5",
                ["AnnualRevenue"] = "9.0E7",
                ["NumberOfEmployees"] = "7",
                ["Score__c"] = "0.10",
                ["Ok__c"] = "true",
                ["Off__c"] = "false",
                ["Note__c"] = null,
            },
            ignoreOrder: true);
        e.NulledFields.ShouldBe(["Note__c"]);
    }

    [Theory]
    [InlineData("""["Fax","BillingAddress.Street"]""", """ "Fax":null,"BillingAddress":{"Street":null} """, "")]
    [InlineData("[]", """ "Other":1 """, ""","nulledFields":["Fax","BillingAddress.Street"]""")]
    public void A_field_that_was_set_to_null_is_known_from_any_sign(string changed, string fields, string more)
    {
        var e = Event("UPDATE", changed, fields, more);

        e.NulledFields.ShouldBe(["Fax", "BillingStreet"], ignoreOrder: true);
        (e.Fields["Fax"], e.Fields["BillingStreet"]).ShouldBe((null, null));
    }

    [Fact]
    public void A_difference_is_no_value()
    {
        var e = Event("UPDATE", """["Description","Fax"]""", """ "Description":"@@ -1 +1 @@","Fax":"1" """, ""","diffFields":["Description"]""");

        e.DiffFields.ShouldBe(["Description"]);
        e.Fields.Keys.ShouldBe(["Fax"]);
    }

    // It may have any value: null fields are told as null. The name of a compound is among them, for its value is told by no part.
    [Fact]
    public void A_changed_field_that_the_event_does_not_carry_is_not_known_to_be_null()
    {
        var e = Event("UPDATE", """["Fax","Name","BillingAddress.Street","Phone"]""", """ "Name":{"LastName":"Lovelace"},"BillingAddress":{"City":"x"},"Phone":null """);

        e.Fields.ShouldBe(new Dictionary<string, string?> { ["LastName"] = "Lovelace", ["BillingCity"] = "x", ["Phone"] = null }, ignoreOrder: true);
        e.NulledFields.ShouldBe(["Phone"]);
        e.UntoldFields.ShouldBe(["Fax", "Name", "BillingStreet"]);
    }

    [Fact]
    public void What_is_told_as_null_or_as_a_difference_is_not_untold()
    {
        var e = Event("UPDATE", """["Fax","Description"]""", """ "Other":1 """, ""","nulledFields":["Fax"],"diffFields":["Description"]""");

        e.NulledFields.ShouldBe(["Fax"]);
        e.DiffFields.ShouldBe(["Description"]);
        e.UntoldFields.ShouldBeEmpty();
    }

    [Fact]
    public void A_type_of_change_that_nobody_knows_is_quoted_in_one_bounded_line()
    {
        var data = $$"""{"payload":{"ChangeEventHeader":{ {{Header.Replace("UPDATE", "RE\\nNAME" + new string('x', 5_000), StringComparison.Ordinal)}} } },"event":{"replayId":5} }""";

        var why = News(data).ShouldBeOfType<StreamNews.Unreadable>().Why;

        why.ShouldStartWith("changeType is 'RE NAMExxx");
        why.Length.ShouldBeLessThan(1_100);
    }

    [Theory]
    [InlineData("GAP_CREATE", ChangeType.GapCreate)]
    [InlineData("GAP_UPDATE", ChangeType.GapUpdate)]
    [InlineData("GAP_DELETE", ChangeType.GapDelete)]
    [InlineData("GAP_UNDELETE", ChangeType.GapUndelete)]
    [InlineData("GAP_OVERFLOW", ChangeType.GapOverflow)]
    public void A_gap_is_known_as_one(string type, ChangeType expected)
    {
        var e = Event(type, "[]", "");

        (e.Type, e.IsGap, e.Fields.Count).ShouldBe((expected, true, 0));
    }

    [Theory]
    [InlineData("entityName", "\"entityName\":\"Case\"", "\"x\":1", "entityName is missing")]
    [InlineData("changeType", "\"UPDATE\"", "\"RENAME\"", "changeType is 'RENAME'")]
    [InlineData("recordIds", "[\"50025000009vJE9AAM\"]", "[]", "recordIds is empty")]
    [InlineData("commitNumber", "10583584855437", "-1", "commitNumber is no whole number")]
    [InlineData("commitTimestamp", "1569407548000", "9223372036854775807", "commitTimestamp is no time")]
    public void An_event_that_cannot_be_read_is_said_to_be(string what, string of, string to, string why)
    {
        var data = $$"""{"payload":{"ChangeEventHeader":{ {{Header.Replace(of, to, StringComparison.Ordinal)}} } },"event":{"replayId":5} }""";

        News(data).ShouldBe(new StreamNews.Unreadable("/data/ChangeEvents", 5, why), what);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"event":{"replayId":"5"}}""")]
    [InlineData("""{"event":{"replayId":0}}""")]
    [InlineData("[]")]
    public void An_event_without_replay_id_is_said_to_be_one(string data) =>
        News(data).ShouldBe(new StreamNews.Unreadable("/data/ChangeEvents", null, "replayId is missing"));

    private static ChangeEvent Event(string type, string changed, string fields, string more = "") => News($$"""
        {"payload":{"ChangeEventHeader":{"commitNumber":1,"sequenceNumber":1,"entityName":"Account","changeType":"{{type}}","changedFields":{{changed}},"transactionKey":"k","commitTimestamp":1,"recordIds":["001"]{{more}} }
        {{(fields.Length > 0 ? "," : "")}}{{fields}} },"event":{"replayId":5} }
        """).ShouldBeOfType<StreamNews.Changed>().Event;

    private static StreamNews News(string data)
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes($$"""[{"data":{{data}},"channel":"/data/ChangeEvents"}]"""));
        return BayeuxAnswer.ReadAll(stream).ShouldHaveSingleItem().News!;
    }
}
