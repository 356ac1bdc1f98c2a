using ActorSync.TestKit.Conformance;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Conformance;

/// <summary>The turn store in PostgreSQL.</summary>
public sealed class PostgresTurnStoreTests : TurnStoreConformance
{
    private protected override async Task<StoreWorld> CreateAsync() => await PostgresWorld.CreateAsync();

    [Fact]
    public async Task Mail_beyond_what_a_turn_may_hold_comes_with_the_next_one_however_few_envelopes_it_is()
    {
        await TurnAsync(turn =>
        {
            foreach (var text in new[] { "a", "b", "c" })
            {
                // Each as large as all mail of a turn may be; numbers that a table cannot make smaller.
                turn.Send(3, "[" + string.Join(',', Enumerable.Range(0, 200_000).Select(i => i * 7_919L % 1_000_003)) + $",\"{text}\"]");
            }

            return Task.CompletedTask;
        });

        foreach (var text in new[] { "a", "b", "c" })
        {
            await TurnAsync(async turn => (await turn.TakeMailAsync([3], 10, Stop)).ShouldHaveSingleItem().Body.ShouldEndWith($"\"{text}\"]"));
        }

        (await MailAsync(3)).ShouldBeEmpty();
    }
}

/// <summary>Leases in PostgreSQL.</summary>
public sealed class PostgresLeaseTests : LeaseConformance
{
    private protected override async Task<StoreWorld> CreateAsync() => await PostgresWorld.CreateAsync();
}

/// <summary>Workers over PostgreSQL.</summary>
public sealed class PostgresWorkerTests : WorkerConformance
{
    private protected override async Task<StoreWorld> CreateAsync() => await PostgresWorld.CreateAsync();
}

/// <summary>Capture and windows in PostgreSQL.</summary>
public sealed class PostgresApplicationScriptsTests : ApplicationScriptsConformance
{
    private protected override async Task<StoreWorld> CreateAsync() => await PostgresWorld.CreateAsync();

    [Fact]
    public void Mapping_of_the_suite_is_what_provisioning_makes()
    {
        var provisioned = ((PostgresWorld)World).Provisioned;
        provisioned.Fields.ShouldBe(StoreWorld.Mapping.Fields);
        (provisioned with { Fields = StoreWorld.Mapping.Fields }).ToString().ShouldBe(StoreWorld.Mapping.ToString());
    }
}

/// <summary>Write-back in PostgreSQL.</summary>
public sealed class PostgresWriteBackTests : WriteBackConformance
{
    private protected override async Task<StoreWorld> CreateAsync() => await PostgresWorld.CreateAsync();
}

/// <summary>The flow's tables in PostgreSQL.</summary>
public sealed class PostgresFlowTablesTests : FlowTablesConformance
{
    private protected override async Task<StoreWorld> CreateAsync() => await PostgresWorld.CreateAsync();
}

/// <summary>Carried calls in PostgreSQL.</summary>
public sealed class PostgresCarriedCallsTests : CarriedCallsConformance
{
    private protected override async Task<StoreWorld> CreateAsync() => await PostgresWorld.CreateAsync();
}
