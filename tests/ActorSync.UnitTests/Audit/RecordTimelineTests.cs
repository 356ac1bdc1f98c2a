using System.Collections.Immutable;
using ActorSync.Audit;
using ActorSync.Domain.Faults;
using ActorSync.Domain.Records;
using Shouldly;
using Xunit;
using static ActorSync.Domain.Records.RecordEvent;

namespace ActorSync.UnitTests.Audit;

public sealed class RecordTimelineTests
{
    private const string Sfid = "001A0000000000AAAA";
    private static readonly DateTimeOffset At = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly Guid Submission = new("11111111-1111-7111-8111-111111111111");
    private static readonly RowStamp Stamp = new(7, 2);

    [Fact]
    public void An_update_of_the_application_names_its_transaction_and_each_field_from_and_to()
    {
        var line = Single(new LocalChanged(9, "4711", At, RowOperation.Update, Stamp, FieldValues.Of(("Phone", "1")), FieldValues.Of(("Phone", "2"))));

        line.Who.ShouldBe(Actor.Application);
        line.WhoText.ShouldBe("application, transaction 4711");
        line.Text.ShouldBe("updated the row (revision 7.2)");
        line.Changes.ShouldBe([new FieldChange("Phone", "1", "2")]);
    }

    [Fact]
    public void An_insert_tells_only_the_fields_that_have_a_value() =>
        Single(new LocalChanged(9, "1", At, RowOperation.Insert, Stamp, FieldValues.Empty, FieldValues.Of(("Fax", null), ("Phone", "2"))))
            .Changes.ShouldBe([new FieldChange("Phone", null, "2")]);

    [Fact]
    public void A_delete_tells_what_was_there() =>
        Single(new LocalChanged(9, "1", At, RowOperation.Delete, Stamp, FieldValues.Of(("Phone", "2")), FieldValues.Empty))
            .Changes.ShouldBe([new FieldChange("Phone", "2", null)]);

    [Fact]
    public void What_the_applications_trigger_made_of_our_write_is_not_laid_at_anybody_elses_door()
    {
        var line = Single(new LocalChanged(0, "", At, RowOperation.Update, Stamp, FieldValues.Of(("Name", "a")), FieldValues.Of(("Name", "A")), ByTrigger: true));

        line.Who.ShouldBe(Actor.ApplicationTrigger);
        line.Transaction.ShouldBeNull();
    }

    [Fact]
    public void An_applied_write_names_its_submission_and_what_kind_of_write_it_was()
    {
        var lines = RecordTimeline.Of(Journal(
            new WriteOffered(3, WriteOperation.Update, Sfid, FieldValues.Of(("Phone", "2")), FieldValues.Of(("Phone", "1")), At, Stamp, At),
            new WriteApplied(3, Submission, Sfid, At)));

        lines[0].Changes.ShouldBe([new FieldChange("Phone", "1", "2")]);
        lines[1].Submission.ShouldBe(Submission);
        lines[1].Text.ShouldBe($"Salesforce applied write 3 (update) to {Sfid}");
    }

    [Fact]
    public void A_write_that_a_read_proved_has_no_submission() => Single(new WriteApplied(1, Guid.Empty, Sfid, At)).Submission.ShouldBeNull();

    [Fact]
    public void A_change_in_Salesforce_tells_the_fields_and_when_it_was_made()
    {
        var line = Single(new RemoteTaken(Sfid, At, At.AddSeconds(1), FieldValues.Of(("Phone", "1")), FieldValues.Of(("Phone", "2")), Insert: false));

        line.WhoText.ShouldBe("Salesforce");
        line.Text.ShouldContain("2030-01-02 03:04:05Z");
        line.Changes.ShouldBe([new FieldChange("Phone", "1", "2")]);
    }

    [Fact]
    public void A_conflict_shows_both_values_and_what_became_of_the_losing_one()
    {
        var line = Single(new ConflictResolved("Phone", "0", "here", "there", Side.Salesforce, "LatestWins", At));

        line.Text.ShouldContain("here 'here', there 'there', before '0'; Salesforce wins");
        line.Changes.ShouldBe([new FieldChange("Phone", "here", "there")]);
    }

    [Fact]
    public void A_refusal_carries_the_code_and_the_reason() =>
        Single(new WriteRejected(1, Submission, "STRING_TOO_LONG", "Phone: data value too large", At)).Text.ShouldContain("STRING_TOO_LONG: Phone: data value too large");

    [Fact]
    public void Every_event_can_be_told()
    {
        RecordEvent[] all =
        [
            new LocalChanged(1, "1", At, RowOperation.Update, Stamp, FieldValues.Empty, FieldValues.Empty),
            new RowTouched(Stamp, At),
            new WriteOffered(1, WriteOperation.Insert, null, FieldValues.Empty, FieldValues.Empty, At, Stamp, At),
            new WriteApplied(1, Submission, Sfid, At),
            new ReferencesDeferred(1, new FieldNames("Parent.ActorSync_Id__c"), At),
            new WriteNotApplied(1, Submission, At),
            new WriteOverwritten(1, Submission, Sfid, FieldValues.Of(("Phone", "1")), At),
            new WriteRejected(1, Submission, "C", "R", At),
            new RecordParked(new ParkedError(ParkedError.Postgres, "INSERT", "23505", "duplicate", At)),
            new RemoteTaken(Sfid, At, At, FieldValues.Empty, FieldValues.Empty, Insert: true),
            new ReadBackAsked(Sfid, "unknown order", At),
            new ConflictResolved("*", null, "changed", "deleted", Side.Salesforce, "delete wins", At),
            new AdoptionQueued("ActorSync_Id__c", "u", null, At),
            new RemoteDeletionTaken(Sfid, At, At),
            new RemoteUndeletionTaken(Sfid, At),
            new RemoteDisplaced(Sfid, null, At, At),
            new RowWritten(RowOperation.Update, Stamp, FieldValues.Empty, new RowStatus(LastOp: "UPDATED"), At),
            new OperatorActed(OperatorAction.Skip, "ada", WriteOperation.Update, FieldValues.Of(("Phone", "1")), At),
            new ConflictFrozen("Phone", "0", "1", "2", "the policy is manual", At),
            new ConflictChosen("Phone", "1", "2", null, "3", "ada", At),
            new ChangeEventTaken(Sfid, new StreamPosition(1, 1), FieldValues.Of(("Count__c", "1")), At, null, At),
            new ChangeEventsMissed(Sfid, new StreamPosition(2, 1), "GAP_UPDATE", At),
            new CounterCounted("Count__c", Side.Salesforce, "1", new CounterField("1", "0", null, Stamp), null, At),
            new RemoteMergeTaken(Sfid, "003000000000009AAA", Moved: true, At, At),
            new Unexpected("what", At),
        ];
        typeof(RecordEvent).GetNestedTypes().Where(type => type.IsAssignableTo(typeof(RecordEvent))).ShouldBe(all.Select(e => e.GetType()), ignoreOrder: true);

        RecordTimeline.Of(Journal(all)).Select(line => line.Text).ShouldAllBe(text => text.Length > 0);
    }

    private static TimelineLine Single(RecordEvent @event) => RecordTimeline.Of(Journal(@event)).ShouldHaveSingleItem();

    private static ImmutableArray<JournaledEvent> Journal(params RecordEvent[] events) =>
        [.. events.Select((e, i) => new JournaledEvent(i + 1, At, "name", e))];
}
