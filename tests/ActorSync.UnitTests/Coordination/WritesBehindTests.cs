using ActorSync.Coordination;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Records;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Coordination;

/// <summary>Writes that name a record whose birth is still to be read.</summary>
public sealed class WritesBehindTests
{
    private readonly LoggedOffers _offers = new();
    private readonly ReadyQueue _queue;
    private DateTimeOffset _now = Offers.Now;

    public WritesBehindTests() => _queue = new ReadyQueue(_offers, new WaitingWrites(Offers.Mappings), new CutLimits(200, TimeSpan.Zero, 4), 10);

    [Fact]
    public async Task Child_waits_for_a_birth_that_stands_in_the_change_log_and_others_do_not()
    {
        _offers.Log(Offers.Account("A"));
        _offers.Offer(Offers.Contact("C", account: "A"), Offers.Contact("D", account: "alive"));
        (await LeaveAsync()).ShouldBe(["D"]);
        (await LeaveAsync()).ShouldBeEmpty();
        _queue.NextDue.ShouldNotBeNull("nobody says when the birth has been read");
        _offers.Read("A");
        (await LeaveAsync()).ShouldBe(["A"]);
        (await LeaveAsync()).ShouldBe(["C"]);
        _queue.NextDue.ShouldBeNull();
    }

    [Fact]
    public async Task Child_of_a_birth_that_waits_itself_waits_too()
    {
        _offers.Log(Offers.Account("A"));
        _offers.Offer(Offers.Account("B", parent: "A"), Offers.Contact("C", account: "B"));
        (await LeaveAsync()).ShouldBeEmpty();
        _offers.Offer(Offers.Contact("D", account: "B"));
        (await LeaveAsync()).ShouldBeEmpty();
        _offers.Read("A");
        (await LeaveAsync()).ShouldBe(["A"]);
        (await LeaveAsync()).ShouldBe(["B"]);
        (await LeaveAsync()).ShouldBe(["C", "D"], ignoreOrder: true);
    }

    [Fact]
    public async Task Births_that_name_each_other_across_the_backlog_are_a_cycle_and_not_the_end()
    {
        _offers.Log(Offers.Account("A", contact: "C"));
        _offers.Offer(Offers.Contact("C", account: "A"));
        (await LeaveAsync()).ShouldBeEmpty();
        _offers.Read("A");
        _offers.Now = _now.AddSeconds(1);
        await _queue.ReadAsync([], default);
        _queue.Cycles().ShouldHaveSingleItem().Fields.Single().ShouldBe(Offers.AccountOf);
    }

    [Fact]
    public async Task Child_of_a_record_that_does_not_stand_in_the_log_any_more_is_let_go()
    {
        _offers.Log(Offers.Account("A"));
        _offers.Offer(Offers.Contact("C", account: "A"));
        (await LeaveAsync()).ShouldBeEmpty();
        _offers.Passed("A");
        (await LeaveAsync()).ShouldBe(["C"]);
    }

    [Fact]
    public async Task Delete_waits_while_changes_of_its_children_stand_in_the_change_log()
    {
        _offers.Apart = [2];
        _offers.Offer(Offers.Account("A", operation: WriteOperation.Delete), Offers.Contact("C", operation: WriteOperation.Delete));
        (await LeaveAsync()).ShouldBe(["C"], "nothing refers to a contact but the account, and no account is read apart");
        (await LeaveAsync()).ShouldBeEmpty();
        _offers.Apart = [];
        (await LeaveAsync()).ShouldBe(["A"]);
    }

    [Fact]
    public async Task What_is_held_elsewhere_is_forgotten()
    {
        var behind = new WritesBehind(_offers, 10, _ => false, (_, _) => false);
        var waiting = new WaitingWrites(Offers.Mappings);
        _offers.Log(Offers.Account("A"));
        foreach (var name in new[] { "C", "D" })
        {
            var write = Offers.Contact(name, account: "A");
            behind.Take([(new ReadyWrite(1, write, null), waiting.Of(write, 1, Offers.Now))]);
        }

        (await behind.PassAsync(Offers.Now, isTight: false, _ => false, default)).ShouldBeEmpty();
        behind.Unborn.Count.ShouldBe(2);
        behind.Remove(write => write.Record.ExternalId == Offers.Contact("C").Entity);
        behind.Unborn.Count.ShouldBe(1);
        behind.Remove(_ => true);
        behind.NextLook.ShouldBeNull();
    }

