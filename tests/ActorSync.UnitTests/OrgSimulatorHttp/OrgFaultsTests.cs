using System.Text.Json;
using ActorSync.OrgSimulator.Http;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulatorHttp;

public sealed class OrgFaultsTests
{
    private static readonly OrgCall Call = new("soap", "upsert", ["Account"], "actorsync/12", 200);

    [Theory]
    [InlineData("upsert", null, null, null, true)]
    [InlineData("UPSERT", "account", "sync/1", "soap", true)]
    [InlineData("create", null, null, null, false)]
    [InlineData(null, "Contact", null, null, false)]
    [InlineData(null, null, "other", null, false)]
    [InlineData(null, null, null, "rest", false)]
    public void A_match_wants_every_part_it_names(string? operation, string? type, string? client, string? api, bool matches) =>
        new CallMatch(operation, type, client, api).Matches(Call).ShouldBe(matches);

    [Fact]
    public void The_same_seed_draws_the_same_faults()
    {
        static string Draws(int seed)
        {
            var faults = new OrgFaults(seed, TimeProvider.System);
            faults.Add(new FaultRule(new OrgFault.DropAnswer(), CallMatch.Any, Probability: 0.3));
            return string.Concat(Enumerable.Range(0, 200).Select(_ => faults.Draw(Call).Length));
        }

        Draws(5).ShouldBe(Draws(5));
        Draws(5).ShouldNotBe(Draws(6));
        Draws(5).Count(c => c == '1').ShouldBeInRange(35, 90);
    }

    [Fact]
    public void A_count_is_used_up_and_a_removed_fault_hits_no_more()
    {
        var faults = new OrgFaults(1, TimeProvider.System);
        var counted = faults.Add(new OrgFault.ExpireSession(), hitsMax: 2);
        Enumerable.Range(0, 5).Sum(_ => faults.Draw(Call).Length).ShouldBe(2);
        faults.Hits(counted).ShouldBe(2);
        var endless = faults.Add(new OrgFault.ExpireSession());
        faults.Remove(endless).ShouldBeTrue();
        faults.Draw(Call).ShouldBeEmpty();
        faults.Hits(endless).ShouldBeNull();
    }

    // A fault with a count must not be used up by a call that it cannot harm.
    [Fact]
    public void Faults_of_records_meet_a_jobs_chunks_and_not_the_requests_about_it()
    {
        var faults = new OrgFaults(1, TimeProvider.System);
        var locked = new OrgFault.RowError("UNABLE_TO_LOCK_ROW", "m", []);
        var failed = new OrgFault.FailJob(1);
        var dropped = new OrgFault.DropAnswer();
        faults.Add(locked);
        faults.Add(failed);
        faults.Add(dropped);
        var request = new OrgCall("bulk", "upload", ["Account"], null, 0);
        faults.Draw(request).ShouldBe([dropped]);
        faults.Draw(request with { Part = CallPart.Job }).ShouldBe([failed]);
        faults.Draw(request with { Part = CallPart.Chunk }).ShouldBe([locked]);
        faults.Draw(Call).ShouldBe([locked, dropped]);
    }

    [Fact]
    public void Faults_of_the_stream_meet_the_calls_and_the_events_they_can_harm()
    {
        var faults = new OrgFaults(1, TimeProvider.System);
        OrgFault[] all = [new OrgFault.ForgetClient(), new OrgFault.ExpireReplay(), new OrgFault.LoseEvent(), new OrgFault.RepeatEvents(), new OrgFault.ReorderEvents(), new OrgFault.CommitLate(TimeSpan.Zero)];
        foreach (var fault in all)
        {
            faults.Add(fault);
        }

        var connect = new OrgCall("stream", "connect", [], null, 1);
        faults.Draw(connect).ShouldBe([all[0]]);
        faults.Draw(connect with { Operation = "handshake" }).ShouldBeEmpty();
        faults.Draw(connect with { Operation = "subscribe" }).ShouldBe([all[0], all[1]]);
        faults.Draw(connect with { Part = CallPart.Publish }).ShouldBe([all[2]]);
        faults.Draw(connect with { Part = CallPart.Deliver }).ShouldBe([all[3]]);
        faults.Draw(connect with { Part = CallPart.Deliver, Records = 2 }).ShouldBe([all[3], all[4]]);
        faults.Draw(Call).ShouldBe([all[5]]);
    }

