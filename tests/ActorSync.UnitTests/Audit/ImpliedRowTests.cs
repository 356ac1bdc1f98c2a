using ActorSync.Audit;
using ActorSync.Domain.Records;
using Shouldly;
using Xunit;
using static ActorSync.Domain.Records.RecordEvent;

namespace ActorSync.UnitTests.Audit;

public sealed class ImpliedRowTests
{
    private const string Sfid = "001A0000000000AAAA";
    private static readonly DateTimeOffset At = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Inserts_updates_and_touches_add_up()
    {
        var row = ImpliedRow.Fold([Insert(1, ("Name", "a"), ("Phone", "1")), Update(1, 2, ("Phone", "2")), new RowTouched(new RowStamp(1, 3), At)]);

        row.Stamp.ShouldBe(new RowStamp(1, 3));
        row.Fields.ShouldBe(FieldValues.Of(("Name", "a"), ("Phone", "2")));
    }

    [Fact]
    public void A_later_revision_that_was_logged_first_keeps_its_value()
    {
        var row = ImpliedRow.Fold([Insert(1, ("Phone", "1")), Update(1, 3, ("Phone", "3")), Update(1, 2, ("Phone", "2"), ("Fax", "f"))]);

        row.Stamp.ShouldBe(new RowStamp(1, 3));
        row.Fields.ShouldBe(FieldValues.Of(("Phone", "3"), ("Fax", "f")));
    }

    [Fact]
    public void A_delete_leaves_nothing_and_a_straggler_of_the_ended_life_revives_nothing()
    {
        var delete = new LocalChanged(1, "1", At, RowOperation.Delete, new RowStamp(1, 2), FieldValues.Empty, FieldValues.Empty);

        ImpliedRow.Fold([Insert(1, ("Phone", "1")), delete, Update(1, 2, ("Phone", "2"))]).Stamp.ShouldBeNull();
    }

    [Fact]
    public void A_later_life_starts_without_the_values_of_the_ended_one()
    {
        var delete = new LocalChanged(1, "1", At, RowOperation.Delete, new RowStamp(1, 1), FieldValues.Empty, FieldValues.Empty);

        ImpliedRow.Fold([Insert(1, ("Phone", "1"), ("Fax", "f")), delete, Insert(2, ("Phone", "2"))]).Fields.ShouldBe(FieldValues.Of(("Phone", "2")));
    }

    [Fact]
    public void The_engines_own_writes_and_what_triggers_made_of_them_count()
    {
        var row = ImpliedRow.Fold(
        [
            new RowWritten(RowOperation.Insert, new RowStamp(4, 1), FieldValues.Of(("Name", "ada")), new RowStatus(Sfid: Sfid), At),
            new LocalChanged(0, "", At, RowOperation.Update, new RowStamp(4, 1), FieldValues.Of(("Name", "ada")), FieldValues.Of(("Name", "ADA")), ByTrigger: true),
            new RowWritten(RowOperation.Update, new RowStamp(4, 2), FieldValues.Of(("Phone", "1")), new RowStatus(LastOp: "SYNCED"), At),
        ]);

        row.Stamp.ShouldBe(new RowStamp(4, 2));
        row.Sfid.ShouldBe(Sfid);
        row.Fields.ShouldBe(FieldValues.Of(("Name", "ADA"), ("Phone", "1")));
    }

    [Fact]
    public void The_engines_own_delete_ends_the_row() =>
        ImpliedRow.Fold([Insert(1, ("Phone", "1")), new RowWritten(RowOperation.Delete, null, FieldValues.Empty, new RowStatus(), At)]).Stamp.ShouldBeNull();

    private static LocalChanged Insert(long birth, params (string, string?)[] fields) =>
        new(1, "1", At, RowOperation.Insert, new RowStamp(birth, 1), FieldValues.Empty, FieldValues.Of(fields));

    private static LocalChanged Update(long birth, long revision, params (string, string?)[] fields) =>
        new(1, "1", At, RowOperation.Update, new RowStamp(birth, revision), FieldValues.Empty, FieldValues.Of(fields));
}
