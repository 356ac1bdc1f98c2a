using System.Collections.Immutable;
using System.Globalization;
using ActorSync.Chaos.Injection;

namespace ActorSync.Chaos;

/// <summary>What the command line asks for.</summary>
/// <param name="Zombies">Runs of the scenario of a holder that wakes up late; 0: the run of <paramref name="Options"/>.</param>
internal sealed record ChaosArguments(ChaosOptions Options, int Zombies)
{
    /// <summary>How it is called.</summary>
    public const string Usage = """
        usage: [--minutes 10] [--seed S] [--nodes 3] [--records 2000] [--hot 50] [--rate 40] [--ttl 6s] [--org-limit 2s] [--cdc]
          everything is injected at random times, but what is left out:   --without kill,crash,stop,cut-database,cut-salesforce,cut-both,terminate,restart-database,org-faults
          or only what is named, so often:                                --kill-every 20s --restart-database-every 60s (and so on) --org-faults
          --rolling           restarts the nodes one after the other instead; no record may stand still for longer than 2 s
          --zombie 20         so many runs of a holder that is stopped for three lease times, wakes up and must change nothing
        """;

    private const string EverySuffix = "-every";

    private static readonly ImmutableSortedDictionary<string, InjectionKind> Kinds = new Dictionary<string, InjectionKind>
    {
        ["kill"] = InjectionKind.Kill,
        ["crash"] = InjectionKind.CrashPoint,
        ["stop"] = InjectionKind.Stop,
        ["cut-database"] = InjectionKind.CutDatabase,
        ["cut-salesforce"] = InjectionKind.CutSalesforce,
        ["cut-both"] = InjectionKind.CutBoth,
        ["terminate"] = InjectionKind.Terminate,
        ["restart-database"] = InjectionKind.RestartDatabase,
        ["org-faults"] = InjectionKind.OrgFaults,
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Reads them.</summary>
    /// <param name="seed">Where none is given.</param>
    /// <returns>Null when they make no sense.</returns>
    public static ChaosArguments? Read(IReadOnlyList<string> args, int seed)
    {
        var read = new ChaosArguments(new ChaosOptions(seed, TimeSpan.FromMinutes(10)), 0);
        var pairs = new List<(string Name, string Text)>();
        for (var i = 0; i < args.Count; i++)
        {
            // A switch without a value is on.
            var hasValue = i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal);
            pairs.Add((args[i], hasValue ? args[++i] : "on"));
        }

        if (pairs.Exists(pair => pair.Name.EndsWith(EverySuffix, StringComparison.Ordinal)))
        {
            read = read with { Options = read.Options with { Injections = InjectionPlan.Nothing } };
        }

        foreach (var (name, text) in pairs)
        {
            var next = Number(text) is { } value && value > 0 ? read.With(name, value) : read.With(name, text);
            if (next is null)
            {
                return null;
            }

            read = next;
        }

        return read;
    }

    private ChaosArguments? With(string name, double value) => name switch
    {
        "--minutes" => this with { Options = Options with { Traffic = TimeSpan.FromMinutes(value) } },
        "--seed" => this with { Options = Options with { Seed = (int)value } },
        "--records" => this with { Options = Options with { Records = (int)value } },
        "--hot" => this with { Options = Options with { HotRecords = (int)value } },
        "--rate" => this with { Options = Options with { EditsPerSecond = (int)value } },
        "--nodes" => this with { Options = Options with { Nodes = (int)value } },
        "--ttl" => this with { Options = Options with { LeaseTtl = TimeSpan.FromSeconds(value) } },
        "--org-limit" => this with { Options = Options with { OrgLimit = TimeSpan.FromSeconds(value) } },
        "--zombie" => this with { Zombies = (int)value },
        _ when name.Length > 2 + EverySuffix.Length && name.EndsWith(EverySuffix, StringComparison.Ordinal) && Kinds.TryGetValue(name[2..^EverySuffix.Length], out var kind) =>
            this with { Options = Options with { Injections = Options.Injections.With(kind, Interval.Exactly(TimeSpan.FromSeconds(value))) } },
        _ => null,
    };

    private ChaosArguments? With(string name, string text) => (name, text) switch
    {
        ("--cdc", "on") => this with { Options = Options with { ChangeEvents = true } },
        ("--rolling", "on") => this with { Options = Options with { Rolling = true, Injections = InjectionPlan.Nothing } },
        ("--org-faults", "on") => this with { Options = Options with { Injections = Options.Injections.With(InjectionKind.OrgFaults, default) } },
        ("--without", _) when text.Split(',').All(Kinds.ContainsKey) => this with { Options = Options with { Injections = text.Split(',').Aggregate(Options.Injections, (plan, kind) => plan.Without(Kinds[kind])) } },
        _ => null,
    };

    // A number, or one with the unit of a time.
    private static double? Number(string text) =>
        double.TryParse(text.EndsWith('s') ? text.AsSpan(0, text.Length - 1) : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : null;
}
