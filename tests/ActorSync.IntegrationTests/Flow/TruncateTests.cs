using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>A mapped table is emptied by TRUNCATE, with truncate = delete.</summary>
public sealed class TruncateTests
{
    [Fact]
    public async Task Truncated_rows_are_deleted_in_Salesforce_and_rows_inserted_behind_it_are_born()
    {
        await using var sync = await RunningSync.StartAsync(new FlowSettings { Configuration = "actorsync.mapping-defaults.truncate = delete" });
        var there = sync.Org.Model.Query("SELECT Id FROM Contact").Rows.Count;
        there.ShouldBeGreaterThan(0);

        // Salesforce does not delete a contact that has cases.
        foreach (var row in sync.Org.Model.Query("SELECT Id FROM Case").Rows)
        {
            sync.Org.Delete(row.Id!);
        }

        await sync.ExecuteAsync("begin; truncate salesforce.contact; insert into salesforce.contact(lastname) values ('After'); commit");

        await sync.ConvergedAsync();
        sync.Org.Model.Query("SELECT LastName FROM Contact").Rows.ShouldHaveSingleItem().Fields[0].Value.ShouldBe("After");
        sync.Org.Model.Query("SELECT Id FROM Contact WHERE IsDeleted = true", includeDeleted: true).Rows.Count.ShouldBe(there);
        sync.Org.WrittenBySync().Count(arrival => arrival.Operation.ToString().Contains("delete", StringComparison.OrdinalIgnoreCase)).ShouldBe(there);
    }
}