    // Two objects with a backlog each, whose writes name records further on in the other's: what may wait is full of them, and neither is read any more.
    [Fact]
    public async Task Writes_that_wait_for_what_does_not_move_do_not_keep_changes_in_the_log_any_more()
    {
        _offers.Log(Offers.Account("A"));
        _offers.Apart = [1];
        _offers.Offer(Offers.Contact("C", account: "A"), Offers.Contact("D", account: "A"));
        for (var i = 0; i < 100; i++)
        {
            _offers.Place = i.ToString(System.Globalization.CultureInfo.InvariantCulture);
            (await LeaveAsync()).ShouldBeEmpty();
        }

        _queue.Uncounted.ShouldBeEmpty("accounts are read: the birth will come");
        for (var i = 0; i < 60; i++)
        {
            _queue.Uncounted.ShouldBeEmpty();
            (await LeaveAsync()).ShouldBeEmpty("sent before the birth they would be refused");
        }

        (await LeaveAsync()).ShouldBeEmpty();
        _queue.Uncounted.ShouldBe(new Dictionary<short, int> { [2] = 2 });
        _offers.Read("A");
        (await LeaveAsync()).ShouldBe(["A"]);
        (await LeaveAsync()).ShouldBe(["C", "D"]);
        await LeaveAsync();
        _queue.Uncounted.ShouldBeEmpty();
    }

    [Fact]
    public async Task Long_writes_that_wait_for_a_birth_leave_room_for_it_to_be_read()
    {
        _offers.Chars = 20_000_000;
        _offers.Log(Offers.Account("A"));
        _offers.Offer([.. "CDEFGH".Select(name => Offers.Contact(name.ToString(), account: "A"))]);
        for (var i = 0; i < 10; i++)
        {
            (await LeaveAsync()).ShouldBeEmpty();
        }

        _offers.Read("A");
        (await LeaveAsync()).ShouldBe(["A"]);
        (await LeaveAsync()).ShouldBe(["C", "D", "E", "F", "G", "H"], ignoreOrder: true);
    }

    [Fact]
    public async Task Long_writes_that_name_a_birth_which_waits_leave_room_for_what_it_waits_for()
    {
        _offers.Log(Offers.Account("A"));
        _offers.Offer(Offers.Account("B", parent: "A"));
        (await LeaveAsync()).ShouldBeEmpty();
        _offers.Chars = 20_000_000;
        _offers.Offer([.. "CDEFGH".Select(name => Offers.Contact(name.ToString(), account: "B"))]);
        for (var i = 0; i < 10; i++)
        {
            (await LeaveAsync()).ShouldBeEmpty();
        }

        _offers.Read("A");
        var left = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            left.AddRange(await LeaveAsync());
        }

