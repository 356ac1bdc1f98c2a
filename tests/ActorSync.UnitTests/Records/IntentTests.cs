using ActorSync.Domain.Faults;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using Shouldly;
using Xunit;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.UnitTests.Records.RecordSpec;
using static ActorSync.UnitTests.Records.Spec;
using static ActorSync.UnitTests.Records.Told;

namespace ActorSync.UnitTests.Records;

/// <summary>Fields of intent: what the application sets is said to Salesforce, whether or not it was so already.</summary>
public sealed class IntentTests
{
    private static readonly FieldValues Ada = Fields((Name, "Ada"), (Phone, "1"), (City, null), (Formula, null));
    private static readonly FieldValues AdaThere = Fields((Name, "Ada"), (Phone, "9"), (City, null), (Formula, null));
    private static readonly RowStamp R2 = new(1, 2);
    private static readonly RowStamp R3 = new(1, 3);
    private static readonly RowStamp R4 = new(1, 4);

    private static ObjectMapping PhoneIsIntent { get; } =
        Mapping() with { Fields = [.. Mapping().Fields.Select(mapped => mapped.Name == Phone ? mapped with { Intent = true } : mapped)] };

    [Fact]
    public void Value_set_to_itself_is_sent() =>
        GivenAgreed(Ada, PhoneIsIntent)
            .When(Updated(2, R2, (Phone, "1", "1")))
            .Then(
                new LocalChanged(1, "x", At(2), RowOperation.Update, R2, Fields((Phone, "1")), Fields((Phone, "1")), Intents: new FieldNames(Phone)),
                new WriteOffered(1, WriteOperation.Update, "S1", Fields((Phone, "1")), Fields((Phone, "1")), At(2), R2, At(2), Position: 1));

    [Fact]
    public void Fields_without_intent_are_journaled_as_ever() =>
        GivenAgreed(Ada, PhoneIsIntent)
            .When(Updated(2, R2, (Name, "Ada", "Grace")))
            .ThenAlso(new LocalChanged(1, "x", At(2), RowOperation.Update, R2, Fields((Name, "Ada")), Fields((Name, "Grace"))));

    [Fact]
    public void Value_put_back_before_it_was_offered_is_sent() =>
        GivenAgreed(Ada, PhoneIsIntent)
            .When(Updated(2, R2, (Name, "Ada", "Grace")))
            .When(Updated(3, R3, (Phone, "1", "2")))
            .When(Updated(4, R4, (Phone, "2", "1")))
            .When(Confirmed(1, 5)).ThenOffered(WriteOperation.Update, "S1", (Phone, "1"));

    [Fact]
    public void Value_set_to_itself_waits_with_what_is_changed_behind_it() =>
        GivenAgreed(Ada, PhoneIsIntent)
            .When(Updated(2, R2, (Name, "Ada", "Grace")))
            .When(Updated(3, R3, (Phone, "1", "1")))
            .When(Updated(4, R4, (City, null, "Ulm")))
            .When(Confirmed(1, 5)).ThenOffered(WriteOperation.Update, "S1", (City, "Ulm"), (Phone, "1"));

    [Fact]
    public void Lost_write_of_a_value_set_to_itself_is_sent_again_with_what_came_since() =>
        GivenAgreed(Ada, PhoneIsIntent)
            .When(Updated(2, R2, (Phone, "1", "1"))).ThenOffered(WriteOperation.Update, "S1", (Phone, "1"))
            .When(Updated(3, R3, (City, null, "Ulm")))
            .When(Settled(1, 9, new DoubtAnswer.NotApplied())).ThenOffered(WriteOperation.Update, "S1", (City, "Ulm"), (Phone, "1"));

    [Fact]
    public void Value_set_to_itself_in_a_lost_write_that_was_overwritten_is_said_again() =>
        GivenAgreed(Ada, PhoneIsIntent)
            .When(Updated(2, R2, (Name, "Ada", "Grace"), (Phone, "1", "1"))).ThenOffered(WriteOperation.Update, "S1", (Name, "Grace"), (Phone, "1"))
            .When(Settled(1, 60, new DoubtAnswer.Overwritten("S1", Fields((Name, "Bob"), (Phone, "1")), At(50), At(59)))).ThenConflict(Name, Side.Salesforce)
            .ThenOffered(WriteOperation.Update, "S1", (Phone, "1"));

