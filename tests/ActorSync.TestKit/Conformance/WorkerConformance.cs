using System.Collections.Immutable;
using System.Globalization;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using Shouldly;
using Xunit;

namespace ActorSync.TestKit.Conformance;

/// <summary>Workers over a store: what one leaves the next one takes up in its order.</summary>
public abstract class WorkerConformance : StoreConformance
{
    private const int Shard = 3;

    /// <summary>When what had to wait comes again: later than the first turn of a worker, by the store's clock.</summary>
    protected virtual TimeSpan RetryDelay => TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task What_a_worker_has_put_back_is_not_overtaken_in_the_worker_after_it()
    {
        var lease = (await HoldAsync()).Single(held => held.Address == Shard);
        await SendAsync("1", "2");
        await using (var first = await WalkerAsync(lease))
        {
            // Closed: both steps must wait, and are put back.
            await first.Worker.StepAsync(Stop);
            (await MailAsync(Shard)).ShouldBeEmpty("they are not due");
        }

        await SendAsync("open", "3");
        await using var second = await WalkerAsync(lease);
        for (var turns = 0; turns < 10_000 && second.Path != "123"; turns++)
        {
            await second.Worker.StepAsync(Stop);
            "123".ShouldStartWith(second.Path);
        }

        second.Path.ShouldBe("123");
    }

    private Task SendAsync(params string[] steps) => TurnAsync(turn =>
    {
        foreach (var step in steps)
        {
            turn.Send(Shard, $"\"{step}\"");
        }

        return Task.CompletedTask;
    });

    private async Task<Walk> WalkerAsync(HeldLease lease)
    {
        var options = new RuntimeOptions { ShardCount = StoreWorld.ShardCount, RetryDelay = RetryDelay, LeaseTtl = TimeSpan.FromHours(1) };
        return new Walk(Turns, lease, await NodeTerm.BeginAsync(Turns.Leases, "walker", options, TimeProvider.System, Stop), options);
    }

    // An actor that walks: a step waits until its gate is open, and steps have places.
    private sealed class Walk : IActorBehavior<string, string, string>, IActorCodec<string, string>, ITurnSink<string, string, string>, IAsyncDisposable
    {
        private readonly Wakeup _wakeup = new(TimeProvider.System);
        private readonly NodeTerm _term;

        public Walk(ITurnStore store, HeldLease lease, NodeTerm term, RuntimeOptions options)
        {
            _term = term;
            var mail = new MailboxSource<string>([lease], (_, envelopes, _) => Task.FromResult<IReadOnlyList<Delivery<string>>>(
                [.. envelopes.Select(envelope => new Delivery<string>(Actor(Shard), envelope.Body.Trim('"')))]));
            Worker = new TurnWorker<string, string, string>(
                store, [lease], this, this, [mail], this, _wakeup, term, options, TimeProvider.System, (error, _) => throw new InvalidOperationException("a turn failed", error));
        }

        public TurnWorker<string, string, string> Worker { get; }

        /// <summary>Steps decided.</summary>
        public string Path { get; private set; } = "";

        public string Initial => "";

        public bool MustWait(string state, string message) => message != "open" && !state.StartsWith('o');

        public (long Major, int Minor)? PlaceOf(string message) => message == "open" ? null : (long.Parse(message, CultureInfo.InvariantCulture), 0);

        public ImmutableArray<string> Decide(ActorId id, string state, string message, DateTimeOffset now) => [message];

        public ImmutableArray<string> Settle(ActorId id, string state, DateTimeOffset now) => [];

        public string Evolve(string state, string @event) => state + @event[0];

        public bool Owes(string state) => false;

        public bool IsParked(string state) => false;

        public string Poison(string failed, Exception error, DateTimeOffset now) => failed;

        public string NameOf(string @event) => "stepped";

        public string WriteEvent(string @event) => $"\"{@event}\"";

        public string ReadEvent(string name, string json) => json.Trim('"');

        public string WriteState(string state) => $"\"{state}\"";

        public string ReadState(string json) => json.Trim('"');

        public Task<IReadOnlyList<Delivery<string>>> EmitAsync(Turn turn, IReadOnlyList<(ActorId Actor, string Event)> events, CancellationToken stop)
        {
            Path += string.Concat(events.Select(happened => happened.Event).Where(step => step != "open"));
            return Task.FromResult<IReadOnlyList<Delivery<string>>>([]);
        }

        public Task<IReadOnlyList<Delivery<string>>> ExecuteAsync(Turn turn, IReadOnlyList<(ActorId Actor, string State)> owing, CancellationToken stop) =>
            Task.FromResult<IReadOnlyList<Delivery<string>>>([]);

        public void Postpone(Turn turn, Delivery<string> delivery, TimeSpan delay) => turn.Send(Shard, $"\"{delivery.Message}\"", turn.Now + delay);

        public void Committed()
        {
        }

        public ValueTask DisposeAsync()
        {
            _term.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
