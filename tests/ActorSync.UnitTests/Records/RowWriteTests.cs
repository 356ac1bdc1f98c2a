using ActorSync.Domain.Records;
using Shouldly;
using Xunit;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.UnitTests.Records.RecordSpec;
using static ActorSync.UnitTests.Records.Spec;
using static ActorSync.UnitTests.Records.Told;

namespace ActorSync.UnitTests.Records;

/// <summary>Rules 0 and 8: what becomes of our writes of the row, and what the application's BEFORE triggers make of them.</summary>
[Trait("Rule", "0")]
public sealed class RowWriteTests
{
    private static readonly FieldValues Ada = Fields((Name, "Ada"), (Phone, "1"), (City, null), (Formula, null));
    private static readonly RowStamp R1 = new(1, 1);
    private static readonly RowStamp R2 = new(1, 2);
    private static readonly RowStamp R3 = new(1, 3);

    [Fact]
    public void Value_that_a_trigger_makes_of_ours_is_a_local_change_of_it() =>
        GivenAgreed(Ada)
            .When(Read(3, 2, Ada.With(Name, "Grace"), Row(R1, Ada)))
            .When(Landed(4, R2, Ada, Ada.With(Name, "GRACE"))).ThenOffered(WriteOperation.Update, "S1", (Name, "GRACE"))
            .ThenState(state => state.Outstanding!.Write.Base.ShouldBe(Fields((Name, "Grace"))));

    [Fact]
    public void Field_that_a_trigger_changes_when_we_write_another_is_a_local_change_of_it() =>
        GivenAgreed(Ada)
            .When(Read(3, 2, Ada.With(Phone, "2"), Row(R1, Ada)))
            .When(Landed(4, R2, Ada, Ada.With(Fields((Name, "ADA"), (Phone, "2"))))).ThenOffered(WriteOperation.Update, "S1", (Name, "ADA"))
            .ThenState(state => state.Outstanding!.Write.Base.ShouldBe(Fields((Name, "Ada"))));

    [Fact]
    public void Field_that_a_trigger_changes_when_we_write_the_status_is_a_local_change_of_it() =>
        GivenAgreed(Ada)
            .When(Updated(2, R2, (Phone, "1", "2")))
            .When(Confirmed(1, 3))
            .When(Landed(3, R3, Ada.With(Phone, "2"), Ada.With(Fields((Name, "ADA"), (Phone, "2"))))).ThenOffered(WriteOperation.Update, "S1", (Name, "ADA"));

    [Fact]
    public void Value_as_it_was_is_no_change() =>
        GivenAgreed(Ada)
            .When(Read(3, 2, Ada.With(Phone, "2"), Row(R1, Ada)))
            .When(Landed(4, R2, Ada, Ada.With(Phone, "2"))).ThenTypes(typeof(RowWritten));

    [Fact]
    public void Formula_that_a_trigger_changes_stays_the_affair_of_the_table() =>
        GivenAgreed(Ada)
            .When(Read(3, 2, Ada.With(Phone, "2"), Row(R1, Ada)))
            .When(Landed(4, R2, Ada, Ada.With(Fields((Formula, "9"), (Phone, "2"))))).ThenTypes(typeof(RowWritten));

    [Fact]
    public void Field_that_triggers_rewrite_at_each_write_waits_for_somebody()
    {
        var spec = GivenAgreed(Ada).When(Read(3, 2, Ada.With(Phone, "2"), Row(R1, Ada)));
        for (var round = 1; round <= RecordState.RoundsMax; round++)
        {
            spec.State.Inbox.ShouldBeEmpty();
            var before = Ada.With(Name, $"x{round - 1}");
            spec = spec.When(Landed(3 + round, new RowStamp(1, 1 + round), before, before.With(Name, $"x{round}")));
            spec = spec.State.Outstanding is { } write ? spec.When(Confirmed(write.WriteNo, 3 + round)) : spec;
        }

        spec.ThenOffersNothing().ThenState(state => state.Inbox[Name].ShouldBe(new InboxEntry("x3", "x2", "x2", At(6))));
    }
}
