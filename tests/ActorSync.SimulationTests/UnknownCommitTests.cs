using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Sharding;
using ActorSync.Simulation;
using ActorSync.TestKit.Memory;
using Shouldly;
using Xunit;

namespace ActorSync.SimulationTests;

/// <summary>A commit whose answer is lost, and then the look that would have told whether it happened.</summary>
public sealed class UnknownCommitTests
{
    [Fact]
    [Trait("Invariant", "I8")]
    public async Task Lease_under_which_nobody_can_tell_what_was_committed_is_taken_anew()
    {
        var database = new MemoryDatabase(SimulatedMappings.Common(TestKit.Seeds.Seeded.From(1)), 1, () => DateTimeOffset.UnixEpoch, TestKit.Seeds.Seeded.From(1));
        var lost = false;
        var store = new MemoryTurnStore(database, statement =>
        {
            if (lost && statement is "answer of commit" or "batch numbers")
            {
                throw new TimeoutException(statement);
            }
        });
        await store.Leases.EnsureAsync([0], CancellationToken.None);
        var node = new Guid(1, 0, 0, new byte[8]);
        await store.Leases.RegisterAsync(node, "node", "1", TimeSpan.FromMinutes(1), CancellationToken.None);
        var lease = (await store.Leases.AcquireAsync(node, CancellationToken.None)).Single();

        lost = true;
        await Should.ThrowAsync<TimeoutException>(() => JournalAsync(store, lease));
        lost = false;

        database.Journal.Scan(null).Count().ShouldBe(1);
        await Should.ThrowAsync<StaleLeaseException>(() => JournalAsync(store, lease));
    }

    private static async Task JournalAsync(MemoryTurnStore store, HeldLease lease)
    {
        await using var turn = await store.BeginAsync(CancellationToken.None);
        turn.Journal(lease, new ActorId(1, Guid.Empty), "event", "{}");
        await turn.CommitAsync(CancellationToken.None);
    }
}
