using ActorSync.Domain.Mapping;
using ActorSync.Domain.Submissions;
using ActorSync.OrgSimulator.Org;
using ActorSync.TestKit.Memory;
using ActorSync.TestKit.Time;

namespace ActorSync.Simulation;

/// <summary>Virtual time, one thread, and everything in it: the database, the org, the nodes, and what happens next.</summary>
internal sealed class World
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Action, (long At, long Order)> _next = new();
    private readonly Dictionary<FaultKind, Random> _faults;
    private long _order;
    private bool _changed;

    public World(SimulationOptions options)
    {
        Options = options;
        Clock = new FakeClock(Start);
        Random = Draws("schedule");
        _faults = Enum.GetValues<FaultKind>().ToDictionary(kind => kind, kind => Draws(kind.ToString()));
        Temper = Temper.Of(Draws);
        Mappings = options.Mappings ?? SimulatedMappings.All(Draws("mappings"), Draws("modes"), Temper);
        Order = options.Order ?? (Draws("order").Next(6) == 0 ? WriteOrder.Log : WriteOrder.Record);
        var skew = Injects(FaultKind.ClockSkew) && Drawn(FaultKind.ClockSkew).Next(3) == 0;
        if (skew)
        {
            Faults.Count(FaultKind.ClockSkew);
        }

        DatabaseClock = new SkewedClock(Clock, skew ? TimeSpan.FromMilliseconds(Drawn(FaultKind.ClockSkew).Next(-800, 800)) : TimeSpan.Zero);
        Database = new MemoryDatabase(Mappings, ShardCount, DatabaseClock.GetUtcNow, Draws("database"));
        Org = new OrgModel(new OrgOptions { Seed = (int)options.Seed }, new SkewedClock(Clock, skew ? TimeSpan.FromMilliseconds(Drawn(FaultKind.ClockSkew).Next(-800, 800)) : TimeSpan.Zero));
        Database.Mail.Committed += (_, envelope) => _changed |= envelope is not null;
        Readings = new Readings(Database);
        Trace = new Trace(this);
        Wire = new Wire(this);
        Stream = new SimulatedStream(this);
    }

    public const int ShardCount = 4;

    public SimulationOptions Options { get; }

    /// <summary>In which order the coordinator sends.</summary>
    public WriteOrder Order { get; }

    /// <summary>What this run does much of.</summary>
    public Temper Temper { get; }

    public FakeClock Clock { get; }

    public TimeProvider DatabaseClock { get; }

    public Random Random { get; }

    public IReadOnlyList<ObjectMapping> Mappings { get; }

    public MemoryDatabase Database { get; }

    /// <summary>What the database holds of records, read.</summary>
    public Readings Readings { get; }

    public OrgModel Org { get; }

    public Wire Wire { get; }

    /// <summary>Change events, if the mappings count anything.</summary>
    public SimulatedStream Stream { get; }

    public Trace Trace { get; }

    public FaultTally Faults { get; } = new();

    public List<SimulatedNode> Nodes { get; } = [];

    /// <summary>False once the faults are over.</summary>
    public bool IsBusy { get; set; } = true;

    /// <summary>Virtual time since the start.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Steps run so far.</summary>
    public long Steps { get; private set; }

    /// <summary>The first thing that was not as it must always be.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Notes a violation; the run ends after this step. Thrown where the product would catch it, it would be lost.</summary>
    public void Fail(Exception failure) => Failure ??= failure;

    /// <summary>Notes that what must always hold did not.</summary>
    public void Violate(string invariant, string message, Guid? record = null) => Fail(new ViolationException(invariant, message, record));

    /// <summary>A generator of its own for one purpose.</summary>
    public Random Draws(string purpose)
    {
        var hash = 14695981039346656037UL ^ (ulong)Options.Seed;
        foreach (var letter in purpose)
        {
            hash = (hash ^ letter) * 1099511628211UL;
        }

        return TestKit.Seeds.Seeded.From(unchecked((int)(hash ^ (hash >> 32))));
    }

    /// <summary>The generator of a kind of fault.</summary>
    public Random Drawn(FaultKind kind) => _faults[kind];

    /// <summary>True if this kind is injected in this run at all.</summary>
    public bool Injects(FaultKind kind) => !Options.Without.Contains(kind);

    /// <summary>Draws whether a fault strikes now, and counts it.</summary>
    public bool Strikes(FaultKind kind, double probability)
    {
        var struck = _faults[kind].NextDouble() < probability && IsBusy && Injects(kind);
        if (struck)
        {
            Faults.Count(kind);
        }

        return struck;
    }

    /// <summary>Runs something later.</summary>
    public void After(TimeSpan delay, Action action) => _next.Enqueue(action, ((Elapsed + delay).Ticks, _order++));

    /// <summary>The application committed something: whoever waits looks soon, as after each letter.</summary>
    public void Changed() => _changed = true;

    /// <summary>Runs what happens until a point in virtual time, or until a condition holds.</summary>
    public void Run(TimeSpan until, Func<bool>? done = null)
    {
        while (_next.TryPeek(out _, out var when) && when.At <= until.Ticks && done?.Invoke() != true)
        {
            var action = _next.Dequeue();
            Advance(TimeSpan.FromTicks(when.At));

            Steps++;
            action();
            if (Failure is not null)
            {
                throw Failure;
            }

            if (_changed)
            {
                _changed = false;
                foreach (var node in Nodes)
                {
                    node.Wake();
                }
            }
        }

        if (done is null)
        {
            Advance(until);
        }
    }

    private void Advance(TimeSpan to)
    {
        if (to > Elapsed)
        {
            var by = to - Elapsed;
            Elapsed = to;
            Clock.Advance(by);
        }
    }
}

/// <summary>Another clock that shows another time; what has elapsed is the same.</summary>
internal sealed class SkewedClock(TimeProvider clock, TimeSpan skew) : TimeProvider
{
    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() + skew;

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => clock.CreateTimer(callback, state, dueTime, period);
}
