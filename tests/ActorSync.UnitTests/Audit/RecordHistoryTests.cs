using ActorSync.Audit;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Records;
using Shouldly;
using Xunit;
using static ActorSync.Domain.Records.RecordEvent;

namespace ActorSync.UnitTests.Audit;

public sealed class RecordHistoryTests
{
    private static readonly Guid Id = new("22222222-2222-4222-8222-222222222222");
    private static readonly DateTimeOffset At = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly RowStamp Stamp = new(1, 1);

    private static readonly ObjectMapping Account = new(
        1, "Account", "salesforce", "account", MappingAccess.ReadWrite, "ActorSync_Id__c", "actorsync_id__c", ConflictPolicy.LatestWins, Side.Salesforce, TimeSpan.FromSeconds(2),
        [
            new FieldMapping("Phone", "phone", FieldKind.Text, 0, 40, true, true, null),
            new FieldMapping("AnnualRevenue", "annualrevenue", FieldKind.Number, 2, 0, true, true, null),
        ]);

    private static readonly RecordEvent[] Journal =
        [new LocalChanged(1, "1", At, RowOperation.Insert, Stamp, FieldValues.Empty, FieldValues.Of(("Phone", "1"), ("AnnualRevenue", "12.5")))];

    private static readonly string Snapshot = new RecordCodec().WriteState(RecordEvolve.Fold(RecordState.Initial, Journal));
    private static readonly TableRow Row = new(Stamp, null, FieldValues.Of(("Phone", "1"), ("AnnualRevenue", "12.5")));

    [Fact]
    public void A_journal_that_folds_to_its_snapshot_and_its_row_has_no_difference() =>
        RecordHistory.Compare(Account, Id, Journal, Snapshot, Row).ShouldBeEmpty();

    [Fact]
    public void A_snapshot_with_another_order_of_members_is_the_same()
    {
        var members = System.Text.Json.Nodes.JsonNode.Parse(Snapshot)!.AsObject().Reverse().Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()));

        RecordHistory.Compare(Account, Id, Journal, new System.Text.Json.Nodes.JsonObject(members).ToJsonString(), Row).ShouldBeEmpty();
    }

    [Fact]
    public void A_row_that_was_changed_behind_the_journal_is_told_by_field() =>
        RecordHistory.Compare(Account, Id, Journal, Snapshot, Row with { Fields = Row.Fields.With("Phone", "2") })
            .ShouldHaveSingleItem().ToString().ShouldBe($"Account {Id}: field Phone: the journal says 1, stored is 2");

    [Fact]
    public void A_row_of_another_version_is_told_by_version() =>
        RecordHistory.Compare(Account, Id, Journal, Snapshot, Row with { Stamp = new RowStamp(1, 2) }).ShouldHaveSingleItem().Where.ShouldBe("row version");

    [Fact]
    public void A_missing_row_and_a_row_without_a_journal_differ()
    {
        RecordHistory.Compare(Account, Id, Journal, Snapshot, null).ShouldHaveSingleItem().Stored.ShouldBeNull();
        RecordHistory.Compare(Account, Id, [], null, Row).ShouldHaveSingleItem().Journal.ShouldBeNull();
    }

    [Fact]
    public void A_snapshot_that_the_journal_does_not_fold_to_differs()
    {
        var other = new RecordCodec().WriteState(RecordState.Initial);

        RecordHistory.Compare(Account, Id, Journal, other, Row).ShouldHaveSingleItem().Where.ShouldBe("snapshot");
        RecordHistory.Compare(Account, Id, Journal, null, Row).ShouldHaveSingleItem().Where.ShouldBe("snapshot");
    }

    [Fact]
    public void An_sfid_that_the_row_lost_differs()
    {
        RecordEvent[] journal = [new RowWritten(RowOperation.Insert, Stamp, Row.Fields, new RowStatus(Sfid: "001A0000000000AAAA"), At)];
        var snapshot = new RecordCodec().WriteState(RecordEvolve.Fold(RecordState.Initial, journal));

        RecordHistory.Compare(Account, Id, journal, snapshot, Row).ShouldHaveSingleItem().Where.ShouldBe("sfid");
    }
}
