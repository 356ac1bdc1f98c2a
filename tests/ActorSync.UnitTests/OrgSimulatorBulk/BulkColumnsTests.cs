using System.Text.Json;
using ActorSync.OrgSimulator.Bulk;
using ActorSync.OrgSimulator.Org;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulatorBulk;

public sealed class BulkColumnsTests
{
    private static readonly OrgSchema Schema = WithQueues();

    /// <summary>The standard objects, with an Account's owner that may be a User or a Contact: a relationship to several objects.</summary>
    private static OrgSchema WithQueues()
    {
        var standard = StandardObjects.Schema();
        return new OrgSchema([.. standard.Objects.Select(o => o.Name != "Account" ? o : new ObjectDefinition(
            o.Name, o.Label, o.LabelPlural, o.KeyPrefix, [.. o.Fields.Select(f => f.Name == "OwnerId" ? f with { ReferenceTo = ["User", "Contact"] } : f)]))]);
    }

    private static BulkColumns Find(string type, params string[] names) => BulkColumns.Find(Schema, Schema.Find(type)!, names);

    [Theory]
    [InlineData("Contact", "Foo__c", "Field name not found : Foo__c")]
    [InlineData("Contact", "Account:Parent:X", "Field name not found : Account:Parent:X")]
    [InlineData("Contact", "Nope.ActorSync_Id__c", "Unable to find relationship: Nope")]
    [InlineData("Contact", "Account:Contact.ActorSync_Id__c", "Unable to find relationship: Contact")]
    [InlineData("Contact", "Account:Account.ActorSync_Id__c", "type is not needed for non polymorphic foreign key references: Account")]
    [InlineData("Contact", "Account.Nope__c", "Field name not found : Account.Nope__c")]
    [InlineData("Contact", "Account.Description", "Field name not found : Account.Description")]
    [InlineData("Account", "Owner.Username", "type is needed for polymorphic foreign key references: Owner")]
    [InlineData("Account", "Lead:Owner.Email", "Field name not found : Lead:Owner.Email")]
    public void A_column_that_is_none_fails_the_job(string type, string name, string message) =>
        Should.Throw<BulkJobException>(() => Find(type, name)).Message.ShouldBe($"InvalidBatch : {message}");

    [Fact]
    public void A_column_that_is_there_twice_fails_the_job() => Should.Throw<BulkJobException>(() => Find("Account", "Name", "name"));

    [Fact]
    public void An_empty_value_is_left_out_and_the_null_word_is_null()
    {
        var record = Find("Contact", "Id", "LastName", "Phone", "Fax", "Account.ActorSync_Id__c").Read(["003000000000001AAA", " Doe ", "", "#N/A", "#N/A"]);
        record.Id.ShouldBe("003000000000001AAA");
        record.Fields.ShouldBe(new Dictionary<string, object?> { ["LastName"] = " Doe ", ["Fax"] = null, ["Account"] = null }, ignoreOrder: true);
    }

    [Fact]
    public void An_empty_id_is_none_and_names_are_found_without_regard_to_case()
    {
        var record = Find("Contact", "id", "LASTNAME").Read(["", "Doe"]);
        record.Id.ShouldBeNull();
        record.Fields.ShouldHaveSingleItem().Key.ShouldBe("LastName");
    }

    [Fact]
    public void Parents_are_named_by_relationship_and_by_type_where_there_are_several()
    {
        Find("Contact", "Account.ActorSync_Id__c").Read(["A-1"]).Fields["Account"].ShouldBe(new ParentReference("Account", "ActorSync_Id__c", "A-1"));
        Find("Account", "User:Owner.Username").Read(["ada"]).Fields["Owner"].ShouldBe(new ParentReference("User", "Username", "ada"));
    }

    [Theory]
    [InlineData("""{"object":"Account","operation":"upsert"}""", "INVALIDJOB")]
    [InlineData("""{"object":"Account","operation":"upsert","externalIdFieldName":"Phone"}""", "INVALIDJOB")]
    [InlineData("""{"operation":"insert"}""", "INVALIDJOB")]
    [InlineData("""{"object":"Account","operation":"insert","contentType":"JSON"}""", "INVALIDJOB")]
    [InlineData("""{"object":"Nope","operation":"insert"}""", "INVALIDENTITY")]
    [InlineData("""{"object":"Account","operation":"hardDelete"}""", "FEATURENOTENABLED")]
    [InlineData("""{"object":"Account","operation":"merge"}""", "JSON_PARSER_ERROR")]
    [InlineData("""{"object":"Account","operation":"insert","columnDelimiter":"SPACE"}""", "JSON_PARSER_ERROR")]
    [InlineData("""{"object":"Account","operation":"insert","lineEnding":"CR"}""", "JSON_PARSER_ERROR")]
    [InlineData("""{"object":"Account","operation":"insert","lineEndings":"LF"}""", "JSON_PARSER_ERROR")]
    public void A_job_that_cannot_be_is_refused_when_it_is_created(string body, string code)
    {
        using var json = JsonDocument.Parse(body);
        Should.Throw<OrgFaultException>(() => BulkJobSpec.Read(json.RootElement, Schema)).ExceptionCode.ShouldBe(code);
    }

    [Fact]
    public void Errors_of_a_row_are_one_text()
    {
        BulkResults.ErrorText([new RecordError("REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]", ["Name"])])
            .ShouldBe("REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --");
        BulkResults.ErrorText([new RecordError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])])
            .ShouldBe("INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--");
    }
}
