using System.Text.RegularExpressions;
using ActorSync.OrgSimulator.Org.Changes;
using ActorSync.UnitTests.OrgSimulator;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulatorStreaming;

/// <summary>Events as they go over the wire, in the shapes of the reference's captured ones.</summary>
public sealed partial class ChangeEventJsonTests
{
    private readonly RecordedOrg _recorded = new();

    private TestOrg Org => _recorded.Org;

    [Fact]
    public void An_update_carries_changed_fields_and_nothing_else()
    {
        var id = Org.Created("Account", ("Name", "Acme"), ("Fax", "1"));

        Wire(() => Org.Update("Account", id, ("AnnualRevenue", "90000000"), ("NumberOfEmployees", "7"), ("BillingCity", "Łódź"), ("BillingStreet", "a\nb"), ("Fax", null))).ShouldBe(
            """{"data":{"schema":"S","payload":{"ChangeEventHeader":{"commitNumber":N,"commitUser":"0055g0000010000AAA","sequenceNumber":1,"entityName":"Account","changeType":"UPDATE","changedFields":["BillingAddress.Street","BillingAddress.City","Fax","AnnualRevenue","NumberOfEmployees","LastModifiedDate"],"changeOrigin":"com/salesforce/api/soap/67.0;client=test","transactionKey":"K","commitTimestamp":1772445600000,"recordIds":["0015g0000010000AAA"]},"BillingAddress":{"Street":"a\nb","City":"\u0141\u00F3d\u017A"},"Fax":null,"AnnualRevenue":9.0E7,"NumberOfEmployees":7,"LastModifiedDate":"2026-03-02T10:00:00.000Z"},"event":{"replayId":R}},"channel":"/data/AccountChangeEvent"}""");
    }

    [Fact]
    public void A_birth_carries_the_fields_that_are_not_empty_with_a_persons_name_in_parts() =>
        Wire(() => Org.Created("Contact", ("LastName", "Lovelace"), ("FirstName", "Ada"), ("Birthdate", "1815-12-10"))).ShouldEndWith(
            """recordIds":["0035g0000010000AAA"]},"Name":{"LastName":"Lovelace","FirstName":"Ada"},"Birthdate":"1815-12-10","OwnerId":"0055g0000010000AAA","CreatedDate":"2026-03-02T10:00:00.000Z","CreatedById":"0055g0000010000AAA","LastModifiedDate":"2026-03-02T10:00:00.000Z","LastModifiedById":"0055g0000010000AAA"},"event":{"replayId":R}},"channel":"/data/AccountChangeEvent"}""");

    [Fact]
    public void A_delete_carries_no_field()
    {
        var id = Org.Account();

        Wire(() => Org.Delete(id)).ShouldEndWith("""commitTimestamp":1772445600000,"recordIds":["0015g0000010000AAA"]}},"event":{"replayId":R}},"channel":"/data/AccountChangeEvent"}""");
    }

    [Theory]
    [InlineData(ChangeGap.Values, "GAP_UPDATE", "0015g0000010000AAA")]
    [InlineData(ChangeGap.Overflow, "GAP_OVERFLOW", "000000000000000AAA")]
    public void A_gap_carries_its_header_alone(ChangeGap gap, string type, string record)
    {
        var id = Org.Account();
        var change = _recorded.Published(() => Org.Update("Account", id, ("Phone", "1")))[0] with { Gap = gap };

        var json = RecordedOrg.Json(change);

        json.ShouldContain($"\"changeType\":\"{type}\",\"changedFields\":[]");
        json.ShouldContain($"\"recordIds\":[\"{record}\"]}}}},\"event\"");
    }

    [Fact]
    public void Fields_set_to_null_are_named_where_the_server_is_asked_to()
    {
        var id = Org.Created("Account", ("Name", "Acme"), ("Fax", "1"));
        var change = _recorded.Published(() => Org.Update("Account", id, ("Fax", null)))[0];

        RecordedOrg.Json(change).ShouldNotContain("nulledFields");
        RecordedOrg.Json(change, namesNulls: true).ShouldContain("\"nulledFields\":[\"Fax\"],\"diffFields\":[]");
    }

    private string Wire(Action act)
    {
        var json = RecordedOrg.Json(_recorded.Published(act).ShouldHaveSingleItem());
        json = SchemaId().Replace(Key().Replace(json, "\"transactionKey\":\"K\""), "\"schema\":\"S\"");
        return Numbers().Replace(json, match => match.Groups[1].Value == "replayId" ? "\"replayId\":R" : "\"commitNumber\":N");
    }

    [GeneratedRegex(@"""transactionKey"":""[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}""")]
    private static partial Regex Key();

    [GeneratedRegex(@"""schema"":""[\w-]{22}""")]
    private static partial Regex SchemaId();

    [GeneratedRegex(@"""(commitNumber|replayId)"":\d+")]
    private static partial Regex Numbers();
}
