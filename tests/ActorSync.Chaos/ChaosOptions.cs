using ActorSync.Chaos.Injection;

namespace ActorSync.Chaos;

/// <summary>How one run is made. The same options draw the same edits, faults and injections; what meets what is up to the machine.</summary>
/// <param name="Seed">Of every choice that is drawn.</param>
/// <param name="Traffic">How long both sides edit, with everything injected.</param>
internal sealed record ChaosOptions(int Seed, TimeSpan Traffic)
{
    /// <summary>Records the org starts with, and which births and deaths keep it near: two fifths Accounts, the rest Contacts.</summary>
    public int Records { get; init; } = 2_000;

    /// <summary>Records that take half of all edits: as many Accounts as Contacts.</summary>
    public int HotRecords { get; init; } = 50;

    /// <summary>Nodes that run <c>actorsync run</c>, each a process.</summary>
    public int Nodes { get; init; } = 3;

    /// <summary>Transactions a second of the application, and edits a second of people, each.</summary>
    public int EditsPerSecond { get; init; } = 40;

    /// <summary>The org gives up a request after this time. Longer than the nodes are told makes their configuration a lie: writes land after they were looked up, and the judges must see it.</summary>
    public TimeSpan OrgLimit { get; init; } = ChaosWorld.SettleLimit;

    /// <summary>The mappings are fed by change events, and these go wrong too.</summary>
    public bool ChangeEvents { get; init; }

    /// <summary>How long leases live; they are renewed six times as often and trusted for two thirds of it.</summary>
    public TimeSpan LeaseTtl { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>A node that was killed is started again within this time.</summary>
    public TimeSpan RestartAfterMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What is done to the cluster.</summary>
    public InjectionPlan Injections { get; init; } = InjectionPlan.Everything;

    /// <summary>The nodes are restarted one after the other instead, and no record may stand still for long.</summary>
    public bool Rolling { get; init; }

    /// <summary>Accounts, and Contacts, that are edited all the time and by nobody else.</summary>
    public int SteadyOfEach { get; init; } = 10;

    /// <summary>Time between two edits of one of them.</summary>
    public TimeSpan SteadyPeriod { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long each of the things that must delay nobody else lasts.</summary>
    public TimeSpan IsolationTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long everything may take to come to rest after the last edit.</summary>
    public TimeSpan QuietMax { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>Records whose history <c>actorsync audit</c> must explain at the end.</summary>
    public int Audited { get; init; } = 10;

    /// <summary>Hot Accounts, and hot Contacts.</summary>
    public int HotOfEach => HotRecords / 2;

    /// <summary>A source of its own for one purpose.</summary>
    public Random Stream(int purpose) => new(HashCode(Seed, purpose));

    // HashCode.Combine is salted by the process; a seed must mean the same tomorrow.
    private static int HashCode(int seed, int purpose) => unchecked((int)(((uint)seed * 2654435761u) ^ ((uint)purpose * 40503u)));
}