        left.Take(2).ShouldBe(["A", "B"]);
        left.Skip(2).ShouldBe(["C", "D", "E", "F", "G", "H"], ignoreOrder: true);
    }

    // Its own object does not wait with it: a delete waits for the whole backlog of another.
    [Fact]
    public async Task Deletes_that_wait_for_the_backlog_of_children_do_not_keep_their_own_object_in_the_log()
    {
        _offers.Apart = [2];
        _offers.Offer(Offers.Account("A", operation: WriteOperation.Delete), Offers.Account("B", operation: WriteOperation.Delete));
        (await LeaveAsync()).ShouldBeEmpty();
        _queue.Uncounted.ShouldBe(new Dictionary<short, int> { [1] = 2 });
        _offers.Apart = [];
        (await LeaveAsync()).ShouldBe(["A", "B"]);
        _queue.Uncounted.ShouldBeEmpty();
    }

    [Fact]
    public async Task Long_writes_stay_on_disk_while_there_are_many_in_memory()
    {
        _offers.Chars = 20_000_000;
        _offers.Offer([.. "ABCDEFGH".Select(name => Offers.Account(name.ToString()))]);
        for (var i = 0; i < 3; i++)
        {
            await _queue.ReadAsync([], default);
        }

        _queue.Count.ShouldBe(3);
        await _queue.ReadAsync([], default);
        _queue.Count.ShouldBe(3);
        (await LeaveAsync()).Count.ShouldBe(3);
        (await LeaveAsync()).Count.ShouldBe(1, "one at a time");
    }

    [Fact]
    public async Task Write_that_was_read_is_not_forgotten_when_what_is_asked_about_it_cannot_be_answered()
    {
        _offers.Offer(Offers.Contact("C", account: "alive"));
        _offers.Fails = true;
        await Should.ThrowAsync<TimeoutException>(LeaveAsync());
        _offers.Fails = false;
        (await LeaveAsync()).ShouldBe(["C"]);
    }

    private async Task<List<string>> LeaveAsync(TimeSpan? later = null)
    {
        _now += later ?? TimeSpan.FromSeconds(1);
        _offers.Now = _now;
        await _queue.ReadAsync([], default);
        var cuts = _queue.Cut([], _now);
        _queue.Remove(cuts.SelectMany(cut => cut.Writes));
        _offers.Taken(cuts.SelectMany(cut => cut.Writes));
        return [.. cuts.SelectMany(cut => cut.Writes).Select(write => Offers.NameOf(write.Write))];
    }

    /// <summary>Offers, and births that stand in the change log.</summary>
    private sealed class LoggedOffers : IOfferWindow
    {
        private readonly List<OfferedWrite> _log = [];
        private readonly List<OfferedWrite> _offered = [];
        private readonly Queue<ReadyWrite> _new = new();
        private readonly Dictionary<long, ReadyWrite> _all = [];
        private long _last;

        public DateTimeOffset Now { get; set; }

        public bool Fails { get; set; }

        /// <summary>Length of each; they are read one at a time when they are long.</summary>
        public int Chars { get; set; }

        public short[] Apart { get; set; } = [];

        public string Place { get; set; } = "";

        public Task<IReadOnlyDictionary<short, string>> ApartAsync(CancellationToken stop) => Task.FromResult<IReadOnlyDictionary<short, string>>(Apart.ToDictionary(mapping => mapping, _ => Place));

        public void Log(OfferedWrite birth) => _log.Add(birth);

        public void Passed(string name) => _log.RemoveAll(write => Offers.NameOf(write) == name);

        public void Read(string name)
        {
            Offer(_log.Single(write => Offers.NameOf(write) == name));
            Passed(name);
        }

        public void Offer(params OfferedWrite[] writes)
        {
            _offered.AddRange(writes);
            foreach (var write in writes)
            {
                _all[++_last] = new ReadyWrite(_last, write, null) { Chars = Chars };
                _new.Enqueue(_all[_last]);
            }
        }

        public void Taken(IEnumerable<ReadyWrite> writes) => _offered.RemoveAll(offer => writes.Any(write => write.Write == offer));

        public Task<(IReadOnlyList<ReadyWrite> Writes, DateTimeOffset Now)> ReadAsync(int max, CancellationToken stop)
        {
            ReadyWrite[] read = [.. Enumerable.Range(0, Math.Min(Chars > 0 ? Math.Min(max, 1) : max, _new.Count)).Select(_ => _new.Dequeue())];
            return Task.FromResult<(IReadOnlyList<ReadyWrite>, DateTimeOffset)>((read, Now));
        }

        public Task<IReadOnlyList<ReadyWrite>> ReadAgainAsync(IReadOnlyCollection<long> offers, CancellationToken stop) =>
            Task.FromResult<IReadOnlyList<ReadyWrite>>([.. offers.Order().Select(offer => _all[offer])]);

        public Task<IReadOnlyCollection<RecordId>> UnreadBirthsAsync(IReadOnlyCollection<RecordId> named, CancellationToken stop)
        {
            if (Fails)
            {
                throw new TimeoutException();
            }

            var births = _log.Concat(_offered).Select(write => new RecordId(write.Mapping, write.Entity)).ToHashSet();
            return Task.FromResult<IReadOnlyCollection<RecordId>>([.. named.Where(births.Contains)]);
        }
    }
}
