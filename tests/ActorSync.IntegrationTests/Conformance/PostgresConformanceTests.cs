using ActorSync.Domain.Records;
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

    [Fact]
    public async Task Write_in_which_a_before_trigger_changes_the_external_id_has_failed_and_the_others_land()
    {
        var (first, second) = (await InsertedAsync(1), await InsertedAsync(2));
        await ((PostgresWorld)World).ExecuteAsync("""
            create function salesforce.another_id() returns trigger language plpgsql as $$ begin
              if new.name = 'moves' then new.actorsync_id__c := gen_random_uuid(); end if; return new; end $$;
            create trigger another_id before update on salesforce.account for each row execute function salesforce.another_id()
            """);

        var outcomes = await WriteAsync(Owing(1, RowOperation.Update, first, ("Name", "moves")), Owing(2, RowOperation.Update, second, ("Name", "Eve")));

        outcomes[0].ShouldBeOfType<RowWriteOutcome.Failed>().Message.ShouldContain("external id");
        outcomes[1].ShouldBeOfType<RowWriteOutcome.Landed>();
        (await RowAsync(1)).Stamp.ShouldBe(first);
    }
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
