using System.CommandLine;
using System.Globalization;
using ActorSync.Budget;
using ActorSync.Configuration;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Rest;
using ActorSync.Salesforce.Session;
using Spectre.Console;

namespace ActorSync.Commands;

/// <summary><c>actorsync plan</c>: what a configuration costs of the org's daily API requests, before a node is started.</summary>
internal static class PlanCommand
{
    public static Command Create(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var files = ConfigFiles.Option(required: true);
        var json = Json.Option();
        var offline = new Option<bool>("--offline") { Description = "Do not ask the org for its limit (one API request)." };
        var command = new DescribedCommand(
            "plan",
            "Estimate what a configuration costs of the org's daily API requests: by object while nothing changes, and by 1,000 changes. Changes nothing.",
            "actorsync plan -c actorsync.conf",
            "actorsync plan -c actorsync.conf --offline --json") { files, offline, json };
        command.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            return CommandLine.GuardAsync(scope, async () =>
            {
                var config = ConfigFiles.Load(parsed.GetRequiredValue(files));
                var (org, trouble) = parsed.GetValue(offline) ? (null, null) : await AskAsync(config, scope);
                var plan = CallPlan.Of(config, org);
                if (parsed.GetValue(json))
                {
                    await scope.Out.WriteLineAsync(Json.Of(plan));
                }
                else
                {
                    Show(scope, plan, trouble);
                }

                return (int)ExitCode.Ok;
            });
        });
        return command;
    }

    // An org that cannot be asked is no failure: the estimate needs none.
    private static async Task<(OrgLimit? Limit, string? Trouble)> AskAsync(SyncConfig config, CommandScope scope)
    {
        var options = NodeOptions.From(config);
        using var session = new SalesforceSession(options.Credentials, options.Salesforce, scope.Clock);
        try
        {
            return ((await new DescribeClient(session).LimitsAsync(scope.Stop)).GetValueOrDefault("DailyApiRequests"), null);
        }
        catch (SalesforceException error)
        {
            return (null, error.Message);
        }
    }

    private static void Show(CommandScope scope, CallPlan plan, string? trouble)
    {
        var table = new Table { Border = TableBorder.Simple }.AddColumns("object", "polls a day", "deletions a day", "API requests a day, idle");
        foreach (var calls in plan.Objects)
        {
            table.AddRow(Markup.Escape(calls.Object), Number(calls.Polls), Number(calls.Deletions), Number(calls.PerDay));
        }

        scope.Console.Write(table.AddRow("all", "", "", Number(plan.IdlePerDay)));
        var lines = new List<string>
        {
            $"each start     {Number(plan.Start)} API requests",
            $"1,000 changes  {Number(plan.SoapPerThousand)} by SOAP if they fill their calls, up to 1,000 if they come one by one"
                + (plan.BulkPerThousand is { } bulk ? string.Create(CultureInfo.InvariantCulture, $"; {bulk:0.#} in full Bulk jobs") : "; no Bulk jobs"),
            "change events  none by themselves, the org has an allowance of its own for them; records that they name are read, up to 500 by one API request",
            plan switch
            {
                { OrgMax: { } max, OrgRemaining: { } left } => $"the org        allows {Number(max)} in 24 hours, to all its applications; {Number(left)} are left now",
                _ => trouble is null ? "the org        was not asked" : $"the org        could not be asked: {trouble}",
            },
            plan.Share is { } share ? $"our share      {Number(share)} in 24 hours" : "our share      none configured (salesforce.api-budget.calls-per-day): as many as the org has, but for its reserve",
        };
        lines.AddRange(plan.Warnings.Select(warning => $"warning: {warning}"));
        lines.ForEach(scope.Console.Profile.Out.Writer.WriteLine);
    }

    private static string Number(double count) => Math.Ceiling(count).ToString("N0", CultureInfo.InvariantCulture);
}
