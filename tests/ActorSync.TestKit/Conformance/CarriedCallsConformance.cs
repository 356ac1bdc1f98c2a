using ActorSync.Coordination;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Runtime.Sharding;
using Shouldly;
using Xunit;

namespace ActorSync.TestKit.Conformance;

/// <summary>Answers of calls that one coordinator has left outside, brought to the next.</summary>
public abstract class CarriedCallsConformance : StoreConformance
{
    private const int Carrier = 901;
    private const string Answer = """{"results": []}""";

    private ISubmissionTable Submissions => World.Stores.Submissions;

    [Fact]
    public async Task Submission_is_carried_while_the_node_that_made_its_call_lives()
    {
        await RegisterAsync(TimeSpan.FromHours(1));
        await StartAsync(1, Key(Carrier));
        await StartAsync(2, null);
        await StartAsync(3, Key(902));
        var open = await Submissions.OpenAsync(Stop);
        open.ToDictionary(submission => submission.Id, submission => submission.Carrier).ShouldBe(
            new Dictionary<Guid, Guid?> { [Key(1)] = Key(Carrier), [Key(2)] = null, [Key(3)] = null }, ignoreOrder: true);
        (await Submissions.CarriedAsync([Key(1), Key(3), Key(4)], Stop)).OrderBy(call => call.Submission).ShouldBe([new(Key(1), true, null), new(Key(3), false, null)]);

        await TurnAsync(turn => Submissions.DoubtAsync(turn, Key(1), Stop));
        (await Submissions.OpenAsync(Stop)).ShouldAllBe(submission => submission.Carrier == null);
    }

    [Fact]
    public async Task Answer_is_brought_once_and_taken_in_the_turn_that_handles_it()
    {
        await RegisterAsync(TimeSpan.FromHours(1));
        await StartAsync(1, Key(Carrier));
        (await Submissions.BringAsync(Key(902), Key(1), Answer, Stop)).ShouldBeFalse("it is another's call");
        (await Submissions.BringAsync(Key(Carrier), Key(2), Answer, Stop)).ShouldBeFalse("it was never started");
        (await Submissions.BringAsync(Key(Carrier), Key(1), Answer, Stop)).ShouldBeTrue();
        (await Submissions.BringAsync(Key(Carrier), Key(1), "{}", Stop)).ShouldBeFalse("it was brought");
        (await Submissions.CarriedAsync([Key(1)], Stop)).ShouldHaveSingleItem().Answer.ShouldBe(Answer);

        await using (var turn = await Turns.BeginAsync(Stop))
        {
            await turn.ReadNowAsync(Stop);
            await Submissions.TakeBroughtAsync(turn, Key(1), Stop);
        }

        (await Submissions.CarriedAsync([Key(1)], Stop)).ShouldHaveSingleItem().Answer.ShouldBe(Answer, "the turn did not commit");
        await TurnAsync(turn => Submissions.TakeBroughtAsync(turn, Key(1), Stop));
        (await Submissions.CarriedAsync([Key(1)], Stop)).ShouldHaveSingleItem().Answer.ShouldBeNull();
    }

    [Fact]
    public async Task Answer_counts_when_the_node_that_brought_it_is_gone()
    {
        await RegisterAsync(TimeSpan.FromHours(1));
        await StartAsync(1, Key(Carrier));
        (await Submissions.BringAsync(Key(Carrier), Key(1), Answer, Stop)).ShouldBeTrue();
        await Turns.Leases.ReleaseAsync(Key(Carrier), Stop);
        (await Submissions.OpenAsync(Stop)).ShouldHaveSingleItem().Carrier.ShouldBe(Key(Carrier));
        (await Submissions.CarriedAsync([Key(1)], Stop)).ShouldBe([new(Key(1), false, Answer)]);
    }

    [Fact]
    [Trait("Invariant", "I8")]
    public async Task Node_that_is_dead_brings_nothing()
    {
        await RegisterAsync(TimeSpan.Zero);
        await StartAsync(1, Key(Carrier));
        (await Submissions.BringAsync(Key(Carrier), Key(1), Answer, Stop)).ShouldBeFalse("it has expired");
        await Turns.Leases.ReleaseAsync(Key(Carrier), Stop);
        (await Submissions.BringAsync(Key(Carrier), Key(1), Answer, Stop)).ShouldBeFalse("it is gone");
        (await Submissions.CarriedAsync([Key(1)], Stop)).ShouldBe([new(Key(1), false, null)]);
    }

    [Fact]
    public async Task Answer_of_what_is_in_doubt_or_finished_is_not_taken()
    {
        await RegisterAsync(TimeSpan.FromHours(1));
        await StartAsync(1, Key(Carrier));
        await StartAsync(2, Key(Carrier));
        await TurnAsync(turn => Submissions.DoubtAsync(turn, Key(1), Stop));
        await TurnAsync(turn => Submissions.FinishAsync(turn, Key(2), "{}", Stop));
        (await Submissions.BringAsync(Key(Carrier), Key(1), Answer, Stop)).ShouldBeFalse();
        (await Submissions.BringAsync(Key(Carrier), Key(2), Answer, Stop)).ShouldBeFalse();
    }

    private Task RegisterAsync(TimeSpan ttl) => Turns.Leases.RegisterAsync(Key(Carrier), new NodeProfile("carrier", "1", []), ttl, Stop);

    private Task StartAsync(int number, Guid? carrier) => TurnAsync(turn => Submissions.StartAsync(
        turn, new HeldLease { Address = 10_000, Epoch = 1, Token = Key(900), Snap = Nothing },
        [new Submission(Key(number), StoreWorld.Account, WriteOperation.Update, [new OfferedWrite(StoreWorld.Account, Key(number), 1, WriteOperation.Update, "001A", FieldValues.Empty, FieldValues.Empty, turn.Now)], turn.Now) { Carrier = carrier }],
        Stop));
}
