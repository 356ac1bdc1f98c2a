using ActorSync.Domain.Records;
using Shouldly;
using Xunit;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.UnitTests.Records.RecordSpec;
using static ActorSync.UnitTests.Records.Spec;
using static ActorSync.UnitTests.Records.Told;

namespace ActorSync.UnitTests.Records;

/// <summary>Rules 4 and 5, manual: a field that waits in the inbox is frozen on both sides until somebody chooses; the other fields flow.</summary>
[Trait("Rule", "5")]
[Trait("Invariant", "I2")]
public sealed class ManualPolicyTests
{
    private static readonly FieldValues Ada = Fields((Name, "Ada"), (Phone, "1"), (City, null), (Formula, null));
    private static readonly RowStamp R1 = new(1, 1);
    private static readonly RowStamp R2 = new(1, 2);
    private static readonly RowStamp R3 = new(1, 3);
    private static readonly RowStamp R4 = new(1, 4);
    private static readonly RowStamp R5 = new(1, 5);

    [Fact]
    public void Frozen_field_keeps_the_latest_of_both_sides_while_the_others_flow() =>
        Frozen()
            .When(Updated(12, R4, (Phone, "2", "4"), (Name, "Ada", "Grace"))).ThenOffered(WriteOperation.Update, "S1", (Name, "Grace"))
            .When(Confirmed(2, 13))
            .When(Read(14, 13, Ada.With(Fields((Name, "Grace"), (Phone, "5"), (City, "Rome"))), Row(R4, Ada.With(Fields((Name, "Grace"), (Phone, "4"), (City, "x"))))))
            .ThenRowGets(RowOperation.Update, (City, "Rome")).ThenOffersNothing()
            .ThenState(state => state.Inbox[Phone].ShouldBe(new InboxEntry("4", "1", "5", At(10) + ReadTakes)));

    [Fact]
    public void Same_evidence_again_changes_nothing_while_a_field_is_frozen()
    {
        var read = Read(14, 13, Ada.With(Phone, "5"), Row(R3, Ada.With(Phone, "2")));
        Frozen().When(read).When(read).ThenNothing();
    }

    [Fact]
    public void Change_that_meets_one_value_of_Salesforce_after_the_other_while_it_waits_to_be_sent_is_no_endless_round()
    {
        var (second, third) = (new RowStamp(1, 2), new RowStamp(1, 3));
        var agreed = Fields((Name, "Ada"), (Phone, "1"), (City, null), (Formula, null));
        var record = GivenAgreed(agreed, Mapping(ConflictPolicy.PostgresWins)).When(Updated(2, second, (City, null, "x"))).When(Updated(3, third, (Name, "Ada", "a")));
        for (var i = 1; i <= RecordState.RoundsMax + 2; i++)
        {
            record.When(Read(3 + i, 2 + i, agreed.With(Name, $"S{i}"), Row(third, agreed.With(Fields((Name, "a"), (City, "x")))))).ThenConflict(Name, Side.Postgres);
        }

        record.When(Confirmed(1, 20)).ThenOffered(WriteOperation.Update, "S1", (Name, "a"));
    }

    [Fact]
    public void Choosing_the_row_sends_its_value() =>
        Frozen().When(Chosen(20, Phone, Side.Postgres)).ThenOffered(WriteOperation.Update, "S1", (Phone, "2")).ThenRowGetsNothing()
            .ThenState(state => state.Inbox.ShouldBeEmpty());

    [Fact]
    public void Choosing_Salesforce_writes_the_row() =>
        Frozen().When(Chosen(20, Phone, Side.Salesforce)).ThenOffersNothing().ThenRowGets(RowOperation.Update, (Phone, "3"));

    [Fact]
    public void Value_of_neither_side_goes_to_both() =>
        Frozen().When(ChosenValue(20, Phone, " 9 ")).ThenOffered(WriteOperation.Update, "S1", (Phone, "9")).ThenRowGets(RowOperation.Update, (Phone, "9"));

    [Fact]
    public void Field_is_free_once_both_sides_say_the_same() =>
        Frozen().When(Updated(20, R4, (Phone, "2", "3"))).ThenOffersNothing().ThenState(state => state.Inbox.ShouldBeEmpty())
            .When(Updated(21, R5, (Phone, "3", "6"))).ThenOffered(WriteOperation.Update, "S1", (Phone, "6"));

    [Fact]
    public void Change_by_Salesforce_before_the_chosen_value_is_sent_freezes_the_field_again() =>
        Frozen().And(new RecordParked(new ParkedError(ParkedError.Postgres, "UPDATE", "23514", "x", At(15))))
            .When(ChosenValue(20, Phone, "9")).ThenOffersNothing()
            .When(Read(22, 21, Ada.With(Phone, "7"), Row(R3, Ada.With(Phone, "2")))).ThenOffersNothing()
            .ThenState(state => state.Inbox[Phone].ShouldBe(new InboxEntry("9", "3", "7", At(22) + ReadTakes)))
            .ThenRowGets(RowOperation.Update, (Phone, "9"))
            .When(Chosen(23, Phone, Side.Salesforce)).ThenRowGets(RowOperation.Update, (Phone, "7"));

    [Fact]
    public void Inner_change_that_is_logged_behind_the_outer_does_not_bring_an_older_value_back() =>
        Frozen().When(Updated(20, R5, (Phone, "4", "5"))).When(Updated(20, R4, (Phone, "2", "4")))
            .ThenState(state => state.Inbox[Phone].Ours.ShouldBe("5"));

    [Fact]
    public void Value_found_after_a_lost_write_is_frozen_with_ours() =>
        GivenAgreed(Ada, Mapping(phone: ConflictPolicy.Manual))
            .When(Updated(2, R2, (Phone, "1", "2")))
            .When(Settled(1, 60, new DoubtAnswer.Overwritten("S1", Fields((Phone, "3")), At(50), At(59)))).ThenOffersNothing()
            .ThenState(state => state.Inbox[Phone].ShouldBe(new InboxEntry("2", "1", "3", At(60))));

    [Fact]
    public void Delete_of_either_side_ends_the_conflict_and_says_what_was_lost() =>
        Frozen().When(ReadGone(20, 19)).ThenConflict("*", Side.Salesforce)
            .ThenState(state => state.Inbox.ShouldBeEmpty())
            .ThenAlso(new ConflictResolved("*", null, "{Phone=2}", "deleted", Side.Salesforce, "delete wins", At(20) + ReadTakes));

    [Fact]
    public void Choice_about_a_field_that_is_not_frozen_is_unexpected() =>
        Frozen().When(Chosen(20, Name, Side.Postgres)).ThenTypes(typeof(Unexpected));

    // A write of another field is outside when the conflict comes, so that ours is still queued.
    private static RecordSpec Frozen() =>
        GivenAgreed(Ada, Mapping(phone: ConflictPolicy.Manual))
            .When(Updated(2, R2, (City, null, "x")))
            .When(Updated(3, R3, (Phone, "1", "2"))).ThenOffersNothing()
            .When(Read(10, 9, Ada.With(Fields((Phone, "3"), (City, "x"))), Row(R3, Ada.With(Fields((Phone, "2"), (City, "x"))))))
            .ThenAlso(new ConflictFrozen(Phone, "1", "2", "3", "the policy is manual", At(10) + ReadTakes))
            .When(Confirmed(1, 11)).ThenOffersNothing().ThenRowGetsNothing();
}
