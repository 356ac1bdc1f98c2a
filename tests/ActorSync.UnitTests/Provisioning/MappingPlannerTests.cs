using ActorSync.Configuration;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Salesforce.Rest;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Provisioning.Describes;
using MappingAccess = ActorSync.Configuration.MappingAccess;

namespace ActorSync.UnitTests.Provisioning;

public sealed class MappingPlannerTests
{
    private static ObjectDescribe Account { get; } = Object(
        "Account",
        Field("Name", "string", 255),
        Field("Phone", "phone", 40),
        Field("BillingAddress", "address"),
        Field("BillingStreet", "textarea", 255) with { CompoundFieldName = "BillingAddress" },
        Field("BillingLatitude", "double") with { Precision = 18, Scale = 15, CompoundFieldName = "BillingAddress" },
        Field("Total__c", "currency") with { Precision = 18, Scale = 2, Calculated = true },
        Field("Logo__c", "base64"),
        Reference("OwnerId", "Owner", "User", "Group"),
        Reference("ParentId", "Parent", "Account"));

    [Fact]
    public void Mapping_takes_its_names_from_the_describe_and_its_choices_from_the_configuration()
    {
        var config = Mapping("account", "NAME") with
        {
            Access = MappingAccess.ReadOnly,
            Policy = ConflictPolicyConfig.PostgresWins,
            TieBreak = TieBreakConfig.PostgresWins,
            ExternalId = "actorsync_id__C",
        };
        var mapping = Planned(config, Account);
        mapping.ShouldBe(
            new ObjectMapping(
                7, "Account", "salesforce", "account", Domain.Mapping.MappingAccess.ReadOnly, "ActorSync_Id__c", "actorsync_id__c",
                ConflictPolicy.PostgresWins, Side.Postgres, TimeSpan.FromSeconds(2), mapping.Fields));
        mapping.Fields.ShouldBe([new("Name", "name", FieldKind.Text, 0, 255, Creatable: true, Updatable: true, ConflictPolicy.LatestWins)]);
    }

    [Fact]
    public void Field_without_a_policy_of_its_own_has_none() =>
        Planned(Mapping("Account", "Name"), Account).Fields[0].Policy.ShouldBeNull();

    [Fact]
    public void Calculated_field_is_mapped_and_never_sent()
    {
        var field = Planned(Mapping("Account", "Total__c"), Account).Fields[0];
        (field.Kind, field.Scale, field.Creatable, field.Updatable).ShouldBe((FieldKind.Number, 2, false, false));
    }

    [Fact]
    public void Field_the_user_cannot_edit_is_mapped_and_never_sent()
    {
        var described = Object("Account", Field("Rating", "picklist", 255) with { Createable = false, Updateable = false });
        var field = Planned(Mapping("Account", "Rating"), described).Fields[0];
        (field.Creatable, field.Updatable).ShouldBe((false, false));
    }

    [Fact]
    public void Parent_by_external_id_is_a_uuid_column_that_takes_its_rights_from_the_reference()
    {
        var contact = Object("Contact", Reference("AccountId", "Account", "Account") with { Updateable = false });
        var (plan, errors) = Plan(Mapping("Contact", "account.actorsync_id__c"), contact, Account);
        errors.ShouldBeEmpty();
        plan!.Columns.ShouldHaveSingleItem().Type.Text.ShouldBe("uuid");
        plan.Mapping.Fields.ShouldBe([
            new("Account.ActorSync_Id__c", "account__actorsync_id__c", FieldKind.Parent, 0, 0, Creatable: true, Updatable: false, null)
            {
                Parent = new ParentLink("Account", "AccountId", "Account", "ActorSync_Id__c"),
            }]);
    }

    [Fact]
    public void Object_may_be_its_own_parent() =>
        Planned(Mapping("Account", "Parent.ActorSync_Id__c"), Account).Fields[0].Parent!.ParentObject.ShouldBe("Account");

    [Theory]
    [InlineData("Phnoe", "mapping Account, field Phnoe: Account has no such field that the integration user can see; did you mean Phone? Correct the name, take it out, or give the user read access to the field")]
    [InlineData("Total", "mapping Account, field Total: Account has no such field that the integration user can see; did you mean Total__c? Correct the name, take it out, or give the user read access to the field")]
    [InlineData("Xylophone", "mapping Account, field Xylophone: Account has no such field that the integration user can see. Correct the name, take it out, or give the user read access to the field")]
    [InlineData("BillingAddress", "mapping Account, field BillingAddress: BillingAddress is a compound (address), which has no column: map its components BillingStreet, BillingLatitude")]
    [InlineData("Logo__c", "mapping Account, field Logo__c: a field of type base64 cannot be mapped: take it out of fields")]
    [InlineData("Id", "mapping Account, field Id: every mapped table has the column id already: take the field out of fields")]
    [InlineData("SystemModstamp", "mapping Account, field SystemModstamp: every mapped table has the column systemmodstamp already: take the field out of fields")]
    [InlineData("ActorSync_Id__c", "mapping Account, field ActorSync_Id__c: every mapped table has the column actorsync_id__c already: take the field out of fields")]
    [InlineData("Parnt.ActorSync_Id__c", "mapping Account, field Parnt.ActorSync_Id__c: Account has no relationship Parnt; did you mean Parent? Write Relationship.ExternalIdField, for a custom lookup Parent__r.ActorSync_Id__c")]
    [InlineData("Owner.ActorSync_Id__c", "mapping Account, field Owner.ActorSync_Id__c: OwnerId can point at User, Group, an external id is of one object: map OwnerId itself")]
    [InlineData("Parent.Phone", "mapping Account, field Parent.Phone: Phone is of type phone, a UUID needs text: create a Text(36) field of another name on Account, marked External ID and Unique, and name it instead")]
    public void Wrong_field_is_named_with_what_to_do(string field, string error) =>
        Errors(Mapping("Account", field), Account).ShouldBe([error]);

