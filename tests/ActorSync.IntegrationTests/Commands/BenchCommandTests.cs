using System.Text.Json;
using ActorSync.Bench;
using ActorSync.Commands;
using ActorSync.OrgSimulator;
using ActorSync.TestKit;
using ActorSync.TestKit.Postgres;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Commands;

public sealed class BenchCommandTests
{
    /// <summary>Enough for every part of a scenario to do something.</summary>
    private const string Few = "20";

    public static TheoryData<string> Scenarios => [.. BenchScenarios.All.Select(scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task A_scenario_tells_all_figures_of_engine_and_floor(string scenario)
    {
        await using var org = await OrgServer.StartAsync(new OrgServerOptions(), CancellationToken.None);
        using var folder = TemporaryFolder.Create();

        var figures = await RunAsync(folder, scenario, "--records", Few, "--org", org.Url.OriginalString);

        figures.EnumerateObject().Select(figure => figure.Name).ShouldBeSubsetOf(figures.GetProperty("max").EnumerateObject().Select(figure => figure.Name).Append("runs").Append("min").Append("max"));
        figures.GetProperty("runs").GetInt32().ShouldBe(1);
        foreach (var name in Figures.Common)
        {
            figures.TryGetProperty(name, out _).ShouldBeTrue($"{scenario} does not tell {name}");
        }

        foreach (var name in new[] { "records", "records_per_s", "floor_records_per_s", "floor_wall_ratio" })
        {
            figures.GetProperty(name).GetDouble().ShouldBeGreaterThan(0, name);
        }

        // So few may be loaded before the measuring begins.
        figures.GetProperty("wal_bytes_per_record").GetDouble().ShouldBeGreaterThanOrEqualTo(scenario == "load" ? 0 : 1);
    }

    [Fact]
    public async Task A_simulator_is_started_when_none_is_named_and_its_cost_is_told()
    {
        using var folder = TemporaryFolder.Create();

        var figures = await RunAsync(folder, "capture", "--records", Few);

        figures.GetProperty("simulator_cpu_s_per_1000").ValueKind.ShouldBe(JsonValueKind.Number);
        figures.GetProperty("single_updates_per_s_ratio").GetDouble().ShouldBeGreaterThan(0);
    }

    // The command itself compares every record that it fills in with its journal and its row.
    [Fact]
    public async Task Growth_measures_a_scenario_over_a_history_that_is_true()
    {
        using var folder = TemporaryFolder.Create();
        var server = await TestPostgres.ServerAsync();
        var runner = new CommandRunner();

        var code = await runner.RunAsync(
            "bench", "growth", "--axis", "history", "bulk-insert", "--points", "3", "--records", Few, "--json", folder["figures.json"], "--svg", folder["plot.svg"],
            "--folder", folder.Path, "--postgres", server.ConnectionString);

        code.ShouldBe(ExitCode.Ok, runner.Error);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(folder["figures.json"]));
        var point = json.RootElement.GetProperty("scenarios").GetProperty("bulk-insert").EnumerateArray().ShouldHaveSingleItem();
        point.GetProperty("history").GetInt32().ShouldBe(3);
        point.GetProperty("records_per_s").GetDouble().ShouldBeGreaterThan(0);
        (await File.ReadAllTextAsync(folder["plot.svg"])).ShouldContain("bulk-insert");
    }

    [Theory]
    [InlineData("--axis", "width")]
    [InlineData("--axis", "history", "--points", "10,1")]
    [InlineData("--axis", "nodes", "bulk-insert")]
    public async Task What_cannot_grow_is_refused_with_what_can(params string[] arguments)
    {
        var runner = new CommandRunner();

        (await runner.RunAsync(["bench", "growth", .. arguments])).ShouldBe(ExitCode.Usage);

        runner.Error.ShouldContain("write ");
    }

    [Fact]
    public async Task An_unknown_scenario_is_told_which_there_are()
    {
        var runner = new CommandRunner();

        (await runner.RunAsync("bench", "nonsense")).ShouldBe(ExitCode.Usage);

        runner.Error.ShouldContain("nonsense is no scenario");
        runner.Error.ShouldContain("bulk-insert");
    }

    private static async Task<JsonElement> RunAsync(TemporaryFolder folder, string scenario, params string[] arguments)
    {
        var server = await TestPostgres.ServerAsync();
        var runner = new CommandRunner();

        var code = await runner.RunAsync(["bench", scenario, "--json", folder["figures.json"], "--folder", folder.Path, "--postgres", server.ConnectionString, .. arguments]);

        code.ShouldBe(ExitCode.Ok, runner.Error);
        runner.Output.ShouldContain(scenario);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(folder["figures.json"]));
        json.RootElement.GetProperty("cores").GetInt32().ShouldBe(Environment.ProcessorCount);
        return json.RootElement.GetProperty("scenarios").GetProperty(scenario).Clone();
    }
}
