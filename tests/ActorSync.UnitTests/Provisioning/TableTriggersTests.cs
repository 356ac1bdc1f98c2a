using ActorSync.Configuration;
using ActorSync.Provisioning;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Provisioning.Describes;

namespace ActorSync.UnitTests.Provisioning;

/// <summary>The statements word for word: a changed trigger is made anew on every mapped table.</summary>
public sealed class TableTriggersTests
{
    private const string Table = "\"salesforce\".\"account\"";

    private static readonly string[] Shared =
    [
        $$"""create or replace trigger "!actorsync_capture" after insert or update or delete on {{Table}} for each row execute function "actorsync"."capture_plain"('7', 'actorsync_id__c', '{"name","phone"}')""",
        $"alter table {Table} enable always trigger \"!actorsync_capture\"",
        $"""create or replace trigger "zz_actorsync_revise" before insert or update on {Table} for each row execute function "actorsync"."revise"()""",
        $"alter table {Table} enable always trigger \"zz_actorsync_revise\"",
        $"""create or replace trigger "zz_actorsync_truncate" before truncate on {Table} for each statement execute function "actorsync"."refuse_truncate"()""",
        $"alter table {Table} enable always trigger \"zz_actorsync_truncate\"",
    ];

    private const string Changed = """when ((old."actorsync_id__c", old."name", old."phone") is distinct from (new."actorsync_id__c", new."name", new."phone"))""";

    [Fact]
    public void Read_write_mapping_captures_revises_and_marks() =>
        Statements(MappingAccess.ReadWrite).ShouldBe([
            .. Shared.Select(statement => statement.Replace("\"revise\"()", "\"revise\"('{\"name\",\"phone\"}')", StringComparison.Ordinal)),
            $"""create or replace trigger "zz_actorsync_pending" before update on {Table} for each row {Changed} execute function "actorsync"."mark_pending"()""",
            $"alter table {Table} disable trigger \"zz_actorsync_pending\""]);

    [Fact]
    public void Read_only_mapping_captures_revises_and_refuses() => Statements(MappingAccess.ReadOnly).ShouldBe([
        .. Shared,
        $"""create or replace trigger "zz_actorsync_read_only" before insert or delete on {Table} for each row execute function "actorsync"."refuse_write"()""",
        $"alter table {Table} enable always trigger \"zz_actorsync_read_only\"",
        $"""create or replace trigger "zz_actorsync_read_only_update" before update on {Table} for each row {Changed} execute function "actorsync"."refuse_write"()""",
        $"alter table {Table} enable always trigger \"zz_actorsync_read_only_update\""]);

    [Fact]
    public void Field_of_intent_has_a_trigger_that_sorts_before_capture()
    {
        var statements = Statements(MappingAccess.ReadWrite, "Phone").ToArray();
        statements.Except(Statements(MappingAccess.ReadWrite)).ShouldBe([
            Shared[0][..^1] + ", 'intent')",
            $"""create or replace trigger "!actorsync_asserts_phone" after update of "phone" on {Table} for each row when (old."phone" is not distinct from new."phone") execute function "actorsync"."note_intent"('phone')""",
            $"alter table {Table} enable always trigger \"!actorsync_asserts_phone\""]);
        string.CompareOrdinal("!actorsync_asserts_phone", "!actorsync_capture").ShouldBeLessThan(0);
    }

    [Theory]
    [InlineData("date")]
    [InlineData("datetime")]
    [InlineData("time")]
    public void Settings_are_fixed_where_a_columns_text_depends_on_them(string type)
    {
        var mapping = Mapping("Account", "Name", "On__c");
        var (plan, _) = Plan(mapping, Object("Account", Field("Name", "string", 255), Field("On__c", type)));
        TableTriggers.Of(plan!)[0].Function.ShouldBe("capture");
    }

    [Fact]
    public void Triggers_of_columns_of_the_longest_names_differ_and_sort_before_capture()
    {
        string[] fields = [new string('A', 59) + "X__c", new string('A', 59) + "Y__c"];
        var mapping = Mapping("Account", fields);
        var (plan, _) = Plan(
            mapping with { Fields = [.. mapping.Fields.Select(field => field with { Intent = true })] },
            Object("Account", [.. fields.Select(field => Field(field, "string", 9))]));
        var names = TableTriggers.Of(plan!).Where(trigger => trigger.Function == "note_intent").Select(trigger => trigger.Name).ToArray();
        names.Distinct().Count().ShouldBe(2);
        names.ShouldAllBe(name => name.Length <= 63 && string.CompareOrdinal(name, "!actorsync_capture") < 0);
    }

    private static IEnumerable<string> Statements(MappingAccess access, string? intent = null)
    {
        var mapping = Mapping("Account", "Name", "Phone") with { Access = access };
        var (plan, _) = Plan(mapping with { Fields = [.. mapping.Fields.Select(field => field with { Intent = field.Name == intent })] }, Object("Account", Field("Name", "string", 255), Field("Phone", "phone", 40)));
        return TableTriggers.Of(plan!).SelectMany(trigger => trigger.Create(plan!.Mapping));
    }
}
