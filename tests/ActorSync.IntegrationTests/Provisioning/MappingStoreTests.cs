using ActorSync.Provisioning;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Provisioning;

public sealed class MappingStoreTests
{
    [Fact]
    public async Task Mappings_are_read_back_as_they_were_applied()
    {
        await using var database = await MappedDatabase.EmptyAsync();
        var applied = await database.ApplyAsync(
            MappedDatabase.ReadOnlyAccount() with { Table = "Odd \"table\"" }, MappedDatabase.Mapping("Contact", "Email", "Account.ActorSync_Id__c"));

        var read = await MappingStore.ReadAsync(database.Engine, CancellationToken.None);
        read.Count.ShouldBe(2);
        foreach (var (before, after) in applied.Zip(read))
        {
            after.Fields.ShouldBe(before.Fields);
            MappingStore.ToJson(after).ShouldBe(MappingStore.ToJson(before));
        }
    }
}
