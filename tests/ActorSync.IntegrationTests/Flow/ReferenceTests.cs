using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Records that refer to themselves or to each other, inserted together.</summary>
public sealed class ReferenceTests
{
    [Fact]
    public async Task Account_that_is_its_own_parent_arrives_and_is_created_once()
    {
        await using var sync = await RunningSync.StartAsync();
        var id = Id(1);
        await sync.ExecuteAsync($"insert into salesforce.account(actorsync_id__c, name, parent__actorsync_id__c) values ('{id}', 'Self', '{id}')");
        await sync.ConvergedAsync();
        ShouldBeBornOnceUnder(sync, id, id);
        sync.Org.WrittenBySync(id).Count.ShouldBe(2, "its birth and its reference");
    }

    [Fact]
    public async Task Accounts_that_are_each_others_parent_arrive_and_are_created_once()
    {
        await using var sync = await RunningSync.StartAsync();
        var ids = new[] { Id(1), Id(2), Id(3) };
        // Two that name each other, and a child of theirs whose contact comes along.
        await sync.ExecuteAsync($"""
            insert into salesforce.account(actorsync_id__c, name, parent__actorsync_id__c) values
              ('{ids[0]}', 'Hen', '{ids[1]}'), ('{ids[1]}', 'Egg', '{ids[0]}'), ('{ids[2]}', 'Chick', '{ids[1]}');
            insert into salesforce.contact(lastname, account__actorsync_id__c) values ('Farmer', '{ids[0]}')
            """);
        await sync.ConvergedAsync();
        ShouldBeBornOnceUnder(sync, ids[0], ids[1]);
        ShouldBeBornOnceUnder(sync, ids[1], ids[0]);
        ShouldBeBornOnceUnder(sync, ids[2], ids[1]);
        sync.Org.ShouldHoldNothingTwice();
        sync.Org.Model.Arrivals().Where(arrival => arrival.Error is not null).ShouldBeEmpty("nothing was tried before its parent was there");
    }

    private static Guid Id(int number) => new(number, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, (byte)number);

    private static void ShouldBeBornOnceUnder(RunningSync sync, Guid id, Guid parent)
    {
        sync.Org.Account(id, "ParentId").ShouldBe(sync.Org.Accounts(parent).ShouldHaveSingleItem().Id);
        sync.Org.Accounts(id, withDeleted: true).Count.ShouldBe(1);
    }
}
