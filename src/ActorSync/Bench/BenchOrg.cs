using System.Text.RegularExpressions;
using ActorSync.Bench.Growth;
using ActorSync.Commands;
using ActorSync.OrgSimulator;

namespace ActorSync.Bench;

/// <summary>The org simulator as a process of its own, or the running one whose address was given.</summary>
internal sealed partial class BenchOrg : IAsyncDisposable
{
    private const string OrgVariable = "ACTORSYNC_SALESFORCE_CLIENT_ID";
    private const string SecretVariable = "ACTORSYNC_SALESFORCE_CLIENT_SECRET";

    /// <summary>Salesforce takes about half a second for a chunk of 200 records, so that a full Bulk job takes half a minute and more.</summary>
    private const int RealisticChunkMs = 500;

    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);

    private readonly ChildProgram? _program;

    private BenchOrg(ChildProgram? program, Uri url, string clientId, string clientSecret) =>
        (_program, Url, ClientId, ClientSecret) = (program, url, clientId, clientSecret);

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>Consumer key.</summary>
    public string ClientId { get; }

    /// <summary>Consumer secret.</summary>
    public string ClientSecret { get; }

    /// <summary>Its process; null of an org that was given.</summary>
    public int? ProcessId => _program?.Id;

    /// <summary>Starts it, or takes the given one; secrets of a given one come from the environment, as the node has them.</summary>
    public static async Task<BenchOrg> StartAsync(BenchOptions options, string folder, TimeProvider clock, CancellationToken stop)
    {
        var defaults = new OrgServerOptions();
        if (options.Org is { } given)
        {
            return new BenchOrg(null, given, Environment.GetEnvironmentVariable(OrgVariable) ?? defaults.ClientId, Environment.GetEnvironmentVariable(SecretVariable) ?? defaults.ClientSecret);
        }

        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var program = ChildProgram.Start(
            ["org", "--bulk-chunk-ms", options.Realistic ? $"{RealisticChunkMs}" : "0", .. await ObjectsAsync(options.Size.Objects, folder, stop)], new Dictionary<string, string>(StringComparer.Ordinal), Path.Combine(folder, "org.log"), clock,
            line =>
            {
                if (Address().Match(line) is { Success: true } found)
                {
                    address.TrySetResult(new Uri(found.Groups[1].Value));
                }
            });
        try
        {
            return new BenchOrg(program, await address.Task.WaitAsync(StartMax, clock, stop), defaults.ClientId, defaults.ClientSecret);
        }
        catch (TimeoutException)
        {
            var said = program.Tail;
            await program.DisposeAsync();
            throw new CommandException(ExitCode.Failed, $"the org simulator does not start:\n{said}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            await _program.DisposeAsync();
        }
    }

    private static async Task<string[]> ObjectsAsync(int count, string folder, CancellationToken stop)
    {
        if (count == 0)
        {
            return [];
        }

        var file = Path.Combine(folder, "objects.json");
        await File.WriteAllTextAsync(file, CustomObjects.Schema(count), stop);
        return ["--objects", file];
    }

    [GeneratedRegex(@"listens at (http\S+)")]
    private static partial Regex Address();
}
