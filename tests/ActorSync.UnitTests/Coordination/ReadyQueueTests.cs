using ActorSync.Coordination;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Records;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Coordination;

/// <summary>The writes the coordinator holds ready.</summary>
public sealed class ReadyQueueTests
{
    private static readonly CutLimits Limits = new(200, TimeSpan.FromMilliseconds(20), 4);
    private readonly ReadyQueue _queue = new(new NoOffers(), new WaitingWrites(Offers.Mappings), Limits, 100);

    [Fact]
    public void Births_that_name_each_other_leave_only_when_one_goes_without_its_reference()
    {
        Add(1, Offers.Account("A", parent: "B"), Offers.Account("B", parent: "A"));
        var (untied, fields) = _queue.Cycles().ShouldHaveSingleItem();
        (untied.OfferId, fields.Single()).ShouldBe((1, Offers.Parent));

        _queue.Untie([untied], Offers.Now);
        _queue.Cycles().ShouldBeEmpty();
        Cut().ShouldBeEmpty("the parent is unborn while its actor is asked");
        Add(3, Offers.Account("A"));
        _queue.Cycles().ShouldBeEmpty();
        Cut().ShouldBe(["A"]);
    }

    [Fact]
    public void Child_does_not_wait_for_ever_for_an_untied_parent_that_is_not_offered_again()
    {
        Add(1, Offers.Account("A", parent: "B"), Offers.Account("B", parent: "A"));
        _queue.Untie([_queue.Cycles()[0].Write], Offers.Now);
        Cut().ShouldBeEmpty();
        Cut(Offers.Now.AddSeconds(5)).ShouldBe(["B"]);
    }

    [Fact]
    public void Birth_that_waits_for_its_due_time_may_be_part_of_a_cycle()
    {
        _queue.Add([new ReadyWrite(1, Offers.Account("A", parent: "B"), Offers.Now.AddMinutes(1))], Offers.Now);
        _queue.Cycles().ShouldBeEmpty();
        Add(2, Offers.Account("B", parent: "A"));
        _queue.Cycles().ShouldHaveSingleItem().Write.OfferId.ShouldBe(1);
    }

    [Fact]
    public void Account_and_contact_that_name_each_other_are_a_cycle()
    {
        Add(1, Offers.Account("A", contact: "C"), Offers.Contact("C", account: "A"));
        _queue.Cycles().ShouldHaveSingleItem().Fields.Single().ShouldBe(Offers.PrimaryContact);
    }

    [Fact]
    public void Parents_are_born_before_their_children_and_a_child_of_a_living_parent_at_once()
    {
        Add(1, Offers.Contact("C", account: "A"), Offers.Contact("D", account: "alive"), Offers.Account("A"));
        Cut().ShouldBe(["A"]);
        Cut(Offers.Now + Limits.Linger).ShouldBe(["A", "D"]);
    }

    // Tens of thousands may wait for a job: they are looked at again when something has changed, and only then.
    [Fact]
    public void Jobs_are_cut_as_soon_as_their_time_has_come_their_company_or_their_place()
    {
        var jobs = new JobLimits(2, 3, TimeSpan.FromSeconds(1), 1, 1_000_000);
        var queue = new ReadyQueue(new NoOffers(), new WaitingWrites(Offers.Mappings, byJobs: true), Limits with { Jobs = jobs }, 100);
        List<string> CutAt(double seconds, params Submission[] outside) =>
            [.. queue.Cut(outside, Offers.Now.AddSeconds(seconds)).Select(cut => $"{cut.Api} {string.Join(' ', cut.Writes.Select(write => Offers.NameOf(write.Write)))}")];
        var job = new Submission(new Guid(1, 0, 0, new byte[8]), 1, WriteOperation.Insert, [Offers.Account("other")], Offers.Now) { Api = SubmissionApi.Bulk };

        queue.Add([new ReadyWrite(1, Offers.Account("A"), null), new ReadyWrite(2, Offers.Account("B"), null), new ReadyWrite(3, Offers.Account("C"), Offers.Now.AddSeconds(9))], Offers.Now);
        CutAt(0).ShouldBeEmpty();
        CutAt(0.9).ShouldBeEmpty("not full, and its time has not come");
        CutAt(1, job).ShouldBeEmpty("no place");
        CutAt(1.1, job).ShouldBeEmpty();
        CutAt(1.2).ShouldBe(["Bulk A B"]);
        CutAt(9, job with { Doubtful = true }).ShouldBe(["Bulk A B C"], "what is in doubt has no place");
        queue.Add([new ReadyWrite(4, Offers.Account("D"), null)], Offers.Now.AddSeconds(9));
        CutAt(9).ShouldBe(["Bulk A B C"]);
    }

