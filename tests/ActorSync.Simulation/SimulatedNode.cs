using ActorSync.Coordination;
using ActorSync.Domain.Faults;
using ActorSync.Domain.Submissions;
using ActorSync.Feeds;
using ActorSync.Operations;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Session;
using ActorSync.TestKit.Memory;

namespace ActorSync.Simulation;

/// <summary>One node: the real loops of the product, stepped by the world. It may stand still, lose statements, and die between any two steps.</summary>
internal sealed class SimulatedNode
{
    /// <summary>The longest a feed lets pass between two reads of one kind.</summary>
    public static readonly TimeSpan FeedIntervalMax = TimeSpan.FromSeconds(5);

    private static readonly NodeOptions Options = new(
        new RuntimeOptions { ShardCount = World.ShardCount, PollMin = TimeSpan.FromMilliseconds(5), PollMax = TimeSpan.FromSeconds(1), ActorsMax = 6 },
        new SalesforceCredentials.ClientCredentials(new Uri("http://simulated"), "id", "secret"),
        new SalesforceOptions(),
        new CoordinatorOptions(
            TimeSpan.FromMilliseconds(20), Wire.RequestDeadline + Wire.ServerLimit,
            new RetryPolicy { FirstDelay = TimeSpan.FromMilliseconds(100), DelayMax = TimeSpan.FromSeconds(2), AttemptsMax = 20 }),
        new CutLimits(5, TimeSpan.FromMilliseconds(20), 3),
        50,
        100_000,
        new FeedOptions(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(4), FeedIntervalMax, 200),
        100,
        TimeSpan.FromMilliseconds(50));

    private const string Coordinator = "coordinator";

    private readonly World _world;
    private readonly List<Loop> _loops = [];
    private readonly List<Action> _held = [];
    private readonly TextWriter _log;
    private MemoryTurnStore _turns = null!;
    private FlowParts? _parts;
    private NodeTerm? _term;
    private TimeSpan _pausedUntil;
    private int _life;

    public SimulatedNode(World world, string name)
    {
        (_world, Name) = (world, name);
        _log = world.Options.Traced ? new TraceWriter(world.Trace, name) : TextWriter.Null;
        Clock = new SkewedClock(world.Clock, world.Injects(FaultKind.ClockSkew) ? TimeSpan.FromSeconds(world.Drawn(FaultKind.ClockSkew).Next(-300, 300)) : TimeSpan.Zero);
    }

    public string Name { get; }

    public TimeProvider Clock { get; }

    public bool IsUp { get; private set; }

    /// <summary>Leases it believes to hold.</summary>
    public IReadOnlyList<HeldLease> Held { get; private set; } = [];

    private bool IsPaused => _pausedUntil > _world.Elapsed;

    /// <summary>Starts a new process.</summary>
    public void Start()
    {
        IsUp = true;
        _life++;
        _world.Trace.Note(Name, null, () => "starts");
        _ = BeginTermAsync(_life);
    }

    /// <summary>kill -9.</summary>
    public void Crash()
    {
        if (!IsUp)
        {
            return;
        }

        _world.Trace.Note(Name, null, () => "dies");
        IsUp = false;
        _life++;
        Held = [];
        _loops.Clear();
        _held.Clear();
        var again = _world.Random.Next(50, 9000);
        _world.After(TimeSpan.FromMilliseconds(again), () =>
        {
            if (!IsUp)
            {
                Start();
            }
        });
    }

    /// <summary>Stands still for a while.</summary>
    public void Pause(TimeSpan length)
    {
        _world.Trace.Note(Name, null, () => $"stands still for {length.TotalSeconds:0.0} s");
        _pausedUntil = _world.Elapsed + length;
        var life = _life;
        _world.After(length, () =>
        {
            if (life == _life)
            {
                var held = _held.ToArray();
                _held.Clear();
                foreach (var answer in held)
                {
                    answer();
                }

                Wake();
            }
        });
    }

    /// <summary>An answer arrives; it waits while the node stands still, and is lost if the process that asked is gone.</summary>
    public void Deliver(Action answer)
    {
        var life = _life;
        void Arrive()
        {
            if (life != _life)
            {
                return;
            }

            if (IsPaused)
            {
                _held.Add(answer);
            }
            else
            {
                answer();
                // A feed goes on by itself; the coordinator looks at what has been answered when it is stepped.
                Wake(loop => loop.Name == Coordinator);
            }
        }

        Arrive();
    }

    /// <summary>Something may be there for its loops.</summary>
    public void Wake() => Wake(static _ => true);

    private void Wake(Func<Loop, bool> which)
    {
        foreach (var loop in _loops.Where(which))
        {
            loop.Hasten(_world.Elapsed + TimeSpan.FromMilliseconds(1 + (_world.Random.NextDouble() * 25)));
        }
    }

    private async Task BeginTermAsync(int life)
    {
        if (life != _life)
        {
            return;
        }

        _loops.Clear();
        Held = [];
        _turns = new MemoryTurnStore(_world.Database, statement => Reach(life, statement));
        try
        {
            _term = await NodeTerm.BeginAsync(_turns.Leases, Name, Options.Runtime, Clock, CancellationToken.None);
        }
        catch (Exception error) when (error is TimeoutException or SimulatedCrashException)
        {
            _world.After(TimeSpan.FromMilliseconds(300), () => _ = BeginTermAsync(life));
            return;
        }

        var names = _world.Draws($"{Name}/{life}/{_world.Elapsed.Ticks}");
        _parts = new FlowParts(
            MemoryStores.Of(_turns), _term, _world.Mappings, _world.Org.OrganizationId, new SimulatedApi(_world, this),
            Options with { Coordinator = Options.Coordinator with { Order = _world.Order } }, Clock,
            new SyncLog(_log, Clock, verbose: false), names, () =>
            {
                Span<byte> bytes = stackalloc byte[16];
                names.NextBytes(bytes);
                return new Guid(bytes);
            });
        var term = _term;
        Every(life, term, Options.Runtime.LeaseRenew, () => term.BeatAsync(_turns.Leases, _ => { }));
        Every(life, term, TimeSpan.FromMilliseconds(700), () => AcquireAsync(life, term));
    }

