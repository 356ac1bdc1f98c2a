using System.Security.Cryptography;
using ActorSync.Chaos;
using ActorSync.Chaos.Judging;
using ActorSync.Chaos.Traffic;
using ActorSync.OrgSimulator.Org;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace ActorSync.IntegrationTests.Chaos;

/// <summary>The program of tests/ActorSync.Chaos for seconds instead of minutes, a fixed seed and a fresh one side by side.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int FixedSeed = 1;

    private static readonly TimeSpan Traffic = TimeSpan.FromSeconds(20);

    // A judge who sees nothing would pass everything: when all has held, wrongs are done by hand, and each must be seen.
    [Fact]
    public Task Edits_of_both_sides_under_every_fault_leave_every_invariant_standing_and_the_judges_see_what_is_forged() => Task.WhenAll(
        RunAsync(FixedSeed, ForgeAsync),
        RunAsync(RandomNumberGenerator.GetInt32(FixedSeed + 1, int.MaxValue), _ => Task.CompletedTask));

    private async Task RunAsync(int seed, Func<ChaosScene, Task> afterwards)
    {
        var options = new ChaosOptions(seed, Traffic) { Records = 200, HotRecords = 10, EditsPerSecond = 25, Audited = 3 };
        await ChaosRun.RunAsync(options, TimeProvider.System, _ => { }, async scene =>
        {
            foreach (var line in scene.Report.Lines())
            {
                output.WriteLine(line);
            }

            scene.Report.Holds.ShouldBeTrue(string.Join('\n', scene.Report.Lines().Concat(scene.Report.Node.TakeLast(40))));
            await afterwards(scene);
        });
    }

    private static async Task ForgeAsync(ChaosScene scene)
    {
        var (world, integration) = (scene.World, new DmlContext("soap", "actorsync/00000000-0000-0000-0000-000000000001", scene.World.Org.IntegrationUser.Id));
        var evidence = await Evidence.ReadAsync(world);
        var said = evidence.Arrivals.Where(arrival => arrival is { Type: "Account", Error: null }).GroupBy(arrival => arrival.Id).Select(record => record.Last())
            .First(arrival => Evidence.IsBySync(arrival) && arrival.Operation == "update");
        var flipped = evidence.Rows.First(row => row.Key.Type == MappedObject.Account && row.Value[^1].Operation != 'D' && !evidence.ParkedIds.Contains(row.Key.Id)).Key.Id;

        world.Org.Update([new RecordInput("Account", said.Id, said.After.ToDictionary(field => field.Key, field => (object?)field.Value, StringComparer.Ordinal))], integration);
        world.Org.Upsert(MappedObject.ExternalId, [new RecordInput("Account", null, new Dictionary<string, object?> { [MappedObject.ExternalId] = "00000000-0000-4000-8000-000000000002", ["Name"] = "Forged" })], integration);
        foreach (var (who, value) in new[] { ("chaos-application", "L900000001"), ("chaos-application", "L900000002"), ("actorsync forged", "L900000001") })
        {
            await world.ExecuteAsync($"""
                insert into public.chaos_history(who, op, object, id, old, new)
                select '{who}', 'U', object, id, new, jsonb_set(new, array['phone'], '"{value}"') from public.chaos_history where id = '{flipped}' order by n desc limit 1
                """);
        }

        scene.Ledger.Count(scene.Ledger.Counted.Keys.First(id => scene.Roster.IsImmortal(id) && !evidence.ParkedIds.Contains(id)));
        evidence = await Evidence.ReadAsync(world);
        Verdict[] verdicts =
        [
            await LocalChangeJudge.AreAnsweredAsync(world, evidence),
            LocalChangeJudge.NeverFlipped(evidence),
            ArrivalJudge.NothingIsCreatedTwice(world, evidence),
            await SideJudge.CountersAreExactAsync(world, evidence, scene.Ledger),
            await ArrivalJudge.OneWriteIsOutsideAsync(world, evidence),
            await SideJudge.AreEqualAsync(world, evidence),
            ArrivalJudge.NothingIsAppliedTwice(evidence),
        ];
        verdicts.Where(verdict => verdict.Holds).ShouldBeEmpty("each of these was forged");
    }
}
