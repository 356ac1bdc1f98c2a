using ActorSync.OrgSimulator.Org;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulator;

public sealed class UpsertTests
{
    private readonly TestOrg _org = new();

    [Fact]
    public void Upsert_creates_what_it_does_not_find_and_updates_what_it_finds()
    {
        RecordResult created = _org.Upsert("Account", "A-1", ("Name", "First"));
        RecordResult updated = _org.Upsert("Account", "a-1", ("Name", "Second"));

        created.Created.ShouldBeTrue();
        updated.ShouldBe(new RecordResult(created.Id, true, false, updated.Errors));
        _org.Value(created.Id!, "Name").ShouldBe("Second");
    }

    [Fact]
    public void Same_external_id_twice_in_a_call_is_an_error_of_all_of_them()
    {
        IReadOnlyList<RecordResult> results = _org.Model.Upsert("ActorSync_Id__c",
            [Account("A-1"), Account("A-2"), Account(" a-1 ")], _org.Context);

        RecordError error = results[0].ShouldFail("DUPLICATE_VALUE");
        error.Message.ShouldBe("Duplicate external id specified: A-1");
        error.Fields.ShouldBe(["ActorSync_Id__c"]);
        results[1].ShouldSucceed();
        results[2].ShouldFail("DUPLICATE_VALUE");
        _org.Model.Count("Account").ShouldBe(1);
    }

    [Fact]
    public void Missing_external_id_is_a_missing_argument() =>
        _org.Model.Upsert("ActorSync_Id__c", [TestOrg.Input("Account", null, ("Name", "A"))], _org.Context)[0]
            .ShouldFail("MISSING_ARGUMENT").Message.ShouldBe("ActorSync_Id__c not specified");

    [Fact]
    public void Several_matches_are_an_error_that_names_them()
    {
        var org = new TestOrg("""{"objects": [{"object": "Account", "fields": [{"name": "Code__c", "label": "Code", "type": "text", "length": 10, "externalId": true}]}]}""");
        string first = org.Created("Account", ("Name", "A"), ("Code__c", "X"));
        string second = org.Created("Account", ("Name", "B"), ("Code__c", "X"));

        RecordError error = org.Model.Upsert("Code__c", [TestOrg.Input("Account", null, ("Code__c", "X"))], org.Context)[0].ShouldFail("DUPLICATE_EXTERNAL_ID");

        error.Message.ShouldBe($"Code: more than one record found for external id field: [{first}, {second}]");
        error.Fields.ShouldBe(["Code__c"]);
    }

    [Fact]
    public void External_id_that_is_not_unique_matches_with_regard_to_case()
    {
        var org = new TestOrg("""{"objects": [{"object": "Account", "fields": [{"name": "Code__c", "type": "text", "length": 10, "externalId": true}]}]}""");
        org.Created("Account", ("Name", "A"), ("Code__c", "X"));

        org.Model.Upsert("Code__c", [TestOrg.Input("Account", null, ("Name", "B"), ("Code__c", "x"))], org.Context)[0].Created.ShouldBeTrue();
    }

    [Fact]
    public void Soft_deleted_record_does_not_match()
    {
        string gone = _org.Account("A", "A-1");
        _org.Delete(gone);

        RecordResult result = _org.Upsert("Account", "A-1", ("Name", "B"));

        result.Created.ShouldBeTrue();
        result.Id.ShouldNotBe(gone);
    }

    [Fact]
    public void Soft_deleted_record_matches_where_the_options_say_so()
    {
        var org = new TestOrg(options: new OrgOptions { UpsertMatchesDeleted = true });
        org.Delete(org.Account("A", "A-1"));

        org.Upsert("Account", "A-1", ("Name", "B")).ShouldFail("ENTITY_IS_DELETED");
    }

    [Fact]
    public void Upsert_by_Id_creates_without_one_and_updates_with_one()
    {
        string id = _org.Account();

        IReadOnlyList<RecordResult> results = _org.Model.Upsert("Id",
            [TestOrg.Input("Account", id, ("Name", "B")), TestOrg.Input("Account", null, ("Name", "C")), TestOrg.Input("Account", "001", ("Name", "D"))], _org.Context);

        results[0].Created.ShouldBeFalse();
        results[1].Created.ShouldBeTrue();
        results[2].ShouldFail("MALFORMED_ID");
        _org.Value(id, "Name").ShouldBe("B");
    }

    [Fact]
    public void Upsert_by_an_id_lookup_field_is_allowed()
    {
        string id = _org.Created("Contact", ("LastName", "A"), ("Email", "a@example.com"));

        _org.Model.Upsert("Email", [TestOrg.Input("Contact", null, ("Email", "a@example.com"), ("LastName", "B"))], _org.Context)[0].Id.ShouldBe(id);
    }

    [Fact]
    public void Upsert_by_any_other_field_refuses_the_call() =>
        Should.Throw<OrgFaultException>(() => _org.Model.Upsert("Phone", [TestOrg.Input("Account", null, ("Phone", "1"))], _org.Context))
            .Message.ShouldBe("Field name provided, Phone does not match an External ID, Salesforce Id, or indexed field for Account");

    private static RecordInput Account(string externalId) => TestOrg.Input("Account", null, ("Name", externalId), ("ActorSync_Id__c", externalId));
}
