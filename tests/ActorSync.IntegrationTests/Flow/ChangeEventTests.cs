using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org.Changes;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>What happens in Salesforce reaches PostgreSQL by change events.</summary>
public sealed class ChangeEventTests
{
    [Fact]
    public async Task Changes_births_deletes_and_undeletes_in_Salesforce_arrive_by_the_stream_alone()
    {
        await using var sync = await HeardSync.StartAsync();
        using var reads = new OrgReads(sync.Server);
        var (changed, changedSfid) = await sync.LoadedAccountAsync(0);
        var (gone, goneSfid) = await sync.LoadedAccountAsync(1);
        var (back, backSfid) = await sync.LoadedAccountAsync(2);

        sync.Org.Update("Account", changedSfid, ("Name", "Told"), ("Phone", null), ("AnnualRevenue", "90000000"));
        var parent = sync.Org.Create("Account", ("Name", "Born there"));
        sync.Org.Update("Account", changedSfid, ("ParentId", parent));
        sync.Org.Delete(goneSfid);
        sync.Org.Delete(backSfid);
        await sync.ConvergedAsync();
        (await sync.AccountAsync(gone, "name")).ShouldBeNull();
        (await sync.AccountAsync(back, "name")).ShouldBeNull();
        sync.Org.Undelete(backSfid);
        await sync.ConvergedAsync();

        (await sync.AccountAsync(changed, "concat_ws('|', name, phone, annualrevenue::bigint)")).ShouldBe("Told|90000000");
        (await sync.AccountAsync(back, "name")).ShouldBe("Plain 2");
        (await sync.QueryAsync<long>("select count(*) from salesforce.account where name = 'Born there'")).ShouldBe(1);
        reads.Polls.ShouldBe(0, sync.Log);
        await sync.ToldAsync();
    }

    [Fact]
    public async Task One_event_that_names_many_records_changes_and_deletes_all_of_them()
    {
        await using var sync = await HeardSync.StartAsync();
        string[] sfids = [.. Enumerable.Range(0, 60).Select(i => sync.Org.Create("Account", ("Name", $"Many {i}")))];
        await sync.ConvergedAsync();
        using var reads = new OrgReads(sync.Server);

        sync.Org.UpdateAll("Account", sfids, ("Industry", "Energy"), ("Description", "all alike"));
        sync.EventsOf("Account")[^1].RecordIds.ShouldBe(sfids);
        await sync.ConvergedAsync();
        (await sync.QueryAsync<long>("select count(*) from salesforce.account where industry = 'Energy' and description = 'all alike'")).ShouldBe(60);

        sync.Org.DeleteAll(sfids);
        sync.EventsOf("Account")[^1].RecordIds.ShouldBe(sfids);
        await sync.ConvergedAsync();
        (await sync.QueryAsync<long>("select count(*) from salesforce.account where name like 'Many %'")).ShouldBe(0);
        reads.Polls.ShouldBe(0, sync.Log);
    }

    [Fact]
    public async Task Two_mappings_hear_their_channels_on_one_connection()
    {
        await using var sync = await RunningSync.PrepareAsync(HeardSync.Settings());
        var handshakes = sync.Server.Faults.Add(new OrgFault.Latency(new LatencyDistribution.Fixed(TimeSpan.Zero)), new CallMatch("handshake", Api: "stream"));
        sync.StartNode();
        await sync.HeardAsync("Account", "Contact");
        var (id, sfid) = await sync.LoadedAccountAsync();
        var contact = sync.Org.Create("Contact", ("LastName", "Heard"), ("AccountId", sfid));
        sync.Org.Update("Account", sfid, ("Phone", "heard"));
        sync.Org.Update("Contact", contact, ("Title", "heard too"));

        await sync.ConvergedAsync();
        (await sync.AccountAsync(id, "phone")).ShouldBe("heard");
        (await sync.QueryAsync<string>($"select title || account__actorsync_id__c from salesforce.contact where sfid = '{contact}'")).ShouldBe($"heard too{id}");
        await sync.ToldAsync("Account");
        await sync.ToldAsync("Contact");
        (sync.Server.StreamsOpen, sync.Server.Faults.Hits(handshakes)).ShouldBe((1, 1));
    }

    // A record that leaves past the recycle bin is in no event: getDeleted of the sweep alone names it.
    [Fact]
    public async Task A_hard_delete_that_no_event_tells_is_found_by_the_sweep()
    {
        await using var sync = await HeardSync.StartAsync(HeardSync.Settings(feed: "cdc.fallback-interval = 1s"));
        var (id, sfid) = await sync.LoadedAccountAsync();
        await sync.SecondPassesAsync();
        var last = sync.Events().Last;
        sync.Org.HardDelete(sfid);

        await sync.ConvergedAsync();
        (await sync.AccountAsync(id, "name")).ShouldBeNull();
        sync.Events().After(last).ShouldAllBe(change => !change.RecordIds.Contains(sfid));
    }

    // Setup stopped publishing for a moment: the stream is heard, and the change is not in it.
    [Fact]
    public async Task A_change_that_was_never_published_is_found_by_the_fallback_poll()
    {
        var selected = new List<string> { "Account", "Contact" };
        await using var sync = await HeardSync.StartAsync(HeardSync.Settings(Publishing(selected), feed: "cdc.fallback-interval = 1s"));
        var (id, sfid) = await sync.LoadedAccountAsync();
        var last = sync.Events().Last;
        selected.Remove("Account");
        sync.Org.Update("Account", sfid, ("Name", "Untold"));
        sync.Events().Last.ShouldBe(last);
        selected.Add("Account");

        await sync.ConvergedAsync();
        (await sync.AccountAsync(id, "name")).ShouldBe("Untold");
    }

    [Fact]
    public async Task A_channel_that_is_not_selected_is_polled_until_it_is()
    {
        var selected = new List<string> { "Account" };
        await using var sync = await RunningSync.PrepareAsync(HeardSync.Settings(Publishing(selected), feed: "interval = 200ms"));
        sync.StartNode();
        await sync.HeardAsync("Account");
        await sync.SaysAsync("/data/ContactChangeEvent");
        await sync.SaysAsync("Setup");
        var (_, sfid) = await sync.LoadedAccountAsync();
        var contact = sync.Org.Create("Contact", ("LastName", "Polled"), ("AccountId", sfid));
        await sync.ConvergedAsync();
        sync.EventsOf("Contact").ShouldBeEmpty();

        selected.Add("Contact");
        sync.Server.ForgetStreams();
        await sync.HeardAsync("Contact");
        using (var polls = new OrgReads(sync.Server, "Contact"))
        {
            await HeardSync.PassAsync(TimeSpan.FromSeconds(1));
            polls.Polls.ShouldBeLessThanOrEqualTo(1, "a channel that is heard is polled at the fallback interval");
            sync.Org.Update("Contact", contact, ("Title", "heard"));
            await sync.ConvergedAsync();
        }

        (await sync.QueryAsync<string>($"select title from salesforce.contact where sfid = '{contact}'")).ShouldBe("heard");
        await sync.ToldAsync("Contact");
    }

    private static OrgServerOptions Publishing(List<string> selected) => new() { ChangeEvents = new ChangeEventOptions { Objects = selected } };
}
