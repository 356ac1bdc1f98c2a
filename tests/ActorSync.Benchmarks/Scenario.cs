using ActorSync.Benchmarks.Backlog;
using ActorSync.Benchmarks.Budget;
using ActorSync.Benchmarks.Bulk;
using ActorSync.Benchmarks.ChangeEvents;
using ActorSync.Benchmarks.Load;

namespace ActorSync.Benchmarks;

/// <summary>One thing that is measured, or proved at a size that no test can afford.</summary>
/// <param name="Name">First argument of the command line.</param>
/// <param name="About">What it does, for the usage text.</param>
/// <param name="Options">Its options with their defaults.</param>
/// <param name="RunAsync">Prints what it measured; false when what it is to prove does not hold.</param>
internal sealed record Scenario(string Name, string About, IReadOnlyDictionary<string, long> Options, Func<ScenarioOptions, Task<bool>> RunAsync)
{
    /// <summary>Every scenario there is: a file and a line here.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        BulkScenario.Scenario,
        ChangeEventScenario.Scenario,
        CounterScenario.Scenario,
        LoadScenario.Scenario,
        BudgetScenario.Scenario,
        BacklogScenario.Scenario,
    ];
}

/// <summary>Numbers given on the command line, over the defaults of a scenario.</summary>
internal sealed class ScenarioOptions(IReadOnlyDictionary<string, long> values)
{
    /// <summary>The value of an option that the scenario has.</summary>
    public long this[string name] => values[name];

    /// <summary>Reads pairs like <c>--rows 20000</c>; null when one is not an option of the scenario, or no number.</summary>
    public static ScenarioOptions? Read(Scenario scenario, IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<string, long>(scenario.Options, StringComparer.Ordinal);
        if (arguments.Count % 2 != 0)
        {
            return null;
        }

        foreach (var pair in arguments.Chunk(2))
        {
            var name = pair[0].StartsWith("--", StringComparison.Ordinal) ? pair[0][2..] : "";
            if (!values.ContainsKey(name) || !long.TryParse(pair[1], System.Globalization.CultureInfo.InvariantCulture, out var value) || value < 0)
            {
                return null;
            }

            values[name] = value;
        }

        return new ScenarioOptions(values);
    }
}
