using ActorSync.Chaos;
using ActorSync.Chaos.Injection;
using ActorSync.Chaos.Judging;
using ActorSync.Chaos.Scenarios;
using ActorSync.OrgSimulator.Org;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace ActorSync.IntegrationTests.Chaos;

/// <summary>The program of tests/ActorSync.Chaos for seconds instead of minutes.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int Seed = 1;

    // A judge who sees nothing would pass everything: when all has held, wrongs are done by hand, and each must be seen.
    [Fact]
    public async Task Three_nodes_under_every_injection_leave_every_invariant_standing_and_the_judges_see_what_is_forged()
    {
        var options = new ChaosOptions(Seed, TimeSpan.FromSeconds(10))
        {
            Records = 100, HotRecords = 10, EditsPerSecond = 20, Audited = 3, LeaseTtl = TimeSpan.FromSeconds(2), RestartAfterMax = TimeSpan.FromSeconds(1), IsolationTime = TimeSpan.FromSeconds(1),
        };
        await ChaosRun.RunAsync(options, TimeProvider.System, _ => { }, async scene =>
        {
            foreach (var line in scene.Report.Lines().Concat(scene.Report.Injected.Select(injected => injected.ToString())))
            {
                output.WriteLine(line);
            }

            scene.Report.Holds.ShouldBeTrue(string.Join('\n', scene.Report.Lines().Concat(scene.Report.Injected.Select(injected => injected.ToString())).Concat(scene.Report.Node.TakeLast(40))));
            // A step of a submission is reached by whoever has the coordinator, and that may be another node.
            options.Injections.Every.Keys.Except([InjectionKind.CrashPoint]).Except(scene.Report.Injected.Select(injected => injected.Kind)).ShouldBeEmpty("every kind is injected");
            await ForgeAsync(scene);
        });
    }

    // Two of the twenty that are run by hand: tests/ActorSync.Chaos -- --zombie 20.
    [Fact]
    [Trait("Invariant", "I8")]
    public async Task A_holder_that_is_stopped_for_three_lease_times_wakes_up_and_changes_nothing()
    {
        var verdict = await ZombieScenario.RunAsync(2, Seed, TimeProvider.System, output.WriteLine);

        verdict.Holds.ShouldBeTrue(string.Join('\n', verdict.Lines()));
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
        await world.ExecuteAsync("insert into actorsync.journal(address, seq, epoch, mapping, external_id, type, at, body) select 0, max(seq) + 1, 0, 1, gen_random_uuid(), 'forged', now(), '{}' from actorsync.journal where address = 0");
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
            await LeaseJudge.OnlyHoldersActAsync(world, evidence, await LeaseHistory.ReadAsync(world)),
            await AuditJudge.VerifiesAsync(world),
        ];
        verdicts.Where(verdict => verdict.Holds).ShouldBeEmpty("each of these was forged");
    }
}