    [Fact]
    public void Parent_object_the_user_cannot_see_is_named()
    {
        var contact = Object("Contact", Reference("AccountId", "Account", "Account"));
        Errors(Mapping("Contact", "Account.ActorSync_Id__c"), contact).ShouldBe([
            "mapping Contact, field Account.ActorSync_Id__c: the parent object Account does not exist for the integration user: give it Read on Account, or map AccountId itself"]);
    }

    [Fact]
    public void Column_longer_than_postgres_takes_is_refused()
    {
        var relationship = new string('R', 45) + "__r";
        var contact = Object("Contact", Reference("R__c", relationship, "Account"));
        Errors(Mapping("Contact", relationship + ".ActorSync_Id__c"), contact, Account).ShouldHaveSingleItem().ShouldContain("would have 65 bytes, PostgreSQL takes 63", Case.Sensitive);
    }

    [Fact]
    public void Missing_external_id_field_says_which_field_to_create()
    {
        var described = Account with { Fields = [.. Account.Fields.Where(field => field.Name != "ActorSync_Id__c")] };
        Errors(Mapping("Account", "Name"), described).ShouldBe([
            "mapping Account, external-id: Account has no field ActorSync_Id__c that the integration user can see. " +
            "Create a Text(36) field ActorSync_Id__c on Account, marked External ID and Unique, and let the integration user read and edit it (field-level security)"]);
    }

    public static TheoryData<string, string> WrongExternalIds => new()
    {
        { "type", "ActorSync_Id__c is of type double, a UUID needs text: create a Text(36) field of another name on Account, marked External ID and Unique, and name it instead" },
        { "auto", "ActorSync_Id__c is an auto number, a UUID needs text: create a Text(36) field of another name on Account, marked External ID and Unique, and name it instead" },
        { "length", "ActorSync_Id__c is Text(30), a UUID has 36 characters: change its length to 36 in Setup, Object Manager, Account" },
        { "unique", "ActorSync_Id__c is not marked Unique: mark it in Setup, Object Manager, Account, Fields" },
        { "external", "ActorSync_Id__c is not marked External ID: mark it in Setup, Object Manager, Account, Fields" },
        { "neither", "ActorSync_Id__c is not marked External ID and Unique: mark it in Setup, Object Manager, Account, Fields" },
        { "locked", "the integration user may not edit ActorSync_Id__c: give it edit access to the field (permission set or profile, field-level security)" },
    };

    [Theory]
    [MemberData(nameof(WrongExternalIds))]
    public void Wrong_external_id_field_says_what_to_change(string wrong, string error)
    {
        var right = ExternalId("ActorSync_Id__c");
        var field = wrong switch
        {
            "type" => right with { Type = "double" },
            "auto" => right with { AutoNumber = true },
            "length" => right with { Length = 30 },
            "unique" => right with { Unique = false },
            "external" => right with { ExternalId = false },
            "neither" => right with { Unique = false, ExternalId = false },
            _ => right with { Updateable = false },
        };
        var described = Account with { Fields = [field, .. Account.Fields.Where(other => other.Name != field.Name)] };
        Errors(Mapping("Account", "Name"), described).ShouldBe(["mapping Account, external-id: " + error]);
    }

    [Fact]
    public void Read_only_mapping_needs_no_right_to_edit()
    {
        var described = Account with
        {
            Createable = false,
            Updateable = false,
            Fields = [.. Account.Fields.Select(field => field with { Createable = false, Updateable = false })],
        };
        Errors(Mapping("Account", "Name") with { Access = MappingAccess.ReadOnly }, described).ShouldBeEmpty();
        Errors(Mapping("Account", "Name"), described).ShouldBe([
            "mapping Account, access: Account cannot be created or updated by the integration user: write access = read_only, or give it Create and Edit on the object",
            "mapping Account, external-id: the integration user may not edit ActorSync_Id__c: give it edit access to the field (permission set or profile, field-level security)"]);
    }

    [Fact]
    public void All_errors_of_a_mapping_come_at_once() =>
        Errors(Mapping("Account", "Nme", "Name", "BillingAddress", "Nix.X"), Account with { Queryable = false, Updateable = false, Replicateable = false }).Count.ShouldBe(6);

    private static ObjectMapping Planned(MappingConfig config, params ObjectDescribe[] org)
    {
        var (plan, errors) = Plan(config, org);
        errors.ShouldBeEmpty();
        return plan.ShouldNotBeNull().Mapping;
    }

    private static List<string> Errors(MappingConfig config, params ObjectDescribe[] org) => Plan(config, org).Errors;
}
