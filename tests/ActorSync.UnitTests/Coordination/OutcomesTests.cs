using ActorSync.Coordination;
using ActorSync.Domain.Faults;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Salesforce.Soap;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Coordination;

/// <summary>What an answered submission means for its writes.</summary>
public sealed class OutcomesTests
{
    private static readonly RetryPolicy Retry = new() { FirstDelay = TimeSpan.FromSeconds(1), DelayMax = TimeSpan.FromMinutes(1), AttemptsMax = 3, JitterShare = 0.5 };
    private static readonly OfferedWrite[] Contacts =
        [Offers.Contact("a1", "A"), Offers.Contact("b1", "B"), Offers.Contact("a2", "A"), Offers.Contact("none"), Offers.Contact("b2", "B")];

    [Fact]
    public void Writes_that_could_not_get_a_lock_go_again_by_the_parent_they_contend_for_each_group_when_its_lot_says()
    {
        var outcomes = Of(Contacts, [.. Contacts.Select(_ => Refusal("UNABLE_TO_LOCK_ROW"))]);
        outcomes.Messages.ShouldBeEmpty();
        outcomes.Again.Select(again => (Offers.NameOf(again.Write), (int)again.After.TotalMilliseconds)).ShouldBe([("a1", 1000), ("b1", 690), ("a2", 1000), ("none", 881), ("b2", 690)]);
        outcomes.Again.ShouldAllBe(again => again.Write.Contended && again.Write.Attempts == 1);
    }

    [Fact]
    public void Group_goes_together_when_the_most_patient_of_it_may()
    {
        var outcomes = Of([Contacts[0] with { Attempts = 1 }, Contacts[2]], [Refusal("UNABLE_TO_LOCK_ROW"), Refusal("UNABLE_TO_LOCK_ROW")]);
        outcomes.Again.Select(again => again.After.TotalSeconds).ShouldBe([2, 2]);
    }

    [Fact]
    public void Other_passing_refusals_of_a_submission_are_a_group_of_their_own_and_contend_for_nothing()
    {
        var outcomes = Of(Contacts[..4], [Refusal("PROCESSING_HALTED"), Refusal("UNABLE_TO_LOCK_ROW"), Applied, Refusal("PROCESSING_HALTED")]);
        outcomes.Again.Select(again => (Offers.NameOf(again.Write), (int)again.After.TotalMilliseconds, again.Write.Contended)).ShouldBe([("a1", 1000, false), ("b1", 690, true), ("none", 1000, false)]);
        outcomes.Messages.ShouldHaveSingleItem().Message.ShouldBeOfType<RecordMessage.WriteConfirmed>();
    }

    [Fact]
    public void Write_that_was_contended_and_is_then_turned_away_for_something_else_no_longer_is() =>
        Of([Contacts[0] with { Contended = true }], [Refusal("PROCESSING_HALTED")]).Again.Single().Write.Contended.ShouldBeFalse();

    [Fact]
    public void Last_attempt_that_cannot_get_its_lock_is_refused_and_the_rest_of_its_group_goes_on()
    {
        var outcomes = Of([Contacts[0] with { Attempts = 2 }, Contacts[2]], [Refusal("UNABLE_TO_LOCK_ROW"), Refusal("UNABLE_TO_LOCK_ROW")]);
        outcomes.Messages.ShouldHaveSingleItem().Message.ShouldBeOfType<RecordMessage.WriteRefused>().Code.ShouldBe("UNABLE_TO_LOCK_ROW");
        outcomes.Again.ShouldHaveSingleItem().After.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Fault_of_the_whole_call_sends_all_again_together_without_counting_an_attempt()
    {
        var outcomes = Outcomes.Of(Submission(Contacts), new LaneAnswer(null, new SyncFault.NotExecuted("SERVER_UNAVAILABLE", "busy", TimeSpan.FromSeconds(7))), Retry, Key, Offers.Now, 0);
        outcomes.Again.Select(again => (again.Write, again.After)).ShouldBe(Contacts.Select(write => (write, TimeSpan.FromSeconds(7))));
        outcomes.Fault.ShouldNotBeNull();
    }

    [Fact]
    public void Writes_that_a_job_has_not_reached_go_again_without_counting_an_attempt_beside_those_it_turned_away()
    {
        var unreached = new WriteResult(null, Success: false, Created: false, [], new SyncFault.NotExecuted("JOB_FAILED", "half way", TimeSpan.Zero));
        var outcomes = Of(Contacts[..4], [Applied, unreached, Refusal("UNABLE_TO_LOCK_ROW"), unreached]);
        outcomes.Messages.ShouldHaveSingleItem().Message.ShouldBeOfType<RecordMessage.WriteConfirmed>();
        outcomes.Again.Select(again => (Offers.NameOf(again.Write), again.Write.Attempts, again.Write.Contended, again.After.TotalMilliseconds))
            .ShouldBe([("a2", 1, true, 1000), ("b1", 0, false, 500), ("none", 0, false, 500)]);
        outcomes.Fault.ShouldBe("JOB_FAILED: half way");
    }

    [Fact]
    public void Writes_of_a_job_that_is_refused_as_a_whole_go_again_at_once_by_SOAP_and_together()
    {
        var refused = new LaneAnswer(null, new SyncFault.Rejected("JOB_FAILED", "no such field", FieldNames.None)) { BySoap = true };
        var outcomes = Outcomes.Of(Submission(Contacts), refused, Retry, Key, Offers.Now, 0);
        outcomes.Again.Count.ShouldBe(Contacts.Length);
        outcomes.Again.ShouldAllBe(again => again.Write.BySoap && !again.Write.Alone && again.After == TimeSpan.Zero);
        new WaitingWrites(Offers.Mappings, byJobs: true).Of(outcomes.Again[0].Write, 1, Offers.Now).OnlySoap.ShouldBeTrue();
    }

    private static WriteResult Applied => new("003A", Success: true, Created: true, [], null);

    private static WriteResult Refusal(string code) =>
        new(null, Success: false, Created: false, [new WriteError(code, "later", FieldNames.None)], new SyncFault.Transient(code, "later"));

    private static Outcomes Of(OfferedWrite[] writes, WriteResult[] results) =>
        Outcomes.Of(Submission(writes), new LaneAnswer(results, null), Retry, Key, Offers.Now, 0);

    private static RecordId Key(OfferedWrite write) => new WaitingWrites(Offers.Mappings).ContendsFor(write);

    private static Submission Submission(OfferedWrite[] writes) => new(new Guid(1, 0, 0, new byte[8]), 2, WriteOperation.Insert, writes, Offers.Now);
}
