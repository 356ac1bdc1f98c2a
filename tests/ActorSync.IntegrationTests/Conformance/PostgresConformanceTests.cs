using ActorSync.TestKit.Conformance;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Conformance;

/// <summary>The turn store in PostgreSQL.</summary>
public sealed class PostgresTurnStoreTests : TurnStoreConformance
{
    private protected override async Task<StoreWorld> CreateAsync() => await PostgresWorld.CreateAsync();
}

/// <summary>Looks of PostgreSQL.</summary>
public sealed class PostgresGlanceTests : GlanceConformance
{
    private protected override async Task<StoreWorld> CreateAsync() => await PostgresWorld.CreateAsync();
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
