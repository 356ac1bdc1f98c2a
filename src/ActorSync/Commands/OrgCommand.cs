using System.CommandLine;
using System.Net;
using ActorSync.OrgSimulator;

namespace ActorSync.Commands;

/// <summary><c>actorsync org</c>: the org simulator alone, for any client.</summary>
internal static class OrgCommand
{
    public static Command Create(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var port = new Option<int>("--port") { Description = "TCP port; 0 takes a free one.", HelpName = "P" };
        var host = new Option<string>("--host")
        {
            Description = "Address to listen on; 0.0.0.0 lets other machines in.",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        var objects = new Option<string?>("--objects") { Description = "JSON file of custom objects and fields, added to the standard ones.", HelpName = "FILE" };
        var records = new Option<int>("--records") { Description = "Records to fill the org with.", HelpName = "N" };
        var chunk = new Option<int>("--bulk-chunk-ms")
        {
            Description = "How long a Bulk job takes for each 200 records, in milliseconds (Salesforce: about 500).",
            HelpName = "MS",
            DefaultValueFactory = _ => (int)new OrgServerOptions().BulkChunkTime.TotalMilliseconds,
        };
        chunk.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 60_000)
            {
                result.AddError("--bulk-chunk-ms: write a number from 0 to 60000.");
            }
        });
        var exitWithInput = StandardInput.ExitOption();
        var command = new DescribedCommand(
            "org",
            "Run a Salesforce org in a box: OAuth, SOAP and REST APIs and a page for a browser. It forgets everything when it stops.",
            "actorsync org --port 8080 --records 1000",
            "actorsync org --objects invoice.json") { port, host, objects, records, chunk, exitWithInput };
        command.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            if (!IPAddress.TryParse(parsed.GetRequiredValue(host), out var address))
            {
                return CommandLine.GuardAsync(scope, () => throw new CommandException(ExitCode.Usage, $"--host {parsed.GetValue(host)}: write an IP address such as 127.0.0.1 or 0.0.0.0"));
            }

            var options = new OrgServerOptions
            {
                Port = parsed.GetValue(port),
                Address = address,
                ObjectsFile = parsed.GetValue(objects),
                Records = parsed.GetValue(records),
                BulkChunkTime = TimeSpan.FromMilliseconds(parsed.GetValue(chunk)),
                Clock = scope.Clock,
            };
            return CommandLine.GuardAsync(scope, () => RunAsync(scope, options, parsed.GetValue(exitWithInput)));
        });
        return command;
    }

    private static async Task<int> RunAsync(CommandScope scope, OrgServerOptions options, bool exitWithInput)
    {
        if (options.ObjectsFile is { } file && !File.Exists(file))
        {
            throw new CommandException(ExitCode.Configuration, $"{file} does not exist: --objects names a JSON file of custom objects");
        }

        await using var org = await StartAsync(options, scope.Stop);
        await scope.Out.WriteLineAsync(
            $"""
            The org listens at {org.Url} (a page for a browser; login URL for OAuth and SOAP).
              client id      {org.ClientId}
              client secret  {org.ClientSecret}
              user name      {org.UserName}
              password       {org.Password}
            Ctrl-C stops it.
            """);
        await scope.Out.FlushAsync();
        var end = exitWithInput ? StandardInput.EndAsync(scope.Input, scope.Stop) : Task.Delay(Timeout.InfiniteTimeSpan, scope.Clock, scope.Stop);
        await end.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return (int)ExitCode.Ok;
    }

    private static async Task<OrgServer> StartAsync(OrgServerOptions options, CancellationToken stop)
    {
        try
        {
            return await OrgServer.StartAsync(options, stop);
        }
        catch (IOException e)
        {
            throw new CommandException(ExitCode.Failed, $"port {options.Port} cannot be listened on ({e.Message}): free it, or choose another with --port", e);
        }
    }
}
