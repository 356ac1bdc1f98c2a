using System.Globalization;
using System.Text.Json;
using ActorSync.Commands;
using ActorSync.IntegrationTests.Commands;
using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>One mapping is paused, fails, or is loaded again; the others do not notice.</summary>
public sealed class MappingStateTests
{
    [Fact]
    [Trait("Invariant", "I10")]
    public async Task A_paused_object_keeps_its_changes_of_both_sides_until_it_is_resumed_and_the_others_go_on()
    {
        await using var sync = await RunningSync.StartAsync();
        var (id, sfid) = await sync.LoadedAccountAsync();
        await SayAsync(sync, "pause", "account").ShouldContainAsync("Account is paused");
        await StateAsync(sync, "Account").ShouldContainAsync("paused");
        await Eventually.HoldsAsync("the node to pause", () => Task.FromResult(
            sync.Log.Contains("Account is paused", StringComparison.Ordinal) && sync.Log.Contains("Account: nothing of it is sent", StringComparison.Ordinal)));

        sync.Org.Update("Account", sfid, ("Website", "from there"));
        await sync.SetAsync(id, "phone = 'from here'");
        var born = await sync.InsertAccountAsync("born while paused");
        var contact = sync.Org.Create("Contact", ("LastName", "free"));
        await Eventually.HoldsAsync("contacts to flow in", async () => await sync.QueryAsync<long>($"select count(*) from salesforce.contact where sfid = '{contact}'") == 1);
        await sync.ExecuteAsync($"update salesforce.contact set lastname = 'freed' where sfid = '{contact}'");
        // Its parent is still to be born: it waits with it, and is not refused.
        await sync.ExecuteAsync($"insert into salesforce.contact(lastname, account__actorsync_id__c) values ('child', '{born}')");
        await Eventually.HoldsAsync("contacts to flow out", () => Task.FromResult(sync.Org.Model.Query("SELECT Id FROM Contact WHERE LastName = 'freed'").Rows.Count == 1));
        await Eventually.HoldsAsync("the paused changes to be offered", async () => await sync.QueryAsync<long>("select count(*) from actorsync.offer") >= 3);
        (await sync.AccountAsync(id, "website")).ShouldNotBe("from there");
        sync.Org.Account(id, "Phone").ShouldNotBe("from here");
        sync.Org.Accounts(born).ShouldBeEmpty();

        // A node that finds it paused does the same, and neither loses what the other passed over.
        await sync.StopNodeAsync();
        sync.StartNode();
        await Eventually.HoldsAsync("the next node to pause", () => Task.FromResult(sync.Log.Contains("Account is paused", StringComparison.Ordinal)));
        await SayAsync(sync, "resume", "Account").ShouldContainAsync("Account goes on");
        await sync.ConvergedAsync();

        (await sync.AccountAsync(id, "website")).ShouldBe("from there");
        sync.Org.Account(id, "Phone").ShouldBe("from here");
        sync.Org.Accounts(born).Count.ShouldBe(1);
        (await sync.QueryAsync<long>("select count(*) from actorsync.actor where parked")).ShouldBe(0);
        await StateAsync(sync, "Account").ShouldContainAsync("live");
    }