    // Three jobs' worth of one object in front of another one, and no place for a job: the window moves on all the same.
    [Fact]
    public async Task Writes_that_wait_for_places_of_jobs_do_not_keep_other_objects_from_being_read()
    {
        var limits = Limits with { Jobs = new JobLimits(2, 300, TimeSpan.Zero, 1, 1_000_000) };
        var offered = new ListedOffers([.. Enumerable.Range(1, 900).Select(i => Offers.Account($"A{i}")), Offers.Contact("C", account: "alive")]);
        var queue = new ReadyQueue(offered, new WaitingWrites(Offers.Mappings, byJobs: true), limits, 600);
        var job = new Submission(new Guid(1, 0, 0, new byte[8]), 1, WriteOperation.Insert, [Offers.Account("other")], Offers.Now) { Api = SubmissionApi.Bulk };
        for (var round = 1; round <= 5; round++)
        {
            await queue.ReadAsync([job], default);
            var cuts = queue.Cut([job], Offers.Now.AddSeconds(round));
            if (cuts.Any(cut => cut.Writes.Any(write => Offers.NameOf(write.Write) == "C")))
            {
                return;
            }

            queue.Remove(cuts.SelectMany(cut => cut.Writes));
        }

        throw new ShouldAssertException("the contact never left");
    }

    // Children of accounts in a job, and children of theirs, more than the window holds: what stands behind them leaves all the same, and they do when the job is over, each once.
    [Fact]
    public async Task Children_that_wait_for_a_job_do_not_fill_the_window()
    {
        var limits = Limits with { Jobs = new JobLimits(1000, 3000, TimeSpan.Zero, 1, 1_000_000) };
        var offered = new ListedOffers(
        [
            .. Enumerable.Range(1, 50).Select(i => Offers.Contact($"C{i}", account: "P")),
            .. Enumerable.Range(1, 50).Select(i => Offers.Account($"A{i}", parent: "P")),
            .. Enumerable.Range(1, 50).Select(i => Offers.Contact($"D{i}", account: $"A{i}")),
            Offers.Contact("X", account: "alive"),
        ]);
        var queue = new ReadyQueue(offered, new WaitingWrites(Offers.Mappings, byJobs: true), limits, 40);
        var job = new Submission(new Guid(1, 0, 0, new byte[8]), 1, WriteOperation.Insert, [Offers.Account("P")], Offers.Now) { Api = SubmissionApi.Bulk };
        (await LeaveAsync(queue, [job], rounds: 10)).ShouldBe(["X"]);

        var left = await LeaveAsync(queue, [], rounds: 30);
        left.Count.ShouldBe(150);
        left.Distinct().Count().ShouldBe(150);
        Enumerable.Range(1, 50).ShouldAllBe(i => left.IndexOf($"A{i}") < left.IndexOf($"D{i}"));
    }

