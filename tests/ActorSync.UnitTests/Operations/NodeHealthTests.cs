using ActorSync.Operations;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using ActorSync.TestKit.Memory;
using ActorSync.TestKit.Seeds;
using ActorSync.TestKit.Time;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Operations;

public sealed class NodeHealthTests
{
    private static readonly RuntimeOptions Options = new() { LeaseTtl = TimeSpan.FromSeconds(6), LeaseRenew = TimeSpan.FromSeconds(1), LeaseMargin = TimeSpan.FromSeconds(2) };
    private static readonly TimeSpan Trusted = Options.LeaseTtl - Options.LeaseMargin;

    private readonly FakeClock _clock = new();
    private readonly NodeHealth _health;
    private readonly MemoryTurnStore _store;
    private bool _isCut;

    public NodeHealthTests()
    {
        _health = new NodeHealth("node-a", _clock);
        _store = new MemoryTurnStore(new MemoryDatabase([], 4, _clock.GetUtcNow, Seeded.From(1)), _ => Cut());
    }

    [Fact]
    public void A_node_that_starts_is_live_and_says_at_what_it_is()
    {
        _health.Live.ShouldBe(new HealthAnswer(true, "live", "every loop runs", "node-a", null));
        _health.Starts("signing in to Salesforce");
        _health.Ready.ShouldBe(new HealthAnswer(false, "starting", "signing in to Salesforce", "node-a", null));
    }

    [Fact]
    public async Task It_is_ready_as_long_as_its_leases_can_be_trusted()
    {
        using var term = await BeginAsync();
        _health.Ready.ShouldBe(new HealthAnswer(true, "ready", "it takes part", "node-a", term.Id));

        _clock.Advance(Trusted);
        Says(_health.Ready).ShouldBe((false, "lease-not-trusted"));
        _health.Live.Ok.ShouldBeTrue();
    }

    [Fact]
    public async Task Without_PostgreSQL_it_is_live_and_when_the_trust_is_gone_not_ready()
    {
        using var term = await BeginAsync();
        _isCut = true;
        await BeatAsync(term);
        Says(_health.Ready).ShouldBe((true, "ready"));

        _clock.Advance(Trusted);
        await BeatAsync(term);
        Says(_health.Ready).ShouldBe((false, "database-unreachable"));
        _health.Ready.Message.ShouldNotContain("10.0.0.1");
        _health.Live.Ok.ShouldBeTrue();

        _isCut = false;
        using var next = await BeginAsync();
        Says(_health.Ready).ShouldBe((true, "ready"));
        _health.Ready.NodeId.ShouldBe(next.Id);
    }

    [Fact]
    public async Task Trouble_of_long_ago_is_no_reason_for_what_is_now()
    {
        using var term = await BeginAsync();
        _isCut = true;
        await BeatAsync(term);
        _isCut = false;
        _clock.Advance(TimeSpan.FromMinutes(2));
        Says(_health.Ready).ShouldBe((false, "lease-not-trusted"));
    }

    [Fact]
    public async Task A_node_that_drains_is_live_and_not_ready()
    {
        using var term = await BeginAsync();
        _health.Drain();
        Says(_health.Ready).ShouldBe((false, "draining"));
        _health.Live.Ok.ShouldBeTrue();
    }

    [Fact]
    public async Task A_loop_that_ends_as_it_is_told_to_is_no_death()
    {
        using var stop = new CancellationTokenSource();
        var loop = new TaskCompletionSource();
        var watched = _health.Watch(loop.Task, "the coordinator", stop.Token);
        await stop.CancelAsync();
        loop.SetResult();
        await watched;
        _health.Live.Ok.ShouldBeTrue();
    }

    [Theory]
    [InlineData(true, "the coordinator has ended by itself (InvalidOperationException); only a new process helps")]
    [InlineData(false, "the coordinator has ended by itself; only a new process helps")]
    public async Task A_loop_that_ends_by_itself_is_the_death_of_the_node(bool byError, string message)
    {
        using var term = await BeginAsync();
        var loop = new TaskCompletionSource();
        _ = _health.Watch(loop.Task, "the coordinator", CancellationToken.None);
        _health.Live.Ok.ShouldBeTrue();

        if (byError)
        {
            loop.SetException(new InvalidOperationException("password=secret"));
        }
        else
        {
            loop.SetResult();
        }

        _health.Live.ShouldBe(new HealthAnswer(false, "dead", message, "node-a", term.Id));
        _health.Ready.ShouldBe(_health.Live);
    }

    private static (bool Ok, string Status) Says(HealthAnswer answer) => (answer.Ok, answer.Status);

    private void Cut()
    {
        if (_isCut)
        {
            throw new NpgsqlException("Failed to connect to 10.0.0.1:5432");
        }
    }

    private async Task<NodeTerm> BeginAsync()
    {
        var term = await NodeTerm.BeginAsync(_store.Leases, "node-a", Options, _clock, CancellationToken.None);
        _health.Began(term);
        return term;
    }

    private Task BeatAsync(NodeTerm term) => term.BeatAsync(_store.Leases, _ => _health.MetTrouble());
}