    [Fact]
    public void Lost_write_that_was_put_back_since_is_sent_as_it_is_now() =>
        GivenAgreed(Ada, PhoneIsIntent)
            .When(Updated(2, R2, (Phone, "1", "2"))).ThenOffered(WriteOperation.Update, "S1", (Phone, "2"))
            .When(Updated(3, R3, (Phone, "2", "1")))
            .When(Settled(1, 9, new DoubtAnswer.NotApplied())).ThenOffered(WriteOperation.Update, "S1", (Phone, "1"));

    // Salesforce's change was made in second 10, read in second 20; the tolerance is two seconds.
    [Theory]
    [InlineData(15, Side.Postgres)]
    [InlineData(5, Side.Salesforce)]
    public void Value_set_to_itself_meets_an_unseen_change_as_a_conflict(double at, Side winner)
    {
        var spec = GivenAgreed(Ada, PhoneIsIntent)
            .When(Updated(2, R2, (Name, "Ada", "Grace")))
            .When(Updated(at, R3, (Phone, "1", "1")))
            .When(Read(20, 10, AdaThere, Row(R3, Ada.With(Name, "Grace")))).ThenConflict(Phone, winner);
        if (winner == Side.Postgres)
        {
            spec.ThenRowGetsNothing().When(Confirmed(1, 21)).ThenOffered(WriteOperation.Update, "S1", (Phone, "1"));
        }
        else
        {
            spec.ThenRowGets(RowOperation.Update, (Phone, "9")).When(Confirmed(1, 21)).ThenOffersNothing();
        }
    }

    [Fact]
    public void Value_set_to_itself_while_the_row_still_has_to_be_told_another_is_a_conflict() =>
        GivenAgreed(Ada, PhoneIsIntent)
            .When(Read(6, 5, AdaThere, Row(new RowStamp(1, 1), Ada))).ThenRowGets(RowOperation.Update, (Phone, "9"))
            .When(Updated(15, R2, (Phone, "1", "1"))).ThenConflict(Phone, Side.Postgres)
            .ThenOffered(WriteOperation.Update, "S1", (Phone, "1")).ThenRowGetsNothing();

    // A trigger of the application changes the row again: the inner change is logged first.
    [Fact]
    public void Value_set_to_itself_that_is_logged_late_stays_with_the_later_one() =>
        GivenAgreed(Ada, PhoneIsIntent)
            .When(Updated(2, R2, (Name, "Ada", "Grace")))
            .When(Updated(3, R4, (Phone, "1", "1")))
            .When(Updated(3, R3, (Phone, "1", "1")))
            .When(Confirmed(1, 5)).ThenOffered(WriteOperation.Update, "S1", (Phone, "1"))
            .When(Confirmed(2, 6)).ThenOffersNothing();

    [Fact]
    public void Value_that_is_set_back_and_logged_late_is_sent_as_it_was_set_last() =>
        GivenAgreed(Ada, PhoneIsIntent)
            .When(Updated(2, R2, (Name, "Ada", "Grace")))
            .When(Updated(3, R3, (Phone, "1", "2")))
            .When(Updated(4, new RowStamp(1, 5), (City, null, "x")))
            .When(Updated(4, R4, (Phone, "2", "1")))
            .When(Confirmed(1, 5)).ThenOffered(WriteOperation.Update, "S1", (City, "x"), (Phone, "1"));

    [Fact]
    public void Value_set_to_itself_that_is_logged_behind_its_later_write_says_nothing_more() =>
        GivenAgreed(Ada, PhoneIsIntent)
            .When(Updated(3, R3, (Phone, "1", "1"))).ThenOffered(WriteOperation.Update, "S1", (Phone, "1"))
            .When(Updated(3, R2, (Phone, "1", "1")))
            .When(Confirmed(1, 5)).ThenOffersNothing();

    [Fact]
    public void Parked_record_is_tried_again_when_its_value_is_set_to_itself() =>
        GivenAgreed(Ada, PhoneIsIntent)
            .When(Updated(2, R2, (Phone, "1", "bad")))
            .When(Refused(1, 3)).ThenState(state => state.Parked.ShouldNotBeNull())
            .When(Updated(4, R3, (Phone, "bad", "bad"))).ThenOffered(WriteOperation.Update, "S1", (Phone, "bad"))
            .ThenState(state => state.Parked.ShouldBeNull());
}
