using System.Globalization;
using ActorSync.Commands;
using ActorSync.Demo.Stories;
using Spectre.Console;

namespace ActorSync.Demo;

/// <summary>What the demo shows: colours and a live table on a terminal, plain lines elsewhere.</summary>
internal sealed class DemoScreen(CommandScope scope)
{
    /// <summary>Between lines of figures where there is no terminal.</summary>
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private readonly IAnsiConsole _console = scope.Console;
    private readonly Lock _gate = new();

    /// <summary>One line.</summary>
    public void Say(string text)
    {
        lock (_gate)
        {
            // Not wrapped: addresses must stay whole to be copied.
            _console.Profile.Out.Writer.WriteLine(text);
            _console.Profile.Out.Writer.Flush();
        }
    }

    /// <summary>A heading.</summary>
    public void Chapter(string title)
    {
        lock (_gate)
        {
            _console.WriteLine();
            _console.MarkupLineInterpolated($"[bold]{title}[/]");
        }
    }

    /// <summary>A story as it went.</summary>
    public void Show(StoryResult result)
    {
        lock (_gate)
        {
            _console.WriteLine();
            _console.MarkupLineInterpolated($"[bold]{result.Story.Title}[/]  {(result.IsRight ? "right" : "WRONG")}  ({result.Took.TotalSeconds:0.0} s)");
            _console.MarkupLineInterpolated($"  Heroku Connect: {result.Story.Documented}");
            _console.MarkupLineInterpolated($"  here:           {result.Story.Expected}");
            var table = new Table { Border = TableBorder.Simple }.AddColumns("", "PostgreSQL", "Salesforce", "");
            foreach (var scene in result.Scenes)
            {
                table.AddRow(scene.Moment, Markup.Escape(Values(scene, scene.Postgres, "no row")), Markup.Escape(Values(scene, scene.Salesforce, "no record")), Markup.Escape(scene.Note));
            }

            _console.Write(table);
            foreach (var check in result.Checks.Where(check => !check.Held))
            {
                _console.MarkupLineInterpolated($"  [red]broken: {check.Promise}; found: {check.Found}[/]");
            }
        }
    }

    /// <summary>Shows figures until told that it is enough, once a second on a terminal.</summary>
    /// <param name="read">Reads the next figures; null ends.</param>
    public Task FollowAsync(Func<Task<DemoReading?>> read, TimeProvider clock, CancellationToken stop) =>
        scope.IsTerminal ? FollowLiveAsync(read, clock, stop) : FollowPlainAsync(read, clock, stop);

    private Task FollowLiveAsync(Func<Task<DemoReading?>> read, TimeProvider clock, CancellationToken stop) =>
        _console.Live(new Text("")).AutoClear(false).StartAsync(async live =>
        {
            while (!stop.IsCancellationRequested && await read() is { } reading)
            {
                live.UpdateTarget(Figures(reading));
                await Task.Delay(TimeSpan.FromSeconds(1), clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });

    private async Task FollowPlainAsync(Func<Task<DemoReading?>> read, TimeProvider clock, CancellationToken stop)
    {
        var shownAt = 0L;
        while (!stop.IsCancellationRequested && await read() is { } reading)
        {
            if (shownAt == 0 || clock.GetElapsedTime(shownAt) >= PlainInterval)
            {
                shownAt = clock.GetTimestamp();
                Say("  " + string.Join("   ", Pairs(reading).Select(pair => $"{pair.Name} {pair.Value}")));
            }

            await Task.Delay(TimeSpan.FromSeconds(1), clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static Table Figures(DemoReading reading)
    {
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = false }.AddColumns("", "");
        foreach (var (name, value) in Pairs(reading))
        {
            table.AddRow(name, value);
        }

        return table;
    }

    private static IEnumerable<(string Name, string Value)> Pairs(DemoReading reading)
    {
        yield return ("application edits", Number(reading.ApplicationEdits));
        yield return ("Salesforce edits", Number(reading.SalesforceEdits));
        yield return ("to Salesforce", Number(reading.ReachedSalesforce));
        yield return ("to PostgreSQL", Number(reading.ReachedPostgres));
        yield return ("rate", string.Create(CultureInfo.InvariantCulture, $"{reading.Rate:0}/s"));
        yield return ("lag", string.Create(CultureInfo.InvariantCulture, $"{reading.Status.ChangeLog.OldestAgeSeconds ?? 0:0.00} s"));
        yield return ("outstanding", Number(reading.Status.Offers.Waiting + reading.Status.Submissions.OutstandingRecords));
        yield return ("in doubt", Number(reading.Status.Submissions.InDoubt));
        yield return ("conflicts", Number(reading.Conflicts));
        yield return ("parked", Number(reading.Status.ParkedRecords));
        yield return ("node restarts", Number(reading.Restarts));
    }

    private static string Values(Scene scene, IReadOnlyDictionary<string, string?>? values, string nothing) =>
        values is null ? nothing : string.Join(", ", scene.Fields.Select(field => $"{field} {values.GetValueOrDefault(field) ?? "empty"}"));

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