    // The job ends when the window has just been filled with children of what waited for it.
    [Fact]
    public async Task Children_of_births_that_are_still_to_be_read_again_make_room_for_them()
    {
        var limits = Limits with { Jobs = new JobLimits(1000, 3000, TimeSpan.Zero, 1, 1_000_000) };
        var offered = new ListedOffers(
            [.. Enumerable.Range(1, 40).Select(i => Offers.Account($"A{i}", parent: "P")), .. Enumerable.Range(1, 40).Select(i => Offers.Contact($"D{i}", account: $"A{i}"))]);
        var queue = new ReadyQueue(offered, new WaitingWrites(Offers.Mappings, byJobs: true), limits, 40);
        var job = new Submission(new Guid(1, 0, 0, new byte[8]), 1, WriteOperation.Insert, [Offers.Account("P")], Offers.Now) { Api = SubmissionApi.Bulk };
        (await LeaveAsync(queue, [job], rounds: 2)).ShouldBeEmpty();

        var left = await LeaveAsync(queue, [], rounds: 20);
        left.Distinct().Count().ShouldBe(80);
        Enumerable.Range(1, 40).ShouldAllBe(i => left.IndexOf($"A{i}") < left.IndexOf($"D{i}"));
    }

    private static async Task<List<string>> LeaveAsync(ReadyQueue queue, Submission[] outside, int rounds)
    {
        var left = new List<string>();
        for (var round = 1; round <= rounds; round++)
        {
            await queue.ReadAsync(outside, default);
            var cuts = queue.Cut(outside, Offers.Now.AddSeconds(round));
            queue.Remove(cuts.SelectMany(cut => cut.Writes));
            left.AddRange(cuts.SelectMany(cut => cut.Writes).Select(write => Offers.NameOf(write.Write)));
        }

        return left;
    }

    private sealed class ListedOffers(IReadOnlyList<OfferedWrite> writes) : IOfferWindow
    {
        private int _read;

        public Task<(IReadOnlyList<ReadyWrite> Writes, DateTimeOffset Now)> ReadAsync(int max, CancellationToken stop)
        {
            var next = writes.Skip(_read).Take(max).Select((write, i) => new ReadyWrite(_read + i + 1, write, null)).ToList();
            _read += next.Count;
            return Task.FromResult<(IReadOnlyList<ReadyWrite>, DateTimeOffset)>((next, Offers.Now));
        }

        public Task<IReadOnlyList<ReadyWrite>> ReadAgainAsync(IReadOnlyCollection<long> offers, CancellationToken stop) =>
            Task.FromResult<IReadOnlyList<ReadyWrite>>([.. offers.Order().Select(offer => new ReadyWrite(offer, writes[(int)offer - 1], null))]);

        public Task<IReadOnlyDictionary<short, string>> ApartAsync(CancellationToken stop) => Task.FromResult<IReadOnlyDictionary<short, string>>(new Dictionary<short, string>());

        public Task<IReadOnlyCollection<RecordId>> UnreadBirthsAsync(IReadOnlyCollection<RecordId> named, CancellationToken stop) => Task.FromResult<IReadOnlyCollection<RecordId>>([]);
    }

    // The tests add what is offered themselves.
    private sealed class NoOffers : IOfferWindow
    {
        public Task<(IReadOnlyList<ReadyWrite> Writes, DateTimeOffset Now)> ReadAsync(int max, CancellationToken stop) =>
            Task.FromResult<(IReadOnlyList<ReadyWrite>, DateTimeOffset)>(([], Offers.Now));

        public Task<IReadOnlyList<ReadyWrite>> ReadAgainAsync(IReadOnlyCollection<long> offers, CancellationToken stop) => throw new NotSupportedException();

        public Task<IReadOnlyDictionary<short, string>> ApartAsync(CancellationToken stop) => Task.FromResult<IReadOnlyDictionary<short, string>>(new Dictionary<short, string>());

        public Task<IReadOnlyCollection<RecordId>> UnreadBirthsAsync(IReadOnlyCollection<RecordId> named, CancellationToken stop) => Task.FromResult<IReadOnlyCollection<RecordId>>([]);
    }

    private List<string> Cut(DateTimeOffset? now = null) => [.. _queue.Cut([], now ?? Offers.Now).Select(cut => string.Join(' ', cut.Writes.Select(write => Offers.NameOf(write.Write))))];

    private void Add(long firstId, params OfferedWrite[] writes) =>
        _queue.Add(writes.Select((write, i) => new ReadyWrite(firstId + i, write, null)), Offers.Now);
}
