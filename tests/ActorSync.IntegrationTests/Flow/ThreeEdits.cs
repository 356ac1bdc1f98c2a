using Shouldly;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>An insert, an update and a delete of the application, in three transactions.</summary>
internal sealed record ThreeEdits(RunningSync Sync, Guid Inserted, Guid Updated, Guid Deleted)
{
    public static async Task<ThreeEdits> MakeAsync(RunningSync sync)
    {
        var (updated, _) = await sync.LoadedAccountAsync(0);
        var (deleted, _) = await sync.LoadedAccountAsync(1);
        var inserted = await sync.InsertAccountAsync("Inserted");
        await sync.ExecuteAsync($"update salesforce.account set name = 'Updated', phone = null where actorsync_id__c = '{updated}'");
        await sync.ExecuteAsync($"delete from salesforce.account where actorsync_id__c = '{deleted}'");
        return new ThreeEdits(sync, inserted, updated, deleted);
    }

    public void ShouldHaveHappenedOnce()
    {
        Sync.Org.Account(Inserted, "Name").ShouldBe("Inserted");
        Sync.Org.Account(Updated, "Name").ShouldBe("Updated");
        Sync.Org.Accounts(Deleted).ShouldBeEmpty();
        Sync.Org.WrittenBySync(Inserted).Select(arrival => arrival.Operation).ShouldBe(["upsert"]);
        Sync.Org.WrittenBySync(Deleted).Count(arrival => arrival.Operation == "delete").ShouldBe(1);
        Sync.Org.ShouldHoldNothingTwice();
    }
}