    // Each life takes what is free, not more than a fair share at a time, so that nodes hold parts.
    private async Task AcquireAsync(int life, NodeTerm term)
    {
        try
        {
            var held = await _turns.Leases.AcquireAsync(term.Id, CancellationToken.None);
            if (held.Count == 0)
            {
                return;
            }

            _world.Trace.Note(Name, null, () => $"holds {string.Join(' ', held.Select(lease => lease.Address))}");
            Held = [.. Held, .. held];
            HeldLease[] shards = [.. held.Where(lease => lease.Address < World.ShardCount).OrderBy(lease => lease.Address)];
            if (shards.Length > 0)
            {
                var worker = _parts!.Records(shards);
                Add(life, term, "records", () => worker.StepAsync(CancellationToken.None));
            }

            foreach (var lease in held.Where(lease => lease.Address >= World.ShardCount))
            {
                if (lease.Address == Addresses.Coordinator)
                {
                    var coordinator = _parts!.Coordinator(lease);
                    Add(life, term, Coordinator, () => coordinator.StepAsync(CancellationToken.None, CancellationToken.None));
                }
                else
                {
                    var feed = _parts!.Feed(lease, (short)(lease.Address - Addresses.FeedBase));
                    Add(life, term, "feed", () => feed.StepAsync(CancellationToken.None));
                }
            }
        }
        catch (Exception error) when (error is TimeoutException or SimulatedCrashException)
        {
            // Tried again at the next beat.
        }
    }

    private void Every(int life, NodeTerm term, TimeSpan interval, Func<Task> work)
    {
        void Beat()
        {
            if (life != _life || term != _term)
            {
                return;
            }

            if (!IsPaused)
            {
                var done = work();
                if (!done.IsCompleted)
                {
                    throw new InvalidOperationException("what touches only the database completes at once");
                }

                if (life == _life && term == _term && term.Lost.IsCancellationRequested)
                {
                    _world.Trace.Note(Name, null, () => "has lost its term and begins another");
                    _ = BeginTermAsync(life);
                    return;
                }
            }

            _world.After(interval, Beat);
        }

        _world.After(TimeSpan.FromMilliseconds(_world.Random.Next(1, 300)), Beat);
    }

    private void Add(int life, NodeTerm term, string name, Func<Task<TimeSpan>> step)
    {
        var loop = new Loop(_world, () => life == _life && term == _term && !term.Lost.IsCancellationRequested, () => IsPaused, step, name);
        _loops.Add(loop);
        loop.Hasten(_world.Elapsed);
    }

    // Between any two statements a node may die, stand still, or lose the statement.
    private void Reach(int life, string statement)
    {
        if (life != _life)
        {
            throw new SimulatedCrashException();
        }

        if (statement is "glance" or "heartbeat" or "register" or "acquire")
        {
            return;
        }

        if (_world.Strikes(FaultKind.Crash, 0.0006))
        {
            Crash();
            throw new SimulatedCrashException();
        }

        if (_world.Strikes(FaultKind.Pause, 0.0004))
        {
            var length = TimeSpan.FromSeconds(0.2 + (_world.Drawn(FaultKind.Pause).NextDouble() * 10));
            Pause(length);
            _world.Run(_world.Elapsed + length);
            if (life != _life)
            {
                throw new SimulatedCrashException();
            }
        }

        if (_world.Strikes(FaultKind.LostConnection, 0.002))
        {
            _world.Trace.Note(Name, null, () => $"loses its connection at '{statement}'");
            throw new TimeoutException("connection lost");
        }
    }

    /// <summary>One loop of the node: stepped when it is time, never twice at once.</summary>
    private sealed class Loop(World world, Func<bool> lives, Func<bool> isPaused, Func<Task<TimeSpan>> step, string name)
    {
        private TimeSpan _at = TimeSpan.MaxValue;
        private bool _running;
        private bool _again;

        public string Name { get; } = name;

        public void Hasten(TimeSpan at)
        {
            if (_running)
            {
                _again = true;
                return;
            }

            if (at < _at)
            {
                _at = at;
                world.After(at > world.Elapsed ? at - world.Elapsed : TimeSpan.Zero, () => Due(at));
            }
        }

        private void Due(TimeSpan at)
        {
            if (at != _at || _running || !lives())
            {
                return;
            }

            _at = TimeSpan.MaxValue;
            if (isPaused())
            {
                return; // the end of the pause wakes it
            }

            _ = RunAsync();
        }

        private async Task RunAsync()
        {
            (_running, _again) = (true, false);
            TimeSpan pause;
            try
            {
                pause = await step();
            }
            catch (Exception error)
            {
                world.Fail(new InvalidOperationException($"the {Name} loop must never throw", error));
                return;
            }

            _running = false;
            if (!lives())
            {
                return;
            }

            pause = pause > TimeSpan.Zero ? pause : TimeSpan.FromMilliseconds(1);
            Hasten(world.Elapsed + (_again && pause > TimeSpan.FromMilliseconds(15) ? TimeSpan.FromMilliseconds(15) : pause));
        }
    }
}
