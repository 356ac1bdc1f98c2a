using System.Text.Json;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Feeds;
using ActorSync.Operations;
using ActorSync.Records;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using ActorSync.Salesforce.Budget;
using ActorSync.Salesforce.Soap;
using ActorSync.TestKit.Memory;
using ActorSync.TestKit.Time;
using ActorSync.UnitTests.Salesforce.Budget;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Feeds;

/// <summary>How often a feed reads, and how long it rests, as the budget runs low and as reads fail.</summary>
public sealed class FeedPaceTests : IDisposable
{
    private const string Asker = "001000000000001AAA";
    private static readonly ApiBudgetOptions Thousand = new() { Share = new ApiShare(1000) };

    private static readonly ObjectMapping Account = new(
        1, "Account", "salesforce", "account", MappingAccess.ReadWrite, "Key__c", "key__c", ConflictPolicy.LatestWins, Side.Salesforce, TimeSpan.FromSeconds(2),
        [new FieldMapping("Name", "name", FieldKind.Text, 0, 80, true, true, null)]);

    private readonly FakeClock _clock = new();
    private readonly MemoryLedger _ledger = new(Thousand);
    private readonly ApiBudget _budget;
    private readonly Wakeup _wakeup;
    private readonly MemoryDatabase _database;
    private readonly EmptyOrg _org = new();
    private NodeTerm? _term;

    public FeedPaceTests()
    {
        _budget = new ApiBudget(Thousand, _ledger.Of("a"));
        _wakeup = new Wakeup(_clock);
        _database = new MemoryDatabase([Account], 4, _clock.GetUtcNow, new Random(1));
        _clock.Advance(TimeSpan.FromDays(2));
    }

    public void Dispose()
    {
        _term?.Dispose();
        _budget.Dispose();
    }

    [Fact]
    public async Task Polls_that_the_budget_holds_are_not_asked_about_without_a_pause()
    {
        await UseAsync(920);
        _budget.Allows(ApiUse.Read).ShouldBeTrue();
        _budget.Allows(ApiUse.Poll).ShouldBeFalse();
        var feed = await FeedAsync(FeedCursor.Live);
        for (var step = 0; step < 5; step++)
        {
            var pause = await feed.StepAsync(CancellationToken.None);
            pause.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(100));
            _clock.Advance(pause);
        }

