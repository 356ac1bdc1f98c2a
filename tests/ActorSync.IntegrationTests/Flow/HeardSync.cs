using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Org.Changes;
using ActorSync.TestKit.Time;
using Shouldly;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>A sync whose mappings are fed by change events. Polls are an hour apart unless a test says otherwise: what arrives before that came by the stream.</summary>
internal static class HeardSync
{
    /// <summary>Both mappings by change events.</summary>
    /// <param name="org">How the org is set up.</param>
    /// <param name="feed">Keys of <c>feed</c> and <c>feed.cdc</c>, over the hours.</param>
    /// <param name="counts">NumberOfEmployees is counted.</param>
    public static FlowSettings Settings(OrgServerOptions? org = null, string feed = "", bool counts = false) => new()
    {
        Org = org ?? new OrgServerOptions(),
        Configuration = $$"""
            actorsync.feed { interval = 1h, overlap = 1h, overlap-interval = 1h, cdc { fallback-interval = 1h, read-interval = 100ms } }
            actorsync.feed { {{feed}} }
            actorsync.mappings = [
              { object = Account, feed = cdc, fields = [Name, Phone, Website, Industry, AnnualRevenue, {{(counts ? "{ name = NumberOfEmployees, policy = counter }" : "NumberOfEmployees")}}, Description, Parent.ActorSync_Id__c] }
              { object = Contact, feed = cdc, fields = [FirstName, LastName, Email, Title, Birthdate, Account.ActorSync_Id__c] }
            ]

            """,
    };

    /// <summary>A node that has loaded everything and hears both channels.</summary>
    public static async Task<RunningSync> StartAsync(FlowSettings? settings = null)
    {
        var sync = await RunningSync.PrepareAsync(settings ?? Settings());
        try
        {
            sync.StartNode();
            await sync.HeardAsync("Account", "Contact");
            return sync;
        }
        catch
        {
            await sync.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the newest node hears the channels of these objects and has come to rest.</summary>
    public static async Task HeardAsync(this RunningSync sync, params string[] types)
    {
        foreach (var type in types)
        {
            await sync.SaysAsync($"{type}: change events are heard");
        }

        await sync.ConvergedAsync();
    }

    /// <summary>Waits until the newest node of this process says a line that contains this, whatever its case.</summary>
    public static Task SaysAsync(this RunningSync sync, string text) => Eventually.PassesAsync($"the node to say '{text}'", () =>
    {
        sync.Log.ShouldContain(text, Case.Insensitive);
        return Task.CompletedTask;
    });

    /// <summary>Events of an object that the org keeps, oldest first.</summary>
    public static IReadOnlyList<OrgChangeEvent> EventsOf(this RunningSync sync, string type) =>
        [.. sync.Events().After(0).Where(change => change.Definition.Name == type)];

    /// <summary>The events the org keeps.</summary>
    public static ChangeEventLog Events(this RunningSync sync) => sync.Org.Model.RecordChangeEvents(new ChangeEventOptions());

    /// <summary>Where the feed of an object stands in its channel; null before its first event.</summary>
    public static Task<long?> ReplayIdAsync(this RunningSync sync, string type) => sync.StreamAsync(type, "replayId");

    /// <summary>Events that named a write of ours and showed other values.</summary>
    public static async Task<long> NearMissesAsync(this RunningSync sync, string type) => await sync.StreamAsync(type, "nearMisses") ?? 0;

    /// <summary>Waits until the feed of an object has taken everything that the org has told of it, and the records have decided it.</summary>
    public static async Task ToldAsync(this RunningSync sync, string type = "Account")
    {
        var last = sync.EventsOf(type)[^1].ReplayId;
        await Eventually.PassesAsync($"the feed to have heard event {last}", async () => (await sync.ReplayIdAsync(type)).ShouldBe(last));
        await sync.MailIsDecidedAsync();
    }

    /// <summary>Waits until the feed of accounts has gone on from a place in its channel.</summary>
    public static Task ReplayIdMovesAsync(this RunningSync sync, long from) =>
        Eventually.PassesAsync("the feed to hear of accounts", async () => (await sync.ReplayIdAsync("Account") ?? 0).ShouldBeGreaterThan(from));

    /// <summary>Waits until the second of the newest event is over: stamps have seconds, and a deletion in the second of a write of ours leaves open which came later.</summary>
    public static Task SecondPassesAsync(this RunningSync sync) =>
        Eventually.HoldsAsync("the next second", () => Task.FromResult(sync.Org.Model.Now - sync.Events().After(0)[^1].Transaction.CommittedAt >= TimeSpan.FromSeconds(1)));

    /// <summary>Waits until real time has passed; only where the world outside is to have had its time.</summary>
    public static Task PassAsync(TimeSpan time)
    {
        var began = TimeProvider.System.GetTimestamp();
        return Eventually.HoldsAsync("time to pass", () => Task.FromResult(TimeProvider.System.GetElapsedTime(began) > time), time + Eventually.DefaultMax);
    }

    private static async Task<long?> StreamAsync(this RunningSync sync, string type, string key) =>
        await sync.QueryAsync<string>($"select l.cursor->'stream'->>'{key}' from actorsync.lease l join actorsync.mapping m on l.address = 20000 + m.mapping where m.object = '{type}'") is { } text
            ? long.Parse(text, System.Globalization.CultureInfo.InvariantCulture)
            : null;
}
