using ActorSync.TestKit.Postgres;
using Shouldly;

namespace ActorSync.Benchmarks;

/// <summary>Runs one scenario by its name.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var scenario = Scenario.All.FirstOrDefault(known => known.Name == args.FirstOrDefault());
        if (scenario is null || ScenarioOptions.Read(scenario, args[1..]) is not { } options)
        {
            await Console.Error.WriteLineAsync("usage: SCENARIO [--OPTION NUMBER]...");
            foreach (var known in Scenario.All)
            {
                await Console.Error.WriteLineAsync($"  {known.Name,-10} {known.About} ({string.Join(", ", known.Options.Select(option => $"--{option.Key} {option.Value}"))})");
            }

            return 2;
        }

        try
        {
            return await scenario.RunAsync(options) ? 0 : 1;
        }
        catch (Exception error) when (error is InvalidOperationException or ShouldAssertException or TimeoutException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
        finally
        {
            await TestPostgres.StopAsync();
        }
    }
}