        _org.Queries.ShouldBeEmpty();
    }

    // The budget slows the reads to hours; one that fails is tried again in a second.
    [Fact]
    public async Task Trouble_of_a_feed_of_change_events_is_waited_out_in_seconds_however_slow_its_reads_are()
    {
        await UseAsync(800);
        new ReadPace(_budget, 1).Slowed(TimeSpan.FromSeconds(1)).ShouldBeGreaterThan(TimeSpan.FromMinutes(10));
        var feed = new Wakeup(_clock);
        var inbox = new ChangeInbox("/data/AccountChangeEvent", feed, _clock);
        inbox.Hear(true);
        _org.IsAway = true;
        var events = await FeedAsync(null, inbox);
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 32 })
        {
            (await events.StepAsync(CancellationToken.None)).ShouldBe(TimeSpan.FromSeconds(seconds));
            (await events.StepAsync(CancellationToken.None)).ShouldBe(TimeSpan.FromSeconds(seconds), "it is not tried before");
            _clock.Advance(TimeSpan.FromSeconds(seconds));
        }
    }

    [Theory]
    [InlineData(2, 60)]
    [InlineData(45, 60)]
    [InlineData(600, 600)]
    public void Trouble_lasts_a_minute_or_an_interval_at_most(int intervalSeconds, int mostSeconds)
    {
        var interval = TimeSpan.FromSeconds(intervalSeconds);
        var trouble = new TroublePause(interval, interval, _clock);
        trouble.Left.ShouldBe(TimeSpan.Zero);
        trouble.Meet().ShouldBe(interval);
        var pause = Enumerable.Range(0, 10).Select(_ => trouble.Meet()).ToArray()[^1];
        pause.ShouldBe(TimeSpan.FromSeconds(mostSeconds));
        _clock.Advance(pause / 2);
        trouble.Left.ShouldBe(pause / 2);
        _clock.Advance(pause);
        trouble.Left.ShouldBe(TimeSpan.Zero);
        trouble.Succeed();
        trouble.Meet().ShouldBe(interval);
    }

    // Its own write waits outside for half an hour: with each answer the record asks again.
    [Fact]
    public async Task A_record_that_asks_again_after_each_answer_is_answered_less_and_less_often()
    {
        await UseAsync(0);
        var feed = await FeedAsync(FeedCursor.Live);
        var asked = await AskForAsync(feed, TimeSpan.FromMinutes(30), _ => Asker);
        asked.ShouldBeInRange(150, 400);

        // Another one is answered at once all the same.
        Ask("001000000000002AAA");
        _org.Queries.Clear();
        await AskForAsync(feed, TimeSpan.FromMilliseconds(500), _ => Asker);
        _org.Queries.Count(query => query.Contains("001000000000002AAA", StringComparison.Ordinal)).ShouldBe(1);

        // And itself when it has been silent for a while.
        await AskForAsync(feed, TimeSpan.FromMinutes(2), _ => null);
        (await AskForAsync(feed, TimeSpan.FromSeconds(10), _ => Asker)).ShouldBeInRange(30, 60);
    }

    [Fact]
    public async Task Answers_slow_down_as_the_budget_runs_low()
    {
        await UseAsync(760);
        var feed = await FeedAsync(FeedCursor.Live);
        (await AskForAsync(feed, TimeSpan.FromMinutes(10), asked => $"00100000000{asked:0000}AAA")).ShouldBeInRange(15, 25);
    }

    private async Task<int> AskForAsync(ObjectFeed feed, TimeSpan time, Func<int, string?> who)
    {
        var (from, before) = (_clock.GetTimestamp(), Count());
        for (var asked = 0; _clock.GetElapsedTime(from) < time; asked++)
        {
            if (who(asked) is { } sfid && _database.Mail.Scan(null).All(row => row.Value.Address != Addresses.Feed(1)))
            {
                Ask(sfid);
            }

            var pause = await feed.StepAsync(CancellationToken.None);
            pause.ShouldBeGreaterThan(TimeSpan.Zero);
            _clock.Advance(pause);
        }

        return Count() - before;

        int Count() => _org.Queries.Count(query => query.Contains("WHERE Id IN", StringComparison.Ordinal));
    }

    private void Ask(string sfid)
    {
        var transaction = _database.Begin();
        var id = _database.NextId();
        _database.Mail.Write(transaction, id, new MemoryEnvelope(id, Addresses.Feed(1), null, JsonSerializer.Serialize(new ReadBackEnvelope([sfid]), FeedJson.Default.ReadBackEnvelope), Messages: 1));
        transaction.Commit();
    }

    private async Task UseAsync(int calls)
    {
        _ledger.Add(calls);
        await _budget.ExchangeAsync(isLast: false, CancellationToken.None);
    }

    private async Task<ObjectFeed> FeedAsync(string? phase, ChangeInbox? inbox = null)
    {
        var turns = new MemoryTurnStore(_database);
        var stores = MemoryStores.Of(turns);
        await turns.Leases.EnsureAsync([Addresses.Feed(1)], CancellationToken.None);
        _term = await NodeTerm.BeginAsync(turns.Leases, "a", new RuntimeOptions(), _clock, CancellationToken.None);
        var lease = (await turns.Leases.AcquireAsync(_term.Id, CancellationToken.None)).Single();
        var now = _clock.GetUtcNow();
        lease.Cursor = phase is null ? lease.Cursor : JsonSerializer.Serialize(new FeedCursor(phase, "", 0, now, now), FeedJson.Default.FeedCursor);
        var options = new FeedOptions(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), 200)
        {
            ChangeEvents = new ChangeEventOptions(new HashSet<string>(), TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1)),
        };
        return new ObjectFeed(
            stores, lease, _term, Account, "00D000000000001AAA", _org, new RecordMail(new Dictionary<short, ObjectMapping> { [1] = Account }, stores.Rows, 4), _wakeup, _wakeup, options,
            new ReadPace(_budget, 1), _clock, new SyncLog(TextWriter.Null, _clock, verbose: false), inbox);
    }

    /// <summary>An org without records that notes what it is asked.</summary>
    private sealed class EmptyOrg : IPartnerApi
    {
        public List<string> Queries { get; } = [];

        public bool IsAway { get; set; }

        public Task<IReadOnlyList<WriteResult>> UpsertAsync(string objectName, string externalIdField, IReadOnlyList<SoapRecord> records, string client, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<WriteResult>> UpdateAsync(string objectName, IReadOnlyList<SoapRecord> records, string client, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<IReadOnlyList<WriteResult>> DeleteAsync(IReadOnlyList<string> ids, string client, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<QueryAnswer> QueryAsync(string soql, bool includeDeleted, CancellationToken cancellation)
        {
            Queries.Add(soql);
            return Task.FromResult(new QueryAnswer([], true, null, 0));
        }

        public Task<QueryAnswer> QueryMoreAsync(string locator, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<DeletedAnswer> GetDeletedAsync(string objectName, DateTimeOffset start, DateTimeOffset end, CancellationToken cancellation) =>
            Task.FromResult(new DeletedAnswer([], start, end));

        public Task<DateTimeOffset> GetServerTimestampAsync(CancellationToken cancellation) =>
            IsAway ? Task.FromException<DateTimeOffset>(new IOException("away")) : Task.FromResult(new DateTimeOffset(2030, 1, 2, 4, 4, 5, TimeSpan.Zero));
    }
}
