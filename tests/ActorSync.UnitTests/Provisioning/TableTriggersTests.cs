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
        $$"""create or replace trigger "!actorsync_capture" after insert or update or delete on {{Table}} for each row execute function "actorsync"."capture"('7', 'actorsync_id__c', '{"name","phone"}')""",
        $"alter table {Table} enable always trigger \"!actorsync_capture\"",
        $"""create or replace trigger "zz_actorsync_key" before update on {Table} for each row when ((old."actorsync_id__c") is distinct from (new."actorsync_id__c")) execute function "actorsync"."refuse_key_change"('actorsync_id__c')""",
        $"alter table {Table} enable always trigger \"zz_actorsync_key\"",
        $"""create or replace trigger "zz_actorsync_revise" before insert or update on {Table} for each row execute function "actorsync"."revise"()""",
        $"alter table {Table} enable always trigger \"zz_actorsync_revise\"",
        $"""create or replace trigger "zz_actorsync_truncate" before truncate on {Table} for each statement execute function "actorsync"."refuse_truncate"()""",
        $"alter table {Table} enable always trigger \"zz_actorsync_truncate\"",
    ];

    private const string Changed = """when ((old."name", old."phone") is distinct from (new."name", new."phone"))""";

    [Fact]
    public void Read_write_mapping_captures_revises_and_marks() => Statements(MappingAccess.ReadWrite).ShouldBe([
        .. Shared,
        $"""create or replace trigger "zz_actorsync_pending" before update on {Table} for each row {Changed} execute function "actorsync"."mark_pending"()""",
        $"alter table {Table} enable always trigger \"zz_actorsync_pending\""]);

    [Fact]
    public void Read_only_mapping_captures_revises_and_refuses() => Statements(MappingAccess.ReadOnly).ShouldBe([
        .. Shared,
        $"""create or replace trigger "zz_actorsync_read_only" before insert or delete on {Table} for each row execute function "actorsync"."refuse_write"()""",
        $"alter table {Table} enable always trigger \"zz_actorsync_read_only\"",
        $"""create or replace trigger "zz_actorsync_read_only_update" before update on {Table} for each row {Changed} execute function "actorsync"."refuse_write"()""",
        $"alter table {Table} enable always trigger \"zz_actorsync_read_only_update\""]);

    private static IEnumerable<string> Statements(MappingAccess access)
    {
        var (plan, _) = Plan(Mapping("Account", "Name", "Phone") with { Access = access }, Object("Account", Field("Name", "string", 255), Field("Phone", "phone", 40)));
        return TableTriggers.Of(plan!.Mapping).SelectMany(trigger => trigger.Create(plan.Mapping));
    }
}
