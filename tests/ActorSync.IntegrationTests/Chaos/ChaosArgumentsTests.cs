using ActorSync.Chaos;
using ActorSync.Chaos.Injection;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Chaos;

/// <summary>What is injected is what the command line asks for, and a seed means the same tomorrow.</summary>
public sealed class ChaosArgumentsTests
{
    [Fact]
    public void Without_further_wishes_everything_is_injected() =>
        Options("--minutes", "10", "--nodes", "3", "--seed", "5").ShouldSatisfyAllConditions(
            options => (options.Traffic, options.Nodes, options.Seed).ShouldBe((TimeSpan.FromMinutes(10), 3, 5)),
            options => options.Injections.ShouldBe(InjectionPlan.Everything));

    [Fact]
    public void What_is_named_with_its_interval_is_injected_alone_and_exactly_so_often()
    {
        var options = Options("--minutes", "1.1", "--kill-every", "20s", "--restart-database-every", "60s");

        options.Injections.OrgFaults.ShouldBeFalse();
        options.Injections.Draw(options.Traffic, options.Stream).ShouldBe(
        [
            new(TimeSpan.FromSeconds(20), InjectionKind.Kill), new(TimeSpan.FromSeconds(40), InjectionKind.Kill), new(TimeSpan.FromSeconds(60), InjectionKind.Kill), new(TimeSpan.FromSeconds(60), InjectionKind.RestartDatabase),
        ]);
    }

    [Fact]
    public void Single_kinds_are_left_out()
    {
        var options = Options("--without", "stop,org-faults");

        options.Injections.OrgFaults.ShouldBeFalse();
        options.Injections.Every.Keys.ShouldBe(InjectionPlan.Everything.Every.Keys.Except([InjectionKind.Stop]));
    }

    [Theory]
    [InlineData("--every", "1")]
    [InlineData("--pause-every", "20s")]
    [InlineData("--minutes", "0")]
    [InlineData("--without", "sleep")]
    [InlineData("minutes", "1")]
    public void What_makes_no_sense_is_refused(string name, string value) => ChaosArguments.Read([name, value], 1).ShouldBeNull();

    [Fact]
    public void However_short_a_run_every_kind_is_planned_and_one_seed_plans_one_thing()
    {
        var options = new ChaosOptions(3, TimeSpan.FromSeconds(10));
        var planned = options.Injections.Draw(options.Traffic, options.Stream);

        planned.Select(injection => injection.Kind).Distinct().ShouldBe(InjectionPlan.Everything.Every.Keys, ignoreOrder: true);
        planned.ShouldBe(options.Injections.Draw(options.Traffic, (options with { Rolling = true }).Stream));
        planned.ShouldNotBe(options.Injections.Draw(options.Traffic, (options with { Seed = 4 }).Stream));
    }

    private static ChaosOptions Options(params string[] args) => ChaosArguments.Read(args, 1).ShouldNotBeNull().Options;
}
