using ActorSync.IntegrationTests.Commands;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Org.SchemaFiles;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Our own writes come back as change events: known by the client id of their origin, and believed by their values alone.</summary>
public sealed class OwnChangeEventTests
{
    [Fact]
    public async Task Our_own_writes_come_back_and_cost_no_read()
    {
        await using var sync = await HeardSync.StartAsync();
        var (id, sfid) = await sync.LoadedAccountAsync(0);
        using var reads = new OrgReads(sync.Server);
        var last = sync.Events().Last;
        await sync.SetAsync(id, "name = '  Ours ', phone = null, annualrevenue = 12.50, numberofemployees = 7");
        await sync.ConvergedAsync();
        var born = await sync.InsertAccountAsync("Born here");
        await sync.ConvergedAsync();
        await sync.SetAsync(born, "phone = '1'");
        await sync.ConvergedAsync();
        await sync.ToldAsync();
        await sync.ConvergedAsync();

        var ours = sync.Events().After(last);
        ours.ShouldAllBe(change => change.Transaction.Origin.Contains("client=actorsync/"));
        (ours.Count, ours.Count(change => change.RecordIds.Contains(sfid))).ShouldBe((3, 1));
        (reads.Polls, reads.ById).ShouldBe((0, 0), sync.Log);
        (await sync.NearMissesAsync("Account")).ShouldBe(0);
    }

    // The event names our write, and the value in it is the rule's.
    [Fact]
    public async Task A_value_that_a_rule_of_the_org_made_of_ours_is_a_near_miss_and_is_read()
    {
        const string upperCase = """{"objects": [{"object": "Account", "beforeSaveRules": [{"field": "Website", "upperCase": true, "when": "ISCHANGED(Website)"}]}]}""";
        await using var sync = await HeardSync.StartAsync(HeardSync.Settings(new OrgServerOptions { OrgOptions = new OrgOptions { Schema = OrgSchemaFile.Parse(upperCase, "rules.json") } }));
        var (id, _) = await sync.LoadedAccountAsync(0);
        using var reads = new OrgReads(sync.Server);
        await sync.SetAsync(id, "website = 'example.com'");
        await sync.ConvergedAsync();
        await sync.ToldAsync();
        await sync.ConvergedAsync();

        (await sync.AccountAsync(id, "website")).ShouldBe("EXAMPLE.COM");
        (await sync.NearMissesAsync("Account")).ShouldBe(1);
        reads.ById.ShouldBePositive("values that are not ours are proved by a read");
        reads.Polls.ShouldBe(0, sync.Log);
    }

    // Anybody may call himself by the id of one of our submissions.
    [Fact]
    public async Task A_change_under_our_name_with_other_values_is_a_near_miss_and_is_taken()
    {
        await using var sync = await HeardSync.StartAsync();
        var (id, sfid) = await sync.LoadedAccountAsync(0);
        await sync.SetAsync(id, "name = 'Ours'");
        await sync.ConvergedAsync();
        await sync.ToldAsync();
        var name = sync.Org.WrittenBySync(id)[^1].Client;
        using var reads = new OrgReads(sync.Server);

        var impostor = new DmlContext("soap", name, sync.Org.Model.IntegrationUser.Id);
        sync.Org.Model.Update([new RecordInput("Account", sfid, new Dictionary<string, object?> { ["Name"] = "Not ours" })], impostor)[0].Success.ShouldBeTrue();
        await sync.ConvergedAsync();
        await sync.ToldAsync();

        (await sync.AccountAsync(id, "name")).ShouldBe("Not ours");
        (await sync.NearMissesAsync("Account")).ShouldBe(1);
        (reads.ById > 0, reads.Polls).ShouldBe((true, 0), sync.Log);
    }

    [Fact]
    public async Task The_status_shows_where_the_stream_stands()
    {
        await using var sync = await HeardSync.StartAsync();
        var (_, sfid) = await sync.LoadedAccountAsync(0);
        sync.Org.Update("Account", sfid, ("Name", "Told"));
        await sync.ToldAsync();

        var runner = new CommandRunner();
        await runner.RunAsync("status", "--json", "-c", sync.ConfigFile);
        runner.Output.ShouldContain("replayId", customMessage: runner.Error);
        runner.Output.ShouldContain((await sync.ReplayIdAsync("Account"))!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
