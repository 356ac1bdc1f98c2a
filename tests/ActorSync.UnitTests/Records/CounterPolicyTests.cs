using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using Shouldly;
using Xunit;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.Domain.Records.RecordMessage;
using static ActorSync.UnitTests.Records.RecordSpec;
using static ActorSync.UnitTests.Records.Spec;
using static ActorSync.UnitTests.Records.Told;

namespace ActorSync.UnitTests.Records;

/// <summary>Rule 5, counter, and invariant I4: what both sides add is added up, or the record says that somebody has to.</summary>
[Trait("Rule", "5")]
[Trait("Invariant", "I4")]
public sealed class CounterPolicyTests
{
    private static readonly FieldValues Ten = Fields((Name, "Ada"), (Count, "10"), (Formula, null));
    private static readonly RowStamp R1 = new(1, 1);
    private static readonly RowStamp R2 = new(1, 2);
    private static readonly RowStamp R3 = new(1, 3);
    private static readonly RowStamp R4 = new(1, 4);

    [Fact]
    public void What_our_write_overwrote_is_added_again() =>
        GivenAgreed(Ten)
            .When(Updated(2, R2, (Count, "10", "11"))).ThenOffered(WriteOperation.Update, "S1", (Count, "11"))
            // Somebody adds 5 before our 11 lands on it, and 2 behind it.
            .When(Changed(3, Row(R2, Ten.With(Count, "11")), null, (Count, "15"))).ThenRowGets(RowOperation.Update, (Count, "16"))
            .When(Landed(3.1, R3, Ten.With(Count, "11"), Ten.With(Count, "16")))
            .When(Confirmed(1, 4)).ThenOffersNothing()
            .When(Changed(5, Row(R3, Ten.With(Count, "16")), 1, (Count, "11"))).ThenOffered(WriteOperation.Update, "S1", (Count, "16"))
            .When(Changed(6, Row(R3, Ten.With(Count, "16")), null, (Count, "13"))).ThenRowGets(RowOperation.Update, (Count, "18"))
            .When(Landed(6.1, R4, Ten.With(Count, "16"), Ten.With(Count, "18")))
            .When(Confirmed(2, 7))
            .When(Changed(8, Row(R4, Ten.With(Count, "18")), 2, (Count, "16"))).ThenOffered(WriteOperation.Update, "S1", (Count, "18"))
            .When(Confirmed(3, 9)).When(Changed(10, Row(R4, Ten.With(Count, "18")), 3, (Count, "18"))).ThenOffersNothing().ThenRowGetsNothing()
            .ThenState(state => state.Counters.ShouldBeEmpty());

    [Fact]
    public void Row_without_a_number_gets_the_0_that_Salesforce_was_given() =>
        GivenAgreed(Ten.With(Count, null)).When(Changed(3, Row(R1, Ten.With(Count, null)), null, (Count, "0"))).ThenRowGets(RowOperation.Update, (Count, "0"));

    [Fact]
    public void Event_told_twice_is_counted_once()
    {
        var told = Changed(3, Row(R2, Ten.With(Count, "11")), null, (Count, "15"));
        GivenAgreed(Ten).When(Updated(2, R2, (Count, "10", "11"))).When(told).When(told).ThenNothing();
    }

    [Fact]
    public void Event_that_comes_behind_our_own_is_for_somebody_to_count()
    {
        var late = Changed(3, Row(R2, Ten.With(Count, "11")), null, (Count, "15"));
        GivenAgreed(Ten).When(Updated(2, R2, (Count, "10", "11")))
            .When(Changed(4, Row(R2, Ten.With(Count, "11")), 1, (Count, "11"))).When(Confirmed(1, 5))
            .When(late).ThenTypes(typeof(ChangeEventTaken), typeof(ConflictFrozen))
            .When(late).ThenNothing();
    }

