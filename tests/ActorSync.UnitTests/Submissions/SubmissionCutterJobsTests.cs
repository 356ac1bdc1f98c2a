using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Submissions.Waiting;

namespace ActorSync.UnitTests.Submissions;

/// <summary>When writes leave by jobs, and which.</summary>
public sealed class SubmissionCutterJobsTests
{
    private static readonly CutLimits Limits = new(2, TimeSpan.FromMilliseconds(20), 2) { Jobs = new JobLimits(4, 6, TimeSpan.FromMilliseconds(500), 2, 1000) };
    private static readonly Lane Updates = new(1, WriteOperation.Update);

    [Fact]
    public void Lane_that_is_long_enough_leaves_by_jobs_and_a_shorter_one_by_SOAP()
    {
        Cut(Many("u", 3)).ShouldBe(["Soap u1 u2", "Soap u3"]);
        Cut(Many("u", 4)).ShouldBe(["Bulk u1 u2 u3 u4"]);
        Cut([.. Many("u", 4), .. Many("b", 3, WriteOperation.Insert)]).ShouldBe(["Soap b1 b2", "Soap b3", "Bulk u1 u2 u3 u4"]);
    }

    [Fact]
    public void Job_holds_at_most_its_rows_and_what_is_left_over_goes_when_it_is_looked_at_again() =>
        Cut(Many("u", 9)).ShouldBe(["Bulk u1 u2 u3 u4 u5 u6"]);

    [Fact]
    public void Job_that_is_not_full_waits_for_company_and_nobody_of_it_leaves_by_SOAP()
    {
        Cut(Many("u", 5), now: Now).ShouldBeEmpty();
        Cut(Many("b", 5, WriteOperation.Insert), now: Now).ShouldBeEmpty("these births do not wait for each other");
        Cut(Many("u", 6), now: Now).ShouldBe(["Bulk u1 u2 u3 u4 u5 u6"]);
    }

    [Fact]
    public void Jobs_are_outside_up_to_their_limit_and_the_lane_waits_for_one_of_its_own()
    {
        Cut(Many("u", 20)).ShouldBe(["Bulk u1 u2 u3 u4 u5 u6", "Bulk u7 u8 u9 u10 u11 u12"]);
        Cut(Many("u", 20), taken: new PlacesTaken(0, [Updates])).ShouldBe(["Bulk u1 u2 u3 u4 u5 u6"]);
        Cut(Many("u", 20), taken: new PlacesTaken(0, [Updates, Updates])).ShouldBeEmpty();
    }

    [Fact]
    public void Where_jobs_of_others_have_all_places_a_lane_goes_on_by_SOAP() =>
        Cut(Many("u", 20), taken: new PlacesTaken(0, [new Lane(2, WriteOperation.Update), new Lane(3, WriteOperation.Update)])).ShouldBe(["Soap u1 u2", "Soap u3 u4"]);

    [Fact]
    public void Lane_that_would_wait_for_jobs_of_its_own_goes_on_by_SOAP_where_it_keeps_others_from_being_looked_at() =>
        Cut(Many("u", 20), taken: new PlacesTaken(0, [Updates, Updates]) { IsCrowded = true }).ShouldBe(["Soap u1 u2", "Soap u3 u4"]);

    // Salesforce cannot be reached: ten thousand writes are not journaled for nothing, and two hundred of them would not get through either.
    [Fact]
    public void Lane_that_may_start_no_job_now_waits_whoever_has_the_places_and_a_shorter_one_goes_by_SOAP()
    {
        foreach (var taken in new[] { new PlacesTaken(0, []), new PlacesTaken(0, [Updates]), new PlacesTaken(0, [new Lane(2, WriteOperation.Update)]) { IsCrowded = true } })
        {
            Cut([.. Many("u", 20), .. Many("b", 3, WriteOperation.Insert)], taken: taken with { JobStartsMax = 0 }).ShouldBe(["Soap b1 b2", "Soap b3"]);
            Cut(Many("b", 20, WriteOperation.Insert), taken: taken with { JobStartsMax = 0 }).ShouldBeEmpty();
            Cut(Many("u", 20), taken: taken with { JobStartsMax = 1 }).ShouldBe(["Bulk u1 u2 u3 u4 u5 u6"]);
        }
    }

    [Fact]
    public void Jobs_and_calls_have_places_of_their_own()
    {
        Cut(Many("u", 4), taken: new PlacesTaken(2, [])).ShouldBe(["Bulk u1 u2 u3 u4"]);
        Cut(Many("u", 1), taken: new PlacesTaken(0, [Updates, Updates])).ShouldBe(["Soap u1"]);
        Cut([.. Many("b", 6, WriteOperation.Insert), .. Many("u", 5)], taken: new PlacesTaken(2, [Updates])).ShouldBe(["Bulk b1 b2 b3 b4 b5 b6"]);
    }