    // More children than the coordinator holds ready, and more than may wait for Salesforce.
    [Theory]
    [InlineData("record")]
    [InlineData("log")]
    public async Task However_many_children_wait_for_a_paused_object_the_others_go_on_and_all_of_them_arrive(string order)
    {
        await using var sync = await RunningSync.StartAsync(new FlowSettings
        {
            Configuration = $"actorsync.coordinator {{ order = {order}, ready-writes-max = 40, offers-max = 100, soap-rows-max = 20, submissions-max = 2 }}\n",
        });
        await SayAsync(sync, "pause", "Account");
        // Reads and writes stop apart from one another; in the order of the log, writes stop with the command.
        var sign = order == "log" ? "Account is paused" : "Account: nothing of it is sent";
        await Eventually.HoldsAsync("the node to pause", () => Task.FromResult(sync.Log.Contains(sign, StringComparison.Ordinal)));
        var count = order == "log" ? 45 : 150;
        await sync.ExecuteAsync(
            $"""
            with parents as (insert into salesforce.account(name) select 'Parent ' || i from generate_series(1, {count}) i returning actorsync_id__c)
            insert into salesforce.contact(lastname, account__actorsync_id__c) select 'Child', actorsync_id__c from parents
            """);
        await Eventually.HoldsAsync("all of them to be offered", async () => await sync.QueryAsync<long>("select count(*) from actorsync.offer") == 2 * count);
        await sync.ExecuteAsync("insert into salesforce.contact(lastname) values ('Free')");
        await Eventually.HoldsAsync("contacts to flow out", () => Task.FromResult(sync.Org.Model.Query("SELECT Id FROM Contact WHERE LastName = 'Free'").Rows.Count == 1));
        sync.Org.Model.Query("SELECT Id FROM Contact WHERE LastName = 'Child'").Rows.ShouldBeEmpty();

        await SayAsync(sync, "resume", "Account");
        await sync.ConvergedAsync();
        (await sync.QueryAsync<long>("select count(*) from actorsync.actor where parked")).ShouldBe(0);
        sync.Org.Model.Query("SELECT Id FROM Account WHERE Name LIKE 'Parent %'").Rows.Count.ShouldBe(count);
        sync.Org.Model.Query("SELECT Id FROM Contact WHERE LastName = 'Child' AND AccountId != null").Rows.Count.ShouldBe(count);
        sync.Org.ShouldHoldNothingTwice();
    }

    // What the polls cannot see any more, a transaction that committed later than the overlap, is found by reading everything again. Nobody's table is emptied for that.
    [Theory]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public async Task A_reload_corrects_what_differs_and_touches_nothing_else(int bulkRowsMin)
    {
        await using var sync = await RunningSync.StartAsync(LoadTests.Settings(more: $"actorsync.feed.load.bulk-rows-min = {bulkRowsMin}"));
        var (id, sfid) = await sync.LoadedAccountAsync();
        await LoadTests.RecordsAreOldAsync(sync);
        sync.Org.Create("Account", ("Name", "Newest"));
        await sync.ConvergedAsync();
        var newest = sync.Org.Model.Query("SELECT SystemModstamp FROM Account WHERE Name = 'Newest'").Rows.Single().Fields[0].Value.ShouldBeOfType<DateTimeOffset>();
        await Eventually.HoldsAsync("the deep polls to begin behind the old records", async () => await sync.QueryAsync<bool>(
            string.Create(CultureInfo.InvariantCulture, $"select exists (select from actorsync.lease where address >= 20000 and (cursor->>'deepSince')::timestamptz >= '{newest:O}')")));
        sync.Server.Faults.Add(new OrgFault.CommitLate(TimeSpan.FromHours(1)), new CallMatch("update"), hitsMax: 1);
        await UpdateByRestAsync(sync, sfid, "late");
        await sync.PolledAsync("Account");
        await sync.MailIsDecidedAsync();
        (await sync.AccountAsync(id, "name")).ShouldBe("Plain 0", "no poll looks back so far");
        await sync.KeepHistoryAsync();

        await SayAsync(sync, "reload", "Account").ShouldContainAsync("will be read again");
        await Eventually.HoldsAsync("the row to be corrected", async () => await sync.AccountAsync(id, "name") == "late");
        await sync.ConvergedAsync();
        (await sync.ListAsync("select what from public.history")).ShouldBe(["UPDATE late"]);
    }

    [Fact]
    public async Task An_object_that_cannot_be_read_fails_with_its_reason_and_goes_on_when_a_person_has_mended_it()
    {
        await using var sync = await RunningSync.StartAsync();
        var fault = sync.Server.Faults.Add(new OrgFault.Error("INVALID_TYPE", "sObject type 'Contact' is not supported."), new CallMatch("queryAll", "Contact", Api: "soap"));
        await Eventually.HoldsAsync("the mapping to fail", async () => (await StateAsync(sync, "Contact")).StartsWith("failed", StringComparison.Ordinal));
        (await StateAsync(sync, "Contact")).ShouldContain("sObject type 'Contact' is not supported.");
        var hits = sync.Server.Faults.Hits(fault);
        var account = sync.Org.Create("Account", ("Name", "free"));
        await Eventually.HoldsAsync("accounts to flow", async () => await sync.QueryAsync<long>($"select count(*) from salesforce.account where sfid = '{account}'") == 1);
        sync.Server.Faults.Hits(fault).ShouldBe(hits, "it is not asked for again");

        sync.Server.Faults.Remove(fault);
        var contact = sync.Org.Create("Contact", ("LastName", "later"));
        await SayAsync(sync, "resume", "Contact").ShouldContainAsync("Contact goes on");
        await Eventually.HoldsAsync("contacts to flow", async () => await sync.QueryAsync<long>($"select count(*) from salesforce.contact where sfid = '{contact}'") == 1);
        (await StateAsync(sync, "Contact")).ShouldStartWith("live");
    }

