using ActorSync.Coordination;
using ActorSync.Domain.Faults;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Failovers;
using ActorSync.Records;
using ActorSync.Runtime.Turns;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Coordination;

public sealed class SuspectWritesTests
{
    private static readonly DateTimeOffset Noticed = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly DateTimeOffset Survived = Noticed - TimeSpan.FromMinutes(1);
    private static readonly CoordinatorOptions Options = new(TimeSpan.Zero, TimeSpan.FromSeconds(10), new RetryPolicy());

    private readonly Known _known = new([new Failover(1, Noticed, Survived, LastChange: 100)]);

    [Fact]
    public async Task Writes_of_changes_from_before_a_failover_are_held_and_the_others_leave()
    {
        var (clean, suspect) = await SplitAsync(Write(100), Write(101), Write(7));

        clean.ShouldHaveSingleItem().Writes.Select(write => write.Write.Position).ShouldBe([101]);
        var held = suspect.ShouldHaveSingleItem();
        held.Writes.Select(write => write.Write.Position).ShouldBe([100, 7]);
        held.NotBefore.ShouldBe(Survived);
    }

    [Fact]
    public async Task What_Salesforce_was_asked_about_leaves_and_a_later_change_of_the_same_record_does_not()
    {
        var (first, second) = (Write(50), Write(60));
        _known.Answered[(first.Write.Mapping, first.Write.Entity)] = 50;
        _known.Answered[(second.Write.Mapping, second.Write.Entity)] = 59;

        var (clean, suspect) = await SplitAsync(first, second);

        clean.ShouldHaveSingleItem().Writes.ShouldBe([first]);
        suspect.ShouldHaveSingleItem().Writes.ShouldBe([second]);
    }

    [Fact]
    public async Task A_write_that_comes_from_no_change_is_held_when_it_was_offered_before_everything_had_settled()
    {
        var settled = Options.SettledAt(Noticed);

        var (clean, suspect) = await SplitAsync(Write(0, settled), Write(0, settled + TimeSpan.FromSeconds(1)));

        clean.ShouldHaveSingleItem().Writes.Count.ShouldBe(1);
        suspect.ShouldHaveSingleItem().Writes.ShouldHaveSingleItem().Write.OfferedAt.ShouldBe(settled);
    }

    [Fact]
    public async Task A_write_over_which_two_failovers_have_come_may_have_been_sent_since_the_first()
    {
        _known.All.Add(new Failover(2, Noticed + TimeSpan.FromHours(1), Noticed + TimeSpan.FromMinutes(50), LastChange: 200));

        var (_, suspect) = await SplitAsync(Write(90));

        suspect.ShouldHaveSingleItem().NotBefore.ShouldBe(Survived);
    }

    [Fact]
    public async Task A_submission_from_before_settles_from_the_failover_on_and_the_answer_of_its_job_is_no_proof()
    {
        var suspects = new SuspectWrites(_known, Options);
        await suspects.LoadAsync(CancellationToken.None);
        var before = new Submission(new Guid(1, 2, 3, new byte[8]), 1, WriteOperation.Update, [Write(5).Write], Survived);
        var after = before with { StartedAt = Noticed + TimeSpan.FromSeconds(1) };
        var answer = new LaneAnswer([], null);

        suspects.Open(before).JobLostAt.ShouldBe(Noticed);
        suspects.Believe(before, answer)!.Fault.ShouldBeOfType<SyncFault.InDoubt>();
        suspects.Open(after).ShouldBe(after);
        suspects.Believe(after, answer).ShouldBe(answer);
    }

    private async Task<(IReadOnlyList<ReadyCut> Clean, IReadOnlyList<(IReadOnlyList<ReadyWrite> Writes, DateTimeOffset NotBefore)> Suspect)> SplitAsync(params ReadyWrite[] writes)
    {
        var suspects = new SuspectWrites(_known, Options);
        await suspects.LoadAsync(CancellationToken.None);
        return await suspects.SplitAsync([new ReadyCut(SubmissionApi.Soap, writes)], [], CancellationToken.None);
    }

    private static int _last;

    private static ReadyWrite Write(long position, DateTimeOffset? offeredAt = null)
    {
        var number = Interlocked.Increment(ref _last);
        return new ReadyWrite(
            number, new OfferedWrite(1, new Guid(number, 0, 0, new byte[8]), 1, WriteOperation.Update, "001000000000001AAA", FieldValues.Empty, FieldValues.Empty, offeredAt ?? Noticed + TimeSpan.FromDays(1)) { Position = position }, null);
    }

    private sealed class Known(List<Failover> all) : IFailovers
    {
        public List<Failover> All { get; } = all;

        public Dictionary<(short, Guid), long> Answered { get; } = [];

        public Task<IReadOnlyList<Failover>> ReadAsync(CancellationToken stop) => Task.FromResult<IReadOnlyList<Failover>>(All);

        public Task<IReadOnlyDictionary<(short Mapping, Guid Entity), long>> AnsweredAsync(int failover, IReadOnlyCollection<OfferedWrite> writes, CancellationToken stop) =>
            Task.FromResult<IReadOnlyDictionary<(short Mapping, Guid Entity), long>>(Answered);

        public Task AnswerAsync(Turn turn, int failover, IReadOnlyCollection<OfferedWrite> writes, CancellationToken stop) => Task.CompletedTask;

        public Task<IReadOnlySet<Guid>> LeftInDoubtAsync(Turn turn, Failover failover, IReadOnlyCollection<Guid> submissions, CancellationToken stop) =>
            Task.FromResult<IReadOnlySet<Guid>>(new HashSet<Guid>());

        public Task CorrectAsync(Turn turn, int failover, IReadOnlyCollection<Correction> corrections, CancellationToken stop) => Task.CompletedTask;
    }
}