    [Fact]
    public void Write_that_goes_alone_or_that_no_job_carries_goes_by_SOAP_beside_the_job()
    {
        var writes = Many("u", 6);
        writes[1] = writes[1] with { OnlySoap = true };
        writes[4] = writes[4] with { Alone = true };
        Cut(writes).ShouldBe(["Bulk u1 u3 u4 u6", "Soap u5", "Soap u2"]);
        Cut(writes[..5]).ShouldBe(["Soap u5", "Soap u1 u2"], "three are too few for a job");
    }

    [Fact]
    public void Upload_holds_what_it_may()
    {
        var writes = Many("u", 6).Select(write => write with { Bytes = 300 }).ToArray();
        Cut(writes, now: Now).ShouldBe(["Bulk u1 u2 u3"]);
        Cut([.. writes.Select(write => write with { Bytes = 3000 })], now: Now).ShouldBe(["Bulk u1"]);
    }

    [Fact]
    public void Writes_that_contended_for_one_parent_share_a_job_and_wait_for_the_one_outside_that_needs_it()
    {
        var writes = Enumerable.Range(1, 9).Select(i => Update(i, $"u{i}", i % 2 == 0 ? "A" : "B") with { Contended = true }).ToArray();
        Cut(writes).ShouldBe(["Bulk u1 u2 u3 u4 u5 u6"], "what is left needs the same parents");
        Cut(writes, outside: [Update(99, "u0", "A")], taken: new PlacesTaken(0, [Updates])).ShouldBe(["Bulk u1 u3 u5 u7 u9"]);
    }

    [Fact]
    public void Children_wait_for_parents_in_a_job()
    {
        var births = Many("b", 4, WriteOperation.Insert);
        var children = Enumerable.Range(1, 4).Select(i => Birth(100 + i, $"c{i}", $"b{i}")).ToArray();
        Cut([.. births, .. children]).ShouldBe(["Bulk b1 b2 b3 b4"]);
        Cut(children, outside: births, taken: new PlacesTaken(0, [new Lane(1, WriteOperation.Insert)])).ShouldBeEmpty();
    }

    // However writes come and jobs end, each write leaves once.
    [Fact]
    public void Every_write_leaves_once()
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var left = Enumerable.Range(1, 60).Select(i => Update(i, $"u{i}", [.. Enumerable.Range(0, random.Next(2)).Select(_ => $"P{random.Next(5)}")]) with
            {
                Contended = random.Next(4) == 0, Alone = random.Next(12) == 0, OnlySoap = random.Next(6) == 0, Bytes = random.Next(300),
            }).ToList();
            var outside = new List<SubmissionCut>();
            for (var round = 0; left.Count > 0; round++)
            {
                round.ShouldBeLessThan(200, $"seed {seed}: something never leaves");
                var taken = new PlacesTaken(outside.Count(cut => cut.Api == SubmissionApi.Soap), [.. outside.Where(cut => cut.Api == SubmissionApi.Bulk).Select(_ => Updates)]);
                var cuts = SubmissionCutter.Cut(left, [.. outside.SelectMany(cut => cut.Writes)], [], taken, _ => 0, Limits, Now.AddSeconds(1));
                foreach (var cut in cuts)
                {
                    cut.Writes.Count.ShouldBeInRange(1, cut.Api == SubmissionApi.Soap ? 2 : 6, $"seed {seed}");
                    cut.Writes.ShouldAllBe(write => left.Remove(write) && (cut.Api == SubmissionApi.Soap || (!write.OnlySoap && !write.Alone)), $"seed {seed}");
                }

                outside.AddRange(cuts);
                outside.Count(cut => cut.Api == SubmissionApi.Soap).ShouldBeLessThanOrEqualTo(2, $"seed {seed}");
                outside.Count(cut => cut.Api == SubmissionApi.Bulk).ShouldBeLessThanOrEqualTo(2, $"seed {seed}");
                outside.RemoveAll(_ => random.Next(2) == 0);
            }
        }
    }

    private static WaitingWrite[] Many(string name, int count, WriteOperation operation = WriteOperation.Update) =>
        [.. Enumerable.Range(1, count).Select(i => operation == WriteOperation.Insert ? Birth(i, $"{name}{i}") : Update(1000 + i, $"{name}{i}"))];

    private static IEnumerable<string> Cut(WaitingWrite[] waiting, WaitingWrite[]? outside = null, PlacesTaken? taken = null, DateTimeOffset? now = null) =>
        SubmissionCutter.Cut(waiting, outside ?? [], [], taken ?? PlacesTaken.None, _ => 0, Limits, now ?? Now.AddSeconds(1))
            .Select(cut => $"{cut.Api} {string.Join(' ', cut.Writes.Select(write => NameOf(write.Record)))}");
}
