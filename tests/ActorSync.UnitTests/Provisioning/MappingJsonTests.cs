using ActorSync.Configuration;
using ActorSync.Domain.Mapping;
using ActorSync.Provisioning;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Provisioning.Describes;

namespace ActorSync.UnitTests.Provisioning;

/// <summary>The stored form outlives the program's version: this text must stay readable as it is.</summary>
public sealed class MappingJsonTests
{
    private const string Golden =
        """{"number":7,"objectName":"Contact","schema":"salesforce","table":"contact","access":"ReadWrite",""" +
        """ "externalIdField":"ActorSync_Id__c","externalIdColumn":"actorsync_id__c","policy":"LatestWins","tieBreak":"Salesforce","clockTolerance":"00:00:02",""" +
        """ "fields":[{"name":"Email","column":"email","kind":"Text","scale":0,"length":80,"creatable":true,"updatable":true,"policy":null,"parent":null,"intent":false},""" +
        """ {"name":"Account.ActorSync_Id__c","column":"account__actorsync_id__c","kind":"Parent","scale":0,"length":0,"creatable":true,"updatable":true,"policy":null,""" +
        """ "parent":{"relationship":"Account","referenceField":"AccountId","parentObject":"Account","externalIdField":"ActorSync_Id__c"},"intent":false}]}""";

    [Fact]
    public void Mapping_is_stored_as_ever()
    {
        var (plan, _) = Plan(
            Mapping("Contact", "Email", "Account.ActorSync_Id__c"),
            Object("Contact", Field("Email", "email", 80), Reference("AccountId", "Account", "Account")),
            Object("Account"));
        MappingStore.ToJson(plan!.Mapping).ShouldBe(Golden.Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Mapping_stored_before_there_was_intent_has_none() =>
        MappingStore.FromJson(Golden.Replace(",\"intent\":false", "", StringComparison.Ordinal)).Fields.ShouldAllBe(field => !field.Intent);

    [Fact]
    public void Mode_and_delete_are_stored_where_they_are_not_the_default()
    {
        var (plan, _) = Plan(Mapping("Contact", "Email") with { Mode = WriteModeConfig.Ordered, Delete = DeletePolicyConfig.SoftDelete }, Object("Contact", Field("Email", "email", 80)));
        var stored = MappingStore.FromJson(MappingStore.ToJson(plan!.Mapping));
        (stored.Mode, stored.Delete).ShouldBe((WriteMode.Ordered, DeletePolicy.SoftDelete));
    }

    [Fact]
    public void Options_of_writes_are_stored_where_there_are_some()
    {
        var asking = Mapping("Contact", "Email") with { DuplicateRules = DuplicateRulesConfig.AllowSave, FieldTruncation = FieldTruncationConfig.Allow };
        Stored(asking).ShouldBe(new WriteOptions { SaveDuplicates = true, TruncateTexts = true });
        Stored(Mapping("Contact", "Email") with { AssignmentRule = AssignmentRuleChoice.Default }).ShouldBe(new WriteOptions { DefaultAssignmentRule = true });
        Stored(Mapping("Contact", "Email") with { AssignmentRule = new AssignmentRuleChoice(IsDefault: false, "01Q5g000000abcdEAA") })
            .ShouldBe(new WriteOptions { AssignmentRuleId = "01Q5g000000abcdEAA" });
        Stored(Mapping("Contact", "Email")).ShouldBeNull();

        static WriteOptions? Stored(MappingConfig mapping) =>
            MappingStore.FromJson(MappingStore.ToJson(Plan(mapping, Object("Contact", Field("Email", "email", 80))).Plan!.Mapping)).WriteOptions;
    }

    [Fact]
    public void Stored_mapping_is_read_whole() => MappingStore.ToJson(MappingStore.FromJson(Golden)).ShouldBe(Golden.Replace(" ", "", StringComparison.Ordinal));
}
