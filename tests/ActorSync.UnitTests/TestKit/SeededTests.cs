using ActorSync.TestKit.Seeds;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.TestKit;

public sealed class SeededTests
{
    [Fact]
    public void A_failure_names_the_seed_that_repeats_it()
    {
        var failing = Seeded.From(2).Next();

        var failure = Should.Throw<ShouldAssertException>(
            () => Seeded.Check(3, random => random.Next().ShouldNotBe(failing)));

        failure.Message.ShouldContain("ACTORSYNC_SEED=2");
    }

    [Fact]
    public void Every_run_has_the_fixed_seeds_and_a_fresh_one()
    {
        var runs = new List<int>();

        Seeded.Check(3, random => runs.Add(random.Next()));

        runs.Count.ShouldBe(4);
        runs.Take(3).ShouldBe([Seeded.From(1).Next(), Seeded.From(2).Next(), Seeded.From(3).Next()]);
    }
}