    [Fact]
    public void A_hold_takes_one_call_at_its_point_and_none_after_it_is_disposed()
    {
        var faults = new OrgFaults(1, TimeProvider.System);
        using var first = faults.HoldNext(CallMatch.Any, HoldPoint.BeforeEffect);
        var unused = faults.HoldNext(CallMatch.Any, HoldPoint.AfterEffect);
        faults.TakeHold(Call, HoldPoint.OnTheWay).ShouldBeNull();
        faults.TakeHold(Call, HoldPoint.BeforeEffect).ShouldBe(first);
        faults.TakeHold(Call, HoldPoint.BeforeEffect).ShouldBeNull();
        unused.Dispose();
        faults.TakeHold(Call, HoldPoint.AfterEffect).ShouldBeNull();
    }

    [Fact]
    public void Latencies_keep_to_their_distribution()
    {
        var random = new Random(3);
        var uniform = new LatencyDistribution.Uniform(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20));
        Enumerable.Range(0, 1000).Select(_ => uniform.Draw(random)).ShouldAllBe(d => d >= uniform.DelayMin && d <= uniform.DelayMax);
        var lognormal = new LatencyDistribution.Lognormal(TimeSpan.FromMilliseconds(100), 1, TimeSpan.FromSeconds(1));
        var draws = Enumerable.Range(0, 4001).Select(_ => lognormal.Draw(random)).Order().ToList();
        draws[2000].TotalMilliseconds.ShouldBeInRange(90, 110);
        draws[^1].ShouldBe(TimeSpan.FromSeconds(1));
        new LatencyDistribution.Fixed(TimeSpan.FromSeconds(2)).Draw(random).ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("""{"kind":"latency","distribution":"lognormal","medianMs":100,"sigma":0.5,"maxMs":2000,"at":"afterEffect"}""")]
    [InlineData("""{"kind":"latency","distribution":"uniform","minMs":1,"maxMs":2,"at":"onTheWay"}""")]
    [InlineData("""{"kind":"latency","distribution":"fixed","ms":5,"at":"beforeEffect"}""")]
    [InlineData("""{"kind":"error","code":"SERVER_UNAVAILABLE","message":"m"}""")]
    [InlineData("""{"kind":"dailyLimit","left":3}""")]
    [InlineData("""{"kind":"rowError","code":"UNABLE_TO_LOCK_ROW","message":"m","recordProbability":0.5}""")]
    [InlineData("""{"kind":"drop","after":"half"}""")]
    [InlineData("""{"kind":"hang","effect":"never"}""")]
    [InlineData("""{"kind":"refuse","mode":"503"}""")]
    [InlineData("""{"kind":"expireSession"}""")]
    [InlineData("""{"kind":"commitLate","behindMs":60000}""")]
    [InlineData("""{"kind":"failJob","afterChunks":2,"message":"m"}""")]
    [InlineData("""{"kind":"forgetClient"}""")]
    [InlineData("""{"kind":"expireReplay"}""")]
    [InlineData("""{"kind":"loseEvent","as":"overflow"}""")]
    [InlineData("""{"kind":"repeatEvents"}""")]
    [InlineData("""{"kind":"reorderEvents"}""")]
    public void Every_kind_of_fault_survives_its_JSON(string json)
    {
        var text = json.Insert(json.Length - 1, ""","operation":"upsert","object":"Account","client":"x","api":"soap","probability":0.5,"count":3,"windowMs":1000""");
        var rule = FaultJson.Read(JsonDocument.Parse(text).RootElement);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            FaultJson.Write(writer, 7, rule, 2);
        }

        var written = JsonDocument.Parse(buffer.ToArray()).RootElement.EnumerateObject().Where(p => p.Name is not ("id" or "hits")).ToDictionary(p => p.Name, p => p.Value.ToString());
        written.ShouldBe(JsonDocument.Parse(text).RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString()), ignoreOrder: true);
    }
}
