using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using ActorSync.TestKit.Conformance;
using Shouldly;
using Xunit;

namespace ActorSync.SimulationTests;

/// <summary>The turn store in memory, with the cases of a lost answer to COMMIT that only a hook can make.</summary>
public sealed class MemoryTurnStoreTests : TurnStoreConformance
{
    private MemoryWorld Memory => (MemoryWorld)World;

    private protected override async Task<StoreWorld> CreateAsync() => await MemoryWorld.CreateAsync();

    [Fact]
    public async Task Commit_whose_answer_is_lost_has_happened_when_the_batch_number_says_so()
    {
        var lease = (await HoldAsync())[3];
        Memory.BeforeStatement = Lose("answer of commit");
        await JournalAsync(lease);
        (lease.BatchNo, lease.JournalSeq).ShouldBe((1, 1));
        (await World.JournalAsync()).Count.ShouldBe(1);
        await JournalAsync(lease);
        (await World.JournalAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Commit_that_did_not_happen_throws_and_gives_the_leases_their_old_values_back()
    {
        var lease = (await HoldAsync())[3];
        Memory.BeforeStatement = Lose("commit");
        await Should.ThrowAsync<TimeoutException>(() => JournalAsync(lease));
        (lease.BatchNo, lease.JournalSeq).ShouldBe((0, 0));
        (await World.JournalAsync()).ShouldBeEmpty();
        await JournalAsync(lease);
        (await World.JournalAsync()).ShouldHaveSingleItem().Seq.ShouldBe(1);
    }

    // Whoever took the lease since may have committed under it; our turn is not told to have happened.
    [Fact]
    public async Task Lost_answer_under_a_lease_that_is_no_longer_ours_is_no_success()
    {
        var lease = (await HoldAsync())[3];
        Memory.BeforeStatement = statement =>
        {
            if (statement == "answer of commit")
            {
                Memory.BeforeStatement = static _ => { };
                Turns.Leases.ReleaseAsync(Key(900), Stop).IsCompletedSuccessfully.ShouldBeTrue();
                throw new TimeoutException("lost");
            }
        };
        await Should.ThrowAsync<TimeoutException>(() => JournalAsync(lease));
        lease.JournalSeq.ShouldBe(0);
    }

    // Under the same lease every later turn would find its journal written already, for ever.
    [Fact]
    public async Task Commit_of_which_nobody_can_say_whether_it_happened_ends_the_lease()
    {
        var lease = (await HoldAsync())[3];
        Memory.BeforeStatement = static statement =>
        {
            if (statement is "answer of commit" or "batch numbers")
            {
                throw new TimeoutException("lost");
            }
        };
        await Should.ThrowAsync<StaleLeaseException>(() => JournalAsync(lease));
        (await World.JournalAsync()).Count.ShouldBe(1);
    }

    private Action<string> Lose(string lost) => statement =>
    {
        if (statement == lost)
        {
            Memory.BeforeStatement = static _ => { };
            throw new TimeoutException(lost);
        }
    };

    private Task JournalAsync(HeldLease lease) => TurnAsync(turn =>
    {
        turn.Journal(lease, Actor(3), "happened", "1");
        return Task.CompletedTask;
    });
}

/// <summary>Looks in memory.</summary>
public sealed class MemoryGlanceTests : GlanceConformance
{
    private protected override async Task<StoreWorld> CreateAsync() => await MemoryWorld.CreateAsync();
}

/// <summary>Leases in memory.</summary>
public sealed class MemoryLeaseTests : LeaseConformance
{
    private protected override async Task<StoreWorld> CreateAsync() => await MemoryWorld.CreateAsync();
}

/// <summary>Workers over the store in memory, whose clock goes a second further with each look at it.</summary>
public sealed class MemoryWorkerTests : WorkerConformance
{
    /// <inheritdoc/>
    protected override TimeSpan RetryDelay => TimeSpan.FromSeconds(30);

    private protected override async Task<StoreWorld> CreateAsync() => await MemoryWorld.CreateAsync();
}

/// <summary>Capture and windows in memory.</summary>
public sealed class MemoryApplicationScriptsTests : ApplicationScriptsConformance
{
    private protected override async Task<StoreWorld> CreateAsync() => await MemoryWorld.CreateAsync();
}

/// <summary>Write-back in memory.</summary>
public sealed class MemoryWriteBackTests : WriteBackConformance
{
    private protected override async Task<StoreWorld> CreateAsync() => await MemoryWorld.CreateAsync();
}

/// <summary>The flow's tables in memory.</summary>
public sealed class MemoryFlowTablesTests : FlowTablesConformance
{
    private protected override async Task<StoreWorld> CreateAsync() => await MemoryWorld.CreateAsync();
}

/// <summary>Carried calls in memory.</summary>
public sealed class MemoryCarriedCallsTests : CarriedCallsConformance
{
    private protected override async Task<StoreWorld> CreateAsync() => await MemoryWorld.CreateAsync();
}
