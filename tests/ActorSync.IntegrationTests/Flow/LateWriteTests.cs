using ActorSync.TestKit.Network;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>A write whose bytes had left its holder when that stood still reaches the org after another node has taken over. No session could be revoked to stop it (README of the project
/// ActorSync.Salesforce): the successor waits until it can no longer land, then looks.</summary>
public sealed class LateWriteTests
{
    [Fact]
    [Trait("Invariant", "I8")]
    [Trait("Invariant", "I9")]
    public async Task A_write_of_a_holder_that_stands_still_lands_under_its_successor_and_is_not_sent_again()
    {
        await using var sync = await RunningSync.LoadedAsync();
        await using var line = HoldingLine.To(sync.Server.Url, "Held");
        var paused = sync.StartProcess(settings: [("ACTORSYNC_SALESFORCE_LOGIN_URL", line.Url.GetLeftPart(UriPartial.Authority))]);
        await paused.LineAsync("; running");
        var id = await sync.InsertAccountAsync("Held");
        await line.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        paused.Pause();
        await sync.SetAsync(id, "name = 'Newer'");

        var successor = sync.StartNode();
        await successor.SaysAsync(" is in doubt ");
        sync.Org.Accounts(id).ShouldBeEmpty();
        line.Release();
        await sync.ConvergedAsync();

        sync.Org.WrittenBySync(id).Select(arrival => $"{arrival.Operation} {arrival.After["Name"]}").ShouldBe(["upsert Held", "update Newer"]);
        (await sync.AccountAsync(id, "name")).ShouldBe("Newer");

        paused.Resume();
        await sync.InsertConvergedAsync("After");
        sync.Org.WrittenBySync(id).Count.ShouldBe(2);
        sync.Org.ShouldHoldNothingTwice();
    }
}
