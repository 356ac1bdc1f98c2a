using System.Globalization;
using ActorSync.Audit;
using ActorSync.Commands;
using ActorSync.Demo.Stories;
using ActorSync.Demo.Traffic;
using ActorSync.Domain.Mapping;
using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Http;
using Npgsql;

namespace ActorSync.Demo;

/// <summary>The demo from its start to its end: a database, an org, a node; the load, the stories, the traffic, the comparison.</summary>
internal sealed class DemoRun(DemoOptions options, CommandScope scope)
{
    private static readonly LatencyDistribution UsualAnswer = new LatencyDistribution.Lognormal(TimeSpan.FromMilliseconds(200), 0.5, TimeSpan.FromSeconds(1));

    private readonly DemoScreen _screen = new(scope);
    private readonly long _startedAt = scope.Clock.GetTimestamp();

    private TimeProvider Clock => scope.Clock;

    /// <summary>Runs; everything it started has ended when it returns or throws.</summary>
    public async Task<ExitCode> RunAsync()
    {
        var stop = scope.Stop;
        var folder = DemoFolder.Open();
        _screen.Say($"ActorSync demo: {options.Records:N0} records, seed {options.Seed} (repeat it with --seed {options.Seed}); everything is kept in {folder}");
        await using var org = await OrgServer.StartAsync(
            new OrgServerOptions { Records = options.Records, Seed = options.Seed, RequestLimit = DemoOptions.RequestLimit, Clock = Clock }, stop);
        await using var database = await DemoDatabase.StartAsync(folder, options.Seed.ToString(CultureInfo.InvariantCulture), line => _screen.Say($"  {line}"), stop);
        await using var node = DemoNode.Start(database, org, folder, scope, _screen.Say);
        Addresses(org, database, node, folder);

        _screen.Chapter("Initial load");
        var sides = new BothSides(database.Application, org.Model, node, Clock, _screen.Say);
        var mappings = await sides.LoadedAsync(stop);
        _screen.Say($"  {mappings.Sum(mapping => org.Model.Count(mapping.ObjectName)):N0} records of {mappings.Count} objects are in PostgreSQL, {Elapsed()} after the start");

        var stories = await PlayAsync(org, database.Application, mappings, stop);
        var latency = options.Exit ? await MeasureAsync(org, database.Application, mappings, stop) : null;
        var (reading, applicationEdits, userEdits) = await EditAsync(org, database.Application, mappings, node, stop);
        return options.Exit
            ? await JudgeAsync(org, database.Application, mappings, sides, new DemoSummary(stories, latency, reading, applicationEdits, userEdits, node), stop)
            : ExitCode.Ok;
    }

    private void Addresses(OrgServer org, DemoDatabase database, DemoNode node, string folder) => _screen.Say(
        $"""

        Look at it from another terminal:
          the org, as its users see it   {org.Url}
          the database                   psql '{database.Url.OriginalString}'
          the node                       actorsync status --postgres '{database.Url.OriginalString}'
          a record's history             actorsync audit UUID --postgres '{database.Url.OriginalString}'
          OAuth client of the org        {org.ClientId}, secret {org.ClientSecret}
          the node's log                 {Path.Combine(folder, "node.log")} (process {node.ProcessId}; kill -9 it if you like)
        """);

    private async Task<IReadOnlyList<StoryResult>> PlayAsync(OrgServer org, NpgsqlDataSource application, IReadOnlyList<ObjectMapping> mappings, CancellationToken stop)
    {
        _screen.Chapter("The anomalies that Heroku Connect documents as expected behaviour");
        var results = new List<StoryResult>();
        await using var stage = await StoryStage.SetAsync(application, org, mappings, Clock, stop);
        foreach (var story in Story.All())
        {
            var result = await StoryResult.PlayAsync(story, stage, Clock, stop);
            results.Add(result);
            _screen.Show(result);
        }

        org.Faults.Clear();
        return results;
    }

    private async Task<LatencyReport> MeasureAsync(OrgServer org, NpgsqlDataSource application, IReadOnlyList<ObjectMapping> mappings, CancellationToken stop)
    {
        _screen.Chapter("Latency");
        var latency = await LatencyProbe.MeasureAsync(application, org, mappings, Clock, stop);
        _screen.Say($"  {latency}");
        return latency;
    }

    private async Task<(DemoReading Last, EditTally Application, EditTally Users)> EditAsync(
        OrgServer org, NpgsqlDataSource application, IReadOnlyList<ObjectMapping> mappings, DemoNode node, CancellationToken stop)
    {
        _screen.Chapter(options.Exit
            ? $"Traffic: {DemoOptions.EditsPerSide:N0} edits on each side"
            : "Traffic on both sides until Ctrl-C");
        // Salesforce takes its time to answer; what happens meanwhile is what conflicts are made of.
        org.Faults.Add(new OrgFault.Latency(UsualAnswer, HoldPoint.AfterEffect), new CallMatch("update", "Account", Api: "soap"));
        var random = new Random(options.Seed);
        var userEdits = new SalesforceEdits(org.Model, new Random(random.Next()));
        var known = await KnownRecords.ReadAsync(application, mappings, new Random(random.Next()), stop);
        var applicationEdits = new ApplicationEdits(application, mappings, known, userEdits.Contest, Clock, new Random(random.Next()));
        var pace = new TrafficPace(options.Exit ? DemoOptions.EditsPerSide : null, Clock);
        var meter = new DemoMeter(application, org.Model, node, Clock);
        var traffic = Task.WhenAll(
            pace.RunAsync(applicationEdits.Tally, userEdits.Tally, () => applicationEdits.EditAsync(stop), stop),
            pace.RunAsync(userEdits.Tally, applicationEdits.Tally, () => { userEdits.Edit(); return Task.CompletedTask; }, stop));
        var last = await meter.ReadAsync(applicationEdits.Tally, userEdits.Tally, CancellationToken.None);
        await _screen.FollowAsync(
            async () => traffic.IsCompleted ? null : last = await meter.ReadAsync(applicationEdits.Tally, userEdits.Tally, CancellationToken.None), Clock, stop);
        if (stop.IsCancellationRequested && !options.Exit)
        {
            await traffic.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return (last, applicationEdits.Tally, userEdits.Tally);
        }

        await traffic;
        return (last, applicationEdits.Tally, userEdits.Tally);
    }

    private async Task<ExitCode> JudgeAsync(
        OrgServer org, NpgsqlDataSource application, IReadOnlyList<ObjectMapping> mappings, BothSides sides, DemoSummary summary, CancellationToken stop)
    {
        _screen.Chapter("Comparison");
        var comparison = await sides.AtRestAsync(mappings, stop);
        var history = await new HistoryCheck(application, mappings).RunAsync(null, stop);
        var last = await new DemoMeter(application, org.Model, summary.Node, Clock).ReadAsync(null, null, stop);
        var (lines, right) = summary.Tell(comparison, history, last);
        foreach (var line in lines)
        {
            _screen.Say(line);
        }

        _screen.Say($"{(right ? "Everything is right" : "SOMETHING IS WRONG")}, {Elapsed()} after the start.");
        return right ? ExitCode.Ok : ExitCode.Failed;
    }

    private string Elapsed() => string.Create(CultureInfo.InvariantCulture, $"{Clock.GetElapsedTime(_startedAt).TotalSeconds:0} s");
}
