using ActorSync.Coordination;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Runtime.Turns;
using ActorSync.TestKit.Memory;
using ActorSync.TestKit.Seeds;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Coordination;

/// <summary>What may leave next in the order of the change log while a mapping is paused.</summary>
public sealed class LogOrderQueueTests
{
    private readonly LoggedOffers _offers = new();
    private readonly LogOrderQueue _queue;

    public LogOrderQueueTests() => _queue = new LogOrderQueue(
        _offers, new MemoryTurnStore(new MemoryDatabase([.. Offers.Mappings.Values], 1, () => Offers.Now, Seeded.From(1))), new WaitingWrites(Offers.Mappings), rowsMax: 2);

    [Fact]
    public async Task What_names_a_paused_birth_is_passed_over_until_that_is_resumed_and_what_names_it_too()
    {
        _offers.Writes.AddRange([Offers.Contact("C", account: "A"), Offers.Account("A", contact: "D"), Offers.Contact("D"), Offers.Contact("E", account: "B"), Offers.Account("B", contact: "D"), Offers.Contact("F", account: "alive")]);
        _offers.Paused.Add(2);
        (await LeaveAsync(rounds: 5)).ShouldBeEmpty("both accounts name a contact that is not born");
        _offers.Paused.Clear();
        (await LeaveAsync(rounds: 5)).ShouldBe(["D", "A", "C", "B", "E", "F"], ignoreOrder: true);
    }

    // More than ten calls can take, which is what is looked at.
    [Fact]
    public async Task Many_children_of_a_paused_birth_do_not_hide_what_stands_behind_them()
    {
        _offers.Writes.AddRange([Offers.Account("A"), .. Enumerable.Range(1, 100).Select(i => Offers.Contact($"C{i}", account: "A")), Offers.Contact("X", account: "alive")]);
        _offers.Paused.Add(1);
        (await LeaveAsync(rounds: 10)).ShouldBe(["X"]);
        _offers.Paused.Clear();
        (await LeaveAsync(rounds: 60)).Count.ShouldBe(101);
    }

    private async Task<List<string>> LeaveAsync(int rounds)
    {
        var left = new List<string>();
        for (var round = 0; round < rounds; round++)
        {
            await _queue.ReadAsync([], default);
            var cuts = _queue.Cut([], Offers.Now).SelectMany(cut => cut.Writes).ToList();
            _queue.Remove(cuts);
            left.AddRange(cuts.Select(write => Offers.NameOf(write.Write)));
            _offers.Writes.RemoveAll(write => cuts.Any(cut => cut.Write == write));
        }

        return left;
    }

    // In the order of the log; none is due later, nothing is undecided, no mail waits.
    private sealed class LoggedOffers : IOfferTable
    {
        public List<OfferedWrite> Writes { get; } = [];

        public HashSet<short> Paused { get; } = [];

        public Task<OffersInOrder> ReadInOrderAsync(int max, CancellationToken stop) => Task.FromResult(new OffersInOrder(
            [.. Writes.Select((write, i) => new ReadyWrite(i + 1, write, null)).Where(ready => !Paused.Contains(ready.Write.Mapping)).Take(max)], Offers.Now, null, null, null) { Paused = [.. Paused] });

        public Task<IReadOnlyCollection<RecordId>> BirthsAsync(IReadOnlyCollection<short> mappings, IReadOnlyCollection<Guid> records, CancellationToken stop) =>
            Task.FromResult<IReadOnlyCollection<RecordId>>([.. Writes.Where(write => mappings.Contains(write.Mapping) && records.Contains(write.Entity)).Select(write => new RecordId(write.Mapping, write.Entity))]);

        public Task OfferAgainAsync(Turn turn, IReadOnlyList<(OfferedWrite Write, DateTimeOffset? DueAt)> writes, CancellationToken stop) => throw new NotSupportedException();

        public Task TakeAsync(Turn turn, IReadOnlyCollection<long> offers, CancellationToken stop) => throw new NotSupportedException();

        public Task<IReadOnlyDictionary<short, long>> WaitingAsync(int max, CancellationToken stop) => throw new NotSupportedException();

        public Task<bool> ExceedAsync(int max, bool inLogOrder, CancellationToken stop) => throw new NotSupportedException();

        public IOfferWindow OpenWindow() => throw new NotSupportedException();
    }
}
