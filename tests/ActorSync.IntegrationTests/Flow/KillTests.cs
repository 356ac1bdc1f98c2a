using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Processes;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>A node dies at each step of a submission with an insert, an update and a delete under way. The next one makes both sides equal, and nothing has happened twice.</summary>
public sealed class KillTests
{
    private const int Killed = 128 + 9;

    // It starts, signs in and takes over first; on a busy machine that alone takes most of the usual deadline.
    private static readonly TimeSpan DiesWithin = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("before-journal")]
    [InlineData("after-journal")]
    [InlineData("after-answer:1")]
    [InlineData("after-answer:3")]
    [InlineData("before-outcome-commit:1")]
    [InlineData("before-outcome-commit:2")]
    public async Task A_node_killed_at_a_step_of_a_submission_leaves_nothing_lost_and_nothing_twice(string crashPoint)
    {
        await using var sync = await RunningSync.LoadedAsync();
        var edits = await ThreeEdits.MakeAsync(sync);

        (await sync.StartProcess(crashPoint).ExitAsync(DiesWithin)).ShouldBe(Killed);
        sync.StartNode();
        await sync.ConvergedAsync();

        edits.ShouldHaveHappenedOnce();
    }

    [Theory]
    [InlineData("upsert")]
    [InlineData("update")]
    [InlineData("delete")]
    public async Task A_node_killed_between_effect_and_answer_finds_out_what_happened(string operation)
    {
        await using var sync = await RunningSync.LoadedAsync();
        var edits = await ThreeEdits.MakeAsync(sync);
        using var hold = sync.Server.Faults.HoldNext(new CallMatch(operation), HoldPoint.AfterEffect);

        var node = sync.StartProcess();
        await hold.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        await node.KillAsync();
        hold.Drop();
        sync.StartNode();
        await sync.ConvergedAsync();

        edits.ShouldHaveHappenedOnce();
    }

    // The request outlives its caller: it lands after the kill, and before the limit after which it is looked up.
    [Theory]
    [InlineData("upsert")]
    [InlineData("update")]
    [InlineData("delete")]
    [Trait("Invariant", "I9")]
    [Trait("Invariant", "I5")]
    public async Task A_write_that_lands_after_its_node_was_killed_is_not_sent_again(string operation)
    {
        await using var sync = await RunningSync.LoadedAsync();
        var edits = await ThreeEdits.MakeAsync(sync);
        using var hold = sync.Server.Faults.HoldNext(new CallMatch(operation), HoldPoint.BeforeEffect);
        using var landed = sync.Server.Faults.HoldNext(new CallMatch(operation), HoldPoint.AfterEffect);

        var node = sync.StartProcess();
        await hold.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        await node.KillAsync();
        hold.Release();
        await landed.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        landed.Drop();
        sync.StartNode();
        await sync.ConvergedAsync();

        edits.ShouldHaveHappenedOnce();
    }

    [Fact]
    public async Task A_request_that_never_ran_is_sent_again_after_the_kill()
    {
        await using var sync = await RunningSync.LoadedAsync();
        var edits = await ThreeEdits.MakeAsync(sync);
        using var hold = sync.Server.Faults.HoldNext(new CallMatch("upsert"), HoldPoint.BeforeEffect);

        var node = sync.StartProcess();
        await hold.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        await node.KillAsync();
        hold.Drop();
        sync.StartNode();
        await sync.ConvergedAsync();

        edits.ShouldHaveHappenedOnce();
    }
}