    [Fact]
    public void Counter_that_waits_because_an_event_came_late_is_read_as_reads_said_nothing_while_it_was_open() =>
        GivenAgreed(Ten).When(Updated(2, R2, (Count, "10", "11"))).When(Confirmed(1, 3))
            .When(Changed(5, Row(R2, Ten.With(Count, "11")), null, (Count, "17"))).When(Landed(5.1, R3, Ten.With(Count, "11"), Ten.With(Count, "18")))
            .When(Read(7, 6, Ten.With(Count, "19"), Row(R3, Ten.With(Count, "18"))))
            .When(Changed(4, Row(R3, Ten.With(Count, "18")), 1, (Count, "11"))).ThenTypes(typeof(ChangeEventTaken), typeof(ConflictFrozen), typeof(ReadBackAsked))
            .When(Read(9, 6, Ten.With(Count, "19"), Row(R3, Ten.With(Count, "18")))).ThenState(state => state.Inbox[Count].Theirs.ShouldBe("19"));

    [Fact]
    public void Event_that_comes_behind_a_later_one_of_somebody_else_is_contained_in_it() =>
        GivenAgreed(Ten).When(Updated(2, R2, (Count, "10", "11")))
            .When(Changed(4, Row(R2, Ten.With(Count, "11")), null, (Count, "17"))).ThenRowGets(RowOperation.Update, (Count, "18"))
            .When(Changed(3, Row(R2, Ten.With(Count, "11")), null, (Count, "15"))).ThenTypes(typeof(ChangeEventTaken)).ThenRowGets(RowOperation.Update, (Count, "18"));

    [Fact]
    public void Own_event_that_does_not_name_the_counter_says_that_it_held_the_value_already() =>
        GivenAgreed(Ten)
            .When(Updated(2, R2, (Count, "10", "11"), (Name, "Ada", "Bob")))
            .When(Changed(3, Row(R2, Ten.With(Count, "11")), null, (Count, "11"))).ThenRowGets(RowOperation.Update, (Count, "12"))
            .When(Landed(3.1, R3, Ten.With(Count, "11"), Ten.With(Count, "12")))
            .When(Confirmed(1, 4))
            .When(Changed(5, Row(R3, Ten.With(Count, "12")), 1, (Name, "Bob"))).ThenOffered(WriteOperation.Update, "S1", (Count, "12"));