    [Fact]
    public async Task A_load_tells_how_far_it_is_and_can_be_paused_in_the_middle()
    {
        await using var sync = await RunningSync.PrepareAsync(LoadTests.Settings(3_000));
        await LoadTests.RecordsAreOldAsync(sync);
        using var late = sync.Server.Faults.HoldNext(new CallMatch("runQueryJob", "Account"), HoldPoint.AfterEffect);
        sync.StartNode();
        await late.Arrived.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        // The org may run the job before the node has noted its id.
        await Eventually.HoldsAsync("the job to be noted", async () =>
            await sync.QueryAsync<long>("select count(*) from actorsync.lease where cursor->'load'->>'job' is not null and (cursor->'load'->>'total')::int = 603") == 1);
        using (var status = JsonDocument.Parse(await StatusAsync(sync)))
        {
            var load = status.RootElement.GetProperty("mappings").EnumerateArray().Single(mapping => mapping.GetProperty("object").GetString() == "Account").GetProperty("load");
            (load.GetProperty("read").GetInt64(), load.GetProperty("total").GetInt64()).ShouldBe((0, 603));
            load.GetProperty("by").GetString()!.ShouldStartWith("750");
        }

        await SayAsync(sync, "pause", "Account");
        await Eventually.HoldsAsync("the node to pause", () => Task.FromResult(sync.Log.Contains("Account is paused", StringComparison.Ordinal)));
        late.Release();
        await Eventually.HoldsAsync("contacts to be loaded meanwhile", async () => (await StateAsync(sync, "Contact")).StartsWith("live", StringComparison.Ordinal));
        (await sync.QueryAsync<long>("select count(*) from salesforce.account where name = 'Plain 0'")).ShouldBe(0);
        await SayAsync(sync, "resume", "Account");
        await sync.ConvergedAsync();
    }

    [Fact]
    public async Task An_object_that_is_not_mapped_is_named_with_the_nearest_that_is()
    {
        await using var sync = await RunningSync.LoadedAsync();
        var runner = new CommandRunner();
        (await runner.RunAsync("mapping", "pause", "Acount", "-c", sync.ConfigFile)).ShouldBe(ExitCode.NotFound);
        runner.Error.Trim().ShouldBe("actorsync: Acount is no mapped object; write Account");
    }

    private static async Task<string> SayAsync(RunningSync sync, string verb, string name)
    {
        var runner = new CommandRunner();
        (await runner.RunAsync("mapping", verb, name, "-c", sync.ConfigFile)).ShouldBe(ExitCode.Ok, runner.Error);
        return runner.Output;
    }

    private static async Task<string> StatusAsync(RunningSync sync)
    {
        var runner = new CommandRunner();
        (await runner.RunAsync("status", "--json", "-c", sync.ConfigFile)).ShouldBe(ExitCode.Ok, runner.Error);
        return runner.Output;
    }

    // State and reason, as status tells them.
    private static async Task<string> StateAsync(RunningSync sync, string name)
    {
        using var status = JsonDocument.Parse(await StatusAsync(sync));
        var mapping = status.RootElement.GetProperty("mappings").EnumerateArray().Single(mapping => mapping.GetProperty("object").GetString() == name);
        return $"{mapping.GetProperty("state").GetString()} {(mapping.TryGetProperty("reason", out var reason) ? reason.GetString() : "")}";
    }

    // Through the server, where faults meet it.
    private static async Task UpdateByRestAsync(RunningSync sync, string sfid, string name)
    {
        var org = await OrgSimulator.OrgCaller.OfAsync(sync.Server);
        using var calls = org.Http;
        (await org.RestAsync(HttpMethod.Patch, $"/sobjects/Account/{sfid}", $"{{\"Name\":\"{name}\"}}")).Status.ShouldBe(System.Net.HttpStatusCode.NoContent);
    }
}

/// <summary>Texts that are still to come.</summary>
internal static class ComingTexts
{
    public static async Task ShouldContainAsync(this Task<string> coming, string part) => (await coming).ShouldContain(part);
}
