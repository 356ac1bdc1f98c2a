using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>coordinator.order = log: what arrives in Salesforce has the order of the change log, over all objects.</summary>
public sealed class LogOrderTests
{
    private static readonly FlowSettings InLogOrder = new() { Configuration = "actorsync.coordinator.order = log\n" };

    [Fact]
    public async Task Changes_of_two_objects_arrive_in_the_order_in_which_they_were_made()
    {
        await using var sync = await RunningSync.LoadedAsync(InLogOrder);
        var (first, _) = await sync.LoadedAccountAsync();
        var (second, _) = await sync.LoadedAccountAsync(1);
        var (gone, _) = await sync.LoadedAccountAsync(2);
        var contact = await sync.QueryAsync<Guid>("select actorsync_id__c from salesforce.contact order by sfid limit 1");
        var before = sync.Org.WrittenBySync().Count();

        await sync.ExecuteAsync($"""
            begin;
            insert into salesforce.account(actorsync_id__c, name) values ('{Id(1)}', 'One');
            insert into salesforce.contact(actorsync_id__c, lastname, account__actorsync_id__c) values ('{Id(2)}', 'Two', '{Id(1)}');
            update salesforce.account set name = 'Three' where actorsync_id__c = '{first}';
            insert into salesforce.contact(actorsync_id__c, lastname, account__actorsync_id__c) values ('{Id(4)}', 'Four', '{first}');
            insert into salesforce.account(actorsync_id__c, name) values ('{Id(5)}', 'Five'), ('{Id(6)}', 'Six');
            commit
            """);
        await sync.ExecuteAsync($"update salesforce.contact set title = 'Seven' where actorsync_id__c = '{contact}'");
        await sync.ExecuteAsync($"delete from salesforce.account where actorsync_id__c = '{gone}'");
        await sync.ExecuteAsync($"update salesforce.account set name = 'Nine' where actorsync_id__c = '{second}'");
        // Folded into what is above: the place of a write is that of its first change.
        await sync.ExecuteAsync($"update salesforce.account set phone = '3' where actorsync_id__c = '{first}'");
        await sync.ExecuteAsync($"insert into salesforce.contact(actorsync_id__c, lastname) values ('{Id(10)}', 'Ten')");

        sync.StartNode();
        await sync.ConvergedAsync();
        Arrived(sync, before).ShouldBe([Id(1), Id(2), first, Id(4), Id(5), Id(6), contact, gone, second, Id(10)]);
    }

    // Nothing is polled meanwhile: a poll that crosses a write makes its record wait for another read, and what waits so lets others pass.
    [Fact]
    public async Task Order_holds_under_traffic_with_several_changes_of_one_record()
    {
        await using var sync = await RunningSync.LoadedAsync(InLogOrder with { Configuration = InLogOrder.Configuration + "actorsync.mapping-defaults.mode = ordered\n" });
        using var accounts = new OrgReads(sync.Server);
        using var contacts = new OrgReads(sync.Server, "Contact");
        sync.StartNode(options => options with { Feed = options.Feed with { Interval = TimeSpan.FromDays(1), DeletedInterval = TimeSpan.FromDays(1) } });
        await Eventually.HoldsAsync("the polls of the start to be over", () => Task.FromResult(accounts.DeletedAsked > 0 && contacts.DeletedAsked > 0));
        var (account, _) = await sync.LoadedAccountAsync();
        var contact = await sync.QueryAsync<Guid>("select actorsync_id__c from salesforce.contact order by sfid limit 1");
        var before = sync.Org.WrittenBySync().Count();
        var expected = new List<Guid>();
        for (var i = 0; i < 30; i++)
        {
            await sync.ExecuteAsync(
                i % 3 == 2 ? $"insert into salesforce.account(actorsync_id__c, name) values ('{Id(i)}', 'Born {i}')"
                : i % 3 == 1 ? $"update salesforce.contact set title = 'Title {i}' where actorsync_id__c = '{contact}'"
                : $"update salesforce.account set phone = '{i}' where actorsync_id__c = '{account}'");
            expected.Add(i % 3 == 2 ? Id(i) : i % 3 == 1 ? contact : account);
        }

        await sync.ConvergedAsync();
        Arrived(sync, before).ShouldBe(expected);
    }

    [Fact]
    public async Task Accounts_that_are_each_others_parent_arrive_in_log_order_too()
    {
        await using var sync = await RunningSync.StartAsync(InLogOrder);
        await sync.ExecuteAsync($"""
            insert into salesforce.account(actorsync_id__c, name, parent__actorsync_id__c) values ('{Id(1)}', 'Hen', '{Id(2)}'), ('{Id(2)}', 'Egg', '{Id(1)}')
            """);
        await sync.ConvergedAsync();
        sync.Org.Account(Id(1), "ParentId").ShouldBe(sync.Org.Accounts(Id(2)).ShouldHaveSingleItem().Id);
        sync.Org.ShouldHoldNothingTwice();
    }

    private static List<Guid> Arrived(RunningSync sync, int before) => [.. sync.Org.WrittenBySync().Skip(before).Select(arrival => Guid.Parse(arrival.ExternalId!))];

    private static Guid Id(int number) => new(number, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, (byte)number);
}