    [Fact]
    public void Birth_in_doubt_that_somebody_has_counted_on_from_is_not_added_twice() =>
        New().When(Inserted(1, R1, Fields((Name, "Ada"), (Count, "5")))).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Count, "5"))
            .When(Settled(1, 60, new DoubtAnswer.Overwritten("S1", Fields((Name, "Ada"), (Count, "10")), At(50), At(59))))
            .ThenRowGets(RowOperation.Update, (Count, "10")).ThenOffersNothing();

    // Nobody has counted it down: it was never born, or met a record that knows nothing of it.
    [Fact]
    public void Birth_in_doubt_that_is_found_in_a_record_undeleted_meanwhile_goes_to_somebody()
    {
        var again = new RowStamp(2, 1);
        GivenAgreed(Ten).When(Deleted(2, R1)).When(Inserted(3, again, Ten.With(Count, "25"))).When(Confirmed(1, 4)).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Count, "25"))
            .When(Settled(2, 60, new DoubtAnswer.Overwritten("S1", Ten.With(Count, null), At(50), At(59))))
            .ThenState(state => (state.Inbox[Count].Ours, state.Inbox[Count].Theirs).ShouldBe(("25", null)))
            .When(Read(62, 61, Ten.With(Count, null), Row(again, Ten.With(Count, "25")))).ThenRowGetsNothing();
    }

    // The read that brings the record back may come before the doubt is settled.
    [Fact]
    public void Birth_in_doubt_whose_record_was_undeleted_before_the_doubt_is_settled_goes_to_somebody()
    {
        var again = new RowStamp(2, 1);
        var row = Row(again, Ten.With(Count, "25"));
        GivenAgreed(Ten).When(Deleted(2, R1)).When(Inserted(3, again, Ten.With(Count, "25"))).When(Confirmed(1, 4)).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Count, "25"))
            .When(Read(11, 10, Ten, row)).ThenTypes(typeof(ReadBackAsked))
            .When(Read(13, 12, Ten, row)).ThenState(state => state.Sfid.ShouldBe("S1"))
            .When(Settled(2, 60, new DoubtAnswer.Overwritten("S1", Ten, At(50), At(59))))
            .ThenState(state => (state.Inbox[Count].Ours, state.Inbox[Count].Theirs).ShouldBe(("25", "10")))
            .When(Read(62, 61, Ten, row)).ThenRowGetsNothing();
    }

    // What Salesforce counts between the probe and its answer no change event tells: the record was not linked then.
    [Fact]
    public void Birth_in_doubt_that_is_found_in_an_earlier_record_is_read_again()
    {
        var again = new RowStamp(2, 1);
        GivenAgreed(Ten).When(Deleted(2, R1)).When(Inserted(3, again, Ten.With(Count, "25"))).When(Confirmed(1, 4))
            .When(Settled(2, 60, new DoubtAnswer.Overwritten("S1", Ten, At(50), At(59)))).ThenState(state => state.ReadBacks.ShouldContainKey("S1"))
            .When(Read(62, 61, Ten.With(Count, "13"), Row(again, Ten.With(Count, "25"))))
            .ThenState(state => (state.Inbox[Count].Ours, state.Inbox[Count].Theirs).ShouldBe(("25", "13")));
    }

    [Fact]
    public void Event_from_before_what_a_read_has_shown_is_not_what_somebody_chooses_from() =>
        GivenAgreed(Ten).When(Updated(2, R2, (Count, "10", "11"))).When(new ChangesMissed("S1", "GAP_UPDATE", At(3)))
            .When(Read(6, 5, Ten.With(Count, "17"), Row(R2, Ten.With(Count, "11"))))
            .When(Changed(4, Row(R2, Ten.With(Count, "11")), null, (Count, "15")))
            .ThenState(state => state.Inbox[Count].Theirs.ShouldBe("17"));

    [Fact]
    public void In_ordered_mode_a_record_is_born_with_what_was_counted_before_its_birth_was_offered()
    {
        var at = At(1);
        New(Mapping() with { Mode = WriteMode.Ordered })
            .And(new LocalChanged(1, "x", at, RowOperation.Insert, R1, FieldValues.Empty, Fields((Name, "Ada"), (Count, null)), Ordered: true))
            .And(new LocalChanged(2, "x", at, RowOperation.Update, R2, Fields((Count, null)), Fields((Count, "1")), Ordered: true))
            .When(Updated(3, R3, (Count, "1", "9"), (Name, "Ada", "Bob"))).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Count, "9"))
            .When(Confirmed(1, 4)).ThenOffered(WriteOperation.Update, "S1", (Name, "Bob"));
    }

    [Fact]
    public void After_missing_events_a_counter_waits_for_a_read_and_counts_from_that() =>
        GivenAgreed(Ten).When(new ChangesMissed("S1", "GAP_UPDATE", At(3)))
            .When(Updated(4, R2, (Count, "10", "11"))).ThenOffersNothing()
            .When(Read(6, 2, Ten.With(Count, "17"), Row(R2, Ten.With(Count, "11")))).ThenRowGets(RowOperation.Update, (Count, "18"))
            .ThenOffered(WriteOperation.Update, "S1", (Count, "18"))
            .When(Changed(1, Row(R2, Ten.With(Count, "11")), null, (Count, "15"))).ThenTypes(typeof(ChangeEventTaken));

    [Fact]
    public void Read_that_began_before_an_event_was_taken_takes_no_counter_back_and_is_asked_for_again() =>
        GivenAgreed(Ten).When(new ChangesMissed("S1", "GAP_UPDATE", At(3)))
            .When(Updated(4, R2, (Count, "10", "11")))
            .When(Changed(7, Row(R2, Ten.With(Count, "11")), null, (Count, "17"))).When(Landed(8, R3, Ten.With(Count, "11"), Ten.With(Count, "18")))
            .When(Read(6, 5, Ten.With(Count, "12"), Row(R3, Ten.With(Count, "18")))).ThenRowGetsNothing()
            .ThenState(state => (state.Counters[Count].Known, state.ReadBacks["S1"]).ShouldBe(("17", At(6) + ReadTakes)))
            .When(Read(9, 8, Ten.With(Count, "19"), Row(R3, Ten.With(Count, "18")))).ThenRowGets(RowOperation.Update, (Count, "20"))
            .ThenOffered(WriteOperation.Update, "S1", (Count, "20"));

    [Fact]
    public void Read_that_was_asked_for_before_an_event_was_taken_shows_no_row_an_earlier_count() =>
        GivenAgreed(Ten).When(Read(3, 0, Ten.With(Name, "Bob"), Row(R1, Ten))).ThenTypes(typeof(ReadBackAsked))
            .When(Changed(6, Row(R1, Ten), null, (Count, "16"))).ThenRowGets(RowOperation.Update, (Count, "16"))
            .When(Landed(6.5, R2, Ten, Ten.With(Count, "16")))
            .When(Read(5, 0, Ten.With(Name, "Bob"), Row(R2, Ten.With(Count, "16")))).ThenTypes(typeof(ReadBackAsked)).ThenRowGetsNothing();

    [Fact]
    public void Gap_that_is_told_behind_a_write_of_ours_makes_its_counters_wait_for_somebody_once()
    {
        var gap = new ChangesMissed("S1", "GAP_UPDATE", At(5), new StreamPosition(2500, 1), Row(R2, Ten.With(Count, "11")));
        var told = GivenAgreed(Ten).When(Updated(2, R2, (Count, "10", "11"))).When(Confirmed(1, 3)).When(Changed(4, Row(R2, Ten.With(Count, "11")), 1, (Count, "11"))).ThenState(state => state.Counters.ShouldBeEmpty());
        told.When(gap).ThenTypes(typeof(ChangeEventsMissed), typeof(ConflictFrozen), typeof(ReadBackAsked)).ThenState(state => state.Inbox.ShouldContainKey(Count))
            .When(gap).ThenNothing();
    }

    [Fact]
    public void Events_that_may_be_missing_of_a_birth_wait_for_its_answer()
    {
        var missed = new ChangesMissed("S1", "GAP_UPDATE", At(3));
        var record = New().When(Inserted(1, R1, Fields((Name, "Ada"), (Count, "5"))));
        RecordBehavior.MustWait(record.State, missed).ShouldBeTrue();
        record.When(Confirmed(1, 4));
        RecordBehavior.MustWait(record.State, missed).ShouldBeFalse();
        record.When(missed).ThenTypes(typeof(ReadBackAsked));
    }

    [Fact]
    public void Event_that_was_received_before_a_read_began_is_in_it_though_both_are_of_one_second() =>
        GivenAgreed(Ten).When(new ChangesMissed("S1", "GAP_UPDATE", At(3)))
            .When(Updated(4, R2, (Count, "10", "11")))
            .When(Read(6, 2, Ten.With(Count, "17"), Row(R2, Ten.With(Count, "11")))).When(Landed(7, R3, Ten.With(Count, "11"), Ten.With(Count, "18")))
            .When(Changed(2, Row(R3, Ten.With(Count, "18")), null, (Count, "15"))).ThenTypes(typeof(ChangeEventTaken));

    [Fact]
    public void Event_of_the_second_of_a_read_that_it_may_be_older_than_waits_for_a_fresh_read() =>
        GivenAgreed(Ten).When(new ChangesMissed("S1", "GAP_UPDATE", At(3)))
            .When(Read(4, 3.5, Ten.With(Count, "13"), Row(R1, Ten))).When(Landed(4.5, R2, Ten, Ten.With(Count, "13")))
            .When(Changed(3.5, Row(R2, Ten.With(Count, "13")), null, (Count, "12")) with { AsOf = At(3.5), Seen = At(5) }).ThenTypes(typeof(ChangeEventTaken), typeof(ReadBackAsked)).ThenRowGetsNothing()
            .When(Read(6, 3.5, Ten.With(Count, "14"), Row(R2, Ten.With(Count, "13")))).ThenRowGets(RowOperation.Update, (Count, "14"));

    [Fact]
    public void Events_of_the_second_of_a_read_behind_which_a_sum_is_outside_add_up_when_our_own_has_come() =>
        GivenAgreed(Ten)
            .When(Updated(2, R2, (Count, "10", "11"))).ThenOffered(WriteOperation.Update, "S1", (Count, "11"))
            .When(Changed(0, Row(R2, Ten.With(Count, "11")), null, (Count, "7")) with { Seen = At(3) }).ThenRowGets(RowOperation.Update, (Count, "8"))
            .When(Changed(0.5, Row(R2, Ten.With(Count, "11")), null, (Count, "10")) with { AsOf = At(0), Seen = At(3) }).ThenRowGetsNothing()
            .When(Confirmed(1, 4))
            .When(Changed(5, Row(R2, Ten.With(Count, "11")), 1, (Count, "11"))).ThenRowGetsNothing().ThenState(state => state.Counters.ShouldBeEmpty());

    [Fact]
    public void Event_from_before_the_read_that_made_the_row_does_not_take_it_back_though_the_stream_has_just_begun() =>
        GivenAgreed(Ten)
            .When(Changed(5, Row(R1, Ten), 1, (Name, "Ada")) with { AsOf = At(0) })
            .When(Changed(6, Row(R1, Ten), null, (Count, "4")) with { AsOf = At(-1), Seen = At(6) }).ThenTypes(typeof(ChangeEventTaken)).ThenRowGetsNothing();

    [Fact]
    public void Event_from_before_the_read_takes_no_row_back_though_its_counter_was_open_when_the_stream_began() =>
        GivenAgreed(Ten)
            .When(Updated(2, R2, (Count, "10", "11"))).When(Refused(1, 3))
            .When(Changed(5, Row(R2, Ten.With(Count, "11")), 7, (Name, "Ada")) with { AsOf = At(0) })
            .When(Skipped(5.5)).ThenState(state => state.Counters.ShouldBeEmpty())
            .When(Changed(6, Row(R2, Ten.With(Count, "11")), null, (Count, "4")) with { AsOf = At(-1), Seen = At(6) }).ThenTypes(typeof(ChangeEventTaken)).ThenRowGetsNothing();

    [Fact]
    public void Event_from_before_a_read_that_came_while_the_counter_was_open_is_counted_when_it_is_closed() =>
        GivenAgreed(Ten)
            .When(Updated(2, R2, (Count, "10", "11"))).When(Confirmed(1, 3))
            // Shows our 11, and 5 that somebody has added since, and is no word about an open counter.
            .When(Read(6, 5, Ten.With(Count, "16"), Row(R2, Ten.With(Count, "11")))).ThenRowGetsNothing()
            .When(Changed(3.5, Row(R2, Ten.With(Count, "11")), 1, (Count, "11")) with { Seen = At(7) }).ThenState(state => state.Counters.ShouldBeEmpty())
            .When(Changed(4.5, Row(R2, Ten.With(Count, "11")), null, (Count, "16")) with { Seen = At(7) }).ThenRowGets(RowOperation.Update, (Count, "16"));

    [Fact]
    public void Event_of_a_write_of_ours_whose_sum_is_settled_says_nothing() =>
        New().When(Inserted(1, R1, Fields((Name, "Ada"), (Count, "5")))).When(Confirmed(1, 2))
            .When(Read(4, 3, Fields((Name, "Ada"), (Count, "8"), (Formula, null)), Row(R1, Fields((Name, "Ada"), (Count, "5"), (Formula, null)))))
            .When(Landed(5, R2, Fields((Name, "Ada"), (Count, "5")), Fields((Name, "Ada"), (Count, "8"))))
            .When(Changed(4.5, Row(R2, Fields((Name, "Ada"), (Count, "8"))), 1, (Name, "Ada"), (Count, "5")) with { Seen = At(6) }).ThenTypes(typeof(ChangeEventTaken)).ThenRowGetsNothing();

    [Fact]
    public void Counter_that_is_frozen_before_its_row_has_its_value_is_frozen_with_the_one_it_is_about_to_get() =>
        GivenAgreed(Ten)
            .When(Updated(2, R2, (Count, "10", "11"))).When(Confirmed(1, 3)).When(Changed(4, Row(R2, Ten.With(Count, "11")), 1, (Count, "11")))
            .When(Changed(6, Row(R2, Ten.With(Count, "11")), null, (Count, "15"))).ThenRowGets(RowOperation.Update, (Count, "15"))
            .When(Changed(3.5, Row(R2, Ten.With(Count, "11")), null, (Count, "13"))).ThenTypes(typeof(ChangeEventTaken), typeof(ConflictFrozen))
            .ThenState(state => state.Inbox[Count].Ours.ShouldBe("15"));

    [Fact]
    public void Event_from_before_a_read_takes_no_counter_back() =>
        GivenAgreed(Ten).When(Changed(1, Row(R1, Ten), null, (Count, "10")))
            .When(Read(6, 5, Ten.With(Count, "26"), Row(R1, Ten))).When(Landed(7, R2, Ten, Ten.With(Count, "26")))
            .When(Changed(3, Row(R2, Ten.With(Count, "26")), null, (Count, "17"))).ThenTypes(typeof(ChangeEventTaken)).ThenRowGetsNothing();

    [Fact]
    public void What_is_counted_in_a_life_that_is_not_born_yet_is_not_added_to_the_one_before() =>
        GivenAgreed(Ten).When(Updated(2, R2, (Phone, null, "1"))).When(Deleted(3, R2)).When(Inserted(3, new RowStamp(2, 1), Fields((Name, "Ada"))))
            .When(Updated(4, new RowStamp(2, 2), (Count, null, "4"))).ThenState(state => state.Counters.ShouldBeEmpty())
            .When(Confirmed(1, 5)).When(Confirmed(2, 6)).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Count, "4"));

    [Fact]
    public void Event_of_other_fields_does_not_make_one_of_a_counter_late() =>
        GivenAgreed(Ten)
            .When(Updated(2, R2, (Count, "10", "11")))
            .When(Changed(5, Row(R2, Ten.With(Count, "11")), null, (Name, "Bob")))
            .When(Changed(4, Row(R2, Ten.With(Count, "11")), null, (Count, "15"))).ThenRowGets(RowOperation.Update, (Count, "16"));

    [Fact]
    public void Cents_add_up_exactly_and_empty_counts_as_nothing() =>
        GivenAgreed(Ten.With(Count, null))
            .When(Updated(2, R2, (Count, null, "0.1"))).ThenOffered(WriteOperation.Update, "S1", (Count, "0.1"))
            .When(Updated(3, R3, (Count, "0.1", "0.3")))
            .When(Confirmed(1, 4)).When(Changed(5, Row(R3, Ten.With(Count, "0.3")), 1, (Count, "0.1"))).ThenOffered(WriteOperation.Update, "S1", (Count, "0.3"));

    [Fact]
    public void Application_that_counts_on_a_row_still_owed_a_sum_loses_nothing() =>
        GivenAgreed(Ten)
            .When(Changed(2, Row(R1, Ten), null, (Count, "15"))).ThenRowGets(RowOperation.Update, (Count, "15"))
            .When(Updated(3, R2, (Count, "10", "11"))).ThenOffered(WriteOperation.Update, "S1", (Count, "16"))
            .ThenRowGets(RowOperation.Update, (Count, "16"));

    [Fact]
    public void Inner_change_that_is_logged_first_is_counted_with_the_outer() =>
        GivenAgreed(Ten)
            .And(new LocalChanged(1, "x", At(1), RowOperation.Update, R2, Fields((Name, "Ada")), Fields((Name, "Bob"))))
            .And(new RecordParked(new ParkedError(ParkedError.Postgres, "x", "x", "x", At(1))))
            .When(Updated(2, R4, (Count, "12", "13")))
            .When(Updated(2, R3, (Count, "10", "12")))
            .ThenState(state => (state.Counters.TryGetValue(Count, out var counter) ? counter.Known : null).ShouldBe("10"));

    [Fact]
    public void Refused_sum_is_parked_and_the_next_one_holds_it_all() =>
        GivenAgreed(Ten)
            .When(Updated(2, R2, (Count, "10", "11"))).When(Refused(1, 3)).ThenState(state => state.Parked.ShouldNotBeNull())
            .When(Updated(4, R3, (Count, "11", "13"))).ThenOffered(WriteOperation.Update, "S1", (Count, "13"));

    [Fact]
    public void Write_proved_not_applied_is_added_to_what_Salesforce_has_now() =>
        GivenAgreed(Ten)
            .When(Updated(2, R2, (Count, "10", "11")))
            .When(Changed(3, Row(R2, Ten.With(Count, "11")), null, (Count, "15")))
            .When(Settled(1, 60, new DoubtAnswer.NotApplied())).ThenOffered(WriteOperation.Update, "S1", (Count, "16"));

    [Fact]
    public void Doubt_that_only_values_answer_goes_to_somebody() =>
        GivenAgreed(Ten)
            .When(Updated(2, R2, (Count, "10", "11")))
            // Somebody else may have made it 11.
            .When(Settled(1, 60, new DoubtAnswer.Applied("S1"))).ThenState(state => state.Inbox[Count].ShouldBe(new InboxEntry("11", "10", "11", At(60), Counted: true)));

    [Fact]
    public void Counter_that_a_lost_write_leaves_to_somebody_is_read_again_where_the_stream_has_told_more() =>
        GivenAgreed(Ten)
            .When(Updated(2, R2, (Count, "10", "11")))
            .When(Changed(3, Row(R2, Ten.With(Count, "11")), null, (Count, "12")))
            .When(Settled(1, 60, new DoubtAnswer.Overwritten("S1", Fields((Name, "Ada"), (Count, "10")), At(2), At(2.5))))
            .ThenAlso(new ReadBackAsked("S1", $"{Count} waits for somebody, and it is not known what Salesforce holds", At(60)))
            .ThenState(state => state.Inbox[Count].Theirs.ShouldBe("10"))
            .When(Read(61, 3, Ten.With(Count, "12"), Row(R3, Ten.With(Count, "13")))).ThenState(state => state.Inbox[Count].Theirs.ShouldBe("12"));

    [Fact]
    public void Event_of_our_own_earlier_write_does_not_take_back_what_a_read_has_shown_since() =>
        New().When(Inserted(1, R1, Fields((Name, "Ada"), (Count, "1")))).When(Confirmed(1, 2))
            .When(new ChangesMissed("S1", "the stream was cut", At(3)))
            .When(Read(5, 4, Fields((Name, "Ada"), (Count, "8")), Row(R1, Fields((Name, "Ada"), (Count, "1"))))).ThenRowGets(RowOperation.Update, (Count, "8"))
            .When(Landed(5.5, R2, Fields((Count, "1")), Fields((Count, "8"))))
            .When(Updated(6, R3, (Count, "8", "9"))).ThenOffered(WriteOperation.Update, "S1", (Count, "9"))
            .When(Changed(1.5, Row(R3, Fields((Name, "Ada"), (Count, "9"))), 1, (Count, "1"))).ThenRowGetsNothing();

    [Fact]
    public void What_was_counted_while_a_birth_was_outside_that_is_refused_is_in_the_next_one_once() =>
        New().When(Inserted(1, R1, Fields((Name, "Ada"), (Count, "3"))))
            .When(Updated(2, R2, (Count, "3", "8"))).When(Refused(1, 3))
            .When(Updated(4, R3, (Count, "8", "16"))).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Count, "16"))
            .When(Confirmed(2, 5)).ThenOffersNothing();

    [Fact]
    public void What_was_counted_while_a_birth_was_outside_that_never_arrived_goes_with_the_next_one() =>
        New().When(Inserted(1, R1, Fields((Name, "Ada"))))
            .When(Updated(2, R2, (Count, null, "4"))).When(Settled(1, 60, new DoubtAnswer.NotApplied())).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Count, "4"))
            .When(Confirmed(2, 61)).ThenOffersNothing();

    [Fact]
    public void Doubt_after_our_own_event_was_seen_is_no_doubt() =>
        GivenAgreed(Ten)
            .When(Updated(2, R2, (Count, "10", "11")))
            .When(Changed(3, Row(R2, Ten.With(Count, "11")), 1, (Count, "11")))
            .When(Settled(1, 60, new DoubtAnswer.Unprovable("two readings"))).ThenState(state => state.Inbox.ShouldBeEmpty());

    [Fact]
    public void Gap_in_the_stream_freezes_what_is_open_and_somebody_chooses_the_sum() =>
        GivenAgreed(Ten)
            .When(Updated(2, R2, (Count, "10", "11"))).When(Confirmed(1, 3))
            .When(new ChangesMissed("S1", "the stream was cut", At(4))).ThenState(state => state.Inbox.ShouldContainKey(Count))
            .When(Read(5, 4, Ten.With(Count, "14"), Row(R2, Ten.With(Count, "11")))).ThenState(state => state.Inbox[Count].Theirs.ShouldBe("14"))
            .When(ChosenValue(6, Count, "15")).ThenOffered(WriteOperation.Update, "S1", (Count, "15")).ThenRowGets(RowOperation.Update, (Count, "15"))
            .When(Updated(7, R3, (Count, "11", "12"))).ThenRowGets(RowOperation.Update, (Count, "16"));

    [Fact]
    public void Read_says_nothing_about_an_open_counter_and_other_fields_flow() =>
        GivenAgreed(Ten)
            .When(Updated(2, R2, (Count, "10", "11"))).When(Confirmed(1, 3))
            .When(Read(5, 4, Ten.With(Fields((Count, "14"), (Name, "Bob"))), Row(R2, Ten.With(Count, "11")))).ThenRowGets(RowOperation.Update, (Name, "Bob"));

    [Fact]
    public void Choice_of_what_is_no_number_is_unexpected() =>
        GivenAgreed(Ten).When(Updated(2, R2, (Count, "10", "11"))).When(new ChangesMissed("S1", "GAP_UPDATE", At(3)))
            .When(ChosenValue(4, Count, "many")).ThenTypes(typeof(Unexpected)).ThenState(state => state.Inbox.ShouldContainKey(Count));

    [Fact]
    public void Skipped_sum_is_given_up() =>
        GivenAgreed(Ten)
            .When(Updated(2, R2, (Count, "10", "11"))).When(Refused(1, 3))
            .When(Skipped(4)).ThenAlso(new OperatorActed(OperatorAction.Skip, "ada", WriteOperation.Update, Fields((Count, "11")), At(4)))
            .When(Read(5, 4, Ten, Row(R2, Ten.With(Count, "11")))).ThenOffersNothing().ThenRowGets(RowOperation.Update, (Count, "10"));
}
