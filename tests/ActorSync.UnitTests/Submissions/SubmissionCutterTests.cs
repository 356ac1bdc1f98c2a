using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Submissions.Waiting;

namespace ActorSync.UnitTests.Submissions;

/// <summary>Which writes leave together, and when.</summary>
public sealed class SubmissionCutterTests
{
    private static readonly CutLimits Limits = new(3, TimeSpan.FromMilliseconds(20), 4);

    [Fact]
    public void Lane_is_cut_into_batches_of_at_most_what_a_call_takes() =>
        Cut([Update(1, "A"), Update(2, "B"), Update(3, "C"), Update(4, "D")], later: true).ShouldBe(["A B C", "D"]);

    [Fact]
    public void Child_waits_for_the_birth_of_its_parent_which_waits_or_is_outside_or_is_to_come()
    {
        Cut([Birth(1, "child", "A"), Birth(2, "A")]).ShouldBe(["A"]);
        Cut([Birth(1, "child", "A")], outside: [Birth(9, "A")]).ShouldBeEmpty();
        Cut([Birth(1, "child", "A")], unborn: ["A"]).ShouldBeEmpty();
        Cut([Birth(1, "child", "A")]).ShouldBe(["child"]);
    }

    [Fact]
    public void Child_waits_for_the_external_id_of_a_parent_that_was_born_in_Salesforce()
    {
        var adoption = Update(2, "A") with { Adopts = true };
        Cut([Birth(1, "child", "A"), adoption]).ShouldBe(["A"]);
        Cut([Birth(1, "child", "A")], outside: [adoption]).ShouldBeEmpty();
        Cut([Birth(1, "B", "A"), Update(2, "A", "B") with { Adopts = true }]).ShouldBe(["B"], "neither may wait for the other");
    }

    [Fact]
    public void Births_tied_by_references_that_cannot_follow_go_one_first_so_that_Salesforce_names_the_missing_parent() =>
        Cut([Birth(1, "A", "B"), Birth(2, "B", "A")]).ShouldBe(["A"]);

    [Fact]
    public void Writes_that_contended_for_one_parent_share_a_submission_and_other_parents_have_their_own_places() =>
        Cut([Refused(1, "A1", "A"), Refused(2, "B1", "B"), Update(3, "C"), Update(4, "D"), Refused(5, "A2", "A"), Refused(6, "B2", "B")], later: true)
            .ShouldBe(["A1 B1 C", "D"], "what contends with the rows of a full batch waits for its answer");

    [Fact]
    public void Write_that_contended_waits_for_a_submission_outside_that_needs_the_same_parent()
    {
        Cut([Refused(1, "A1", "A"), Refused(2, "B1", "B")], outside: [Update(9, "A0", "A")], later: true).ShouldBe(["B1"]);
        Cut([Update(1, "A1", "A"), Update(2, "B1", "B")], outside: [Refused(9, "A0", "A")], later: true).ShouldBe(["B1"]);
        Cut([Update(1, "A1", "A")], outside: [Update(9, "A0", "A")], later: true).ShouldBe(["A1"], "nothing was refused");
    }

    [Fact]
    public void Write_of_the_parent_itself_needs_the_same_lock() =>
        Cut([Refused(1, "A1", "A"), Update(2, "B")], outside: [Update(9, "A")], later: true).ShouldBe(["B"]);

    [Fact]
    public void Two_lanes_do_not_send_what_contends_at_once()
    {
        var born = Birth(1, "A1", "A") with { Contended = true };
        Cut([born, Refused(2, "A2", "A"), Refused(3, "B1", "B")], later: true).ShouldBe(["A1", "B1"]);
    }

    [Fact]
    public void Write_that_goes_alone_keeps_out_of_the_way_of_what_contends_with_it()
    {
        var alone = Refused(1, "A1", "A") with { Alone = true };
        Cut([alone, Refused(2, "A2", "A")], later: true).ShouldBe(["A1"]);
    }

    [Fact]
    public void Write_that_needs_two_parents_waits_until_one_batch_holds_both()
    {
        WaitingWrite[] writes = [Refused(1, "A1", "A"), Update(2, "C"), Update(3, "D"), Refused(4, "B1", "B"), Refused(5, "AB", "A", "B")];
        Cut(writes, later: true).ShouldBe(["A1 C D", "B1"]);
    }

    [Fact]
    public void Without_a_parent_a_write_contends_for_its_own_record_and_holds_back_nobody() =>
        Cut([Refused(1, "A"), Refused(2, "B"), Update(3, "C")], later: true).ShouldBe(["A B C"]);

    [Fact]
    public void Whatever_was_refused_no_lock_is_ever_needed_by_two_submissions_at_once()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            var left = Enumerable.Range(0, 40).Select(i => Update(i, $"w{i}", [.. Enumerable.Range(0, random.Next(3)).Select(_ => $"P{random.Next(6)}").Distinct()]) with { Contended = random.Next(3) > 0 }).ToList();
            for (var round = 0; left.Count > 0; round++)
            {
                round.ShouldBeLessThan(100, $"seed {seed}: something never leaves");
                var contended = left.Where(write => write.Contended).SelectMany(write => write.ContendsFor).ToHashSet();
                var cuts = SubmissionCutter.Cut(left, [], [], PlacesTaken.None, _ => 0, Limits, Now.AddSeconds(1)).Select(cut => cut.Writes).ToList();
                cuts.SelectMany(cut => cut.SelectMany(write => write.Parents.Select(reference => reference.Parent).Append(write.Record)).Distinct()).Where(contended.Contains)
                    .GroupBy(record => record).Where(group => group.Count() > 1).ShouldBeEmpty($"seed {seed}");
                left.RemoveAll(write => cuts.Any(cut => cut.Contains(write)));
            }
        }
    }

    private static WaitingWrite Refused(long key, string name, params string[] parents) => Update(key, name, parents) with { Contended = true };

    private static IEnumerable<string> Cut(WaitingWrite[] waiting, WaitingWrite[]? outside = null, string[]? unborn = null, bool later = false) =>
        SubmissionCutter.Cut(waiting, outside ?? [], [.. (unborn ?? []).Select(name => Id(name))], new PlacesTaken(outside is null ? 0 : 1, []), _ => 0, Limits, later ? Now.AddSeconds(1) : Now)
            .Select(cut => string.Join(' ', cut.Writes.Select(write => NameOf(write.Record))));
}
