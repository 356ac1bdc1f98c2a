using System.Collections.Immutable;
using ActorSync.Commands;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.Chaos.Judging;

/// <summary>All that the judges look at once everything rests: the committed versions of every row, the org's own log of what arrived, who is parked.</summary>
internal sealed class Evidence
{
    private readonly Dictionary<string, Guid> _bySfid;

    private Evidence(ImmutableDictionary<(MappedObject Type, Guid Id), ImmutableArray<RowVersion>> rows, IReadOnlyList<Arrival> arrivals, ImmutableArray<ParkedEntry> parked)
    {
        (Rows, Arrivals, Parked) = (rows, arrivals, parked);
        ParkedIds = parked.Select(entry => entry.ExternalId).ToImmutableHashSet();
        ParkedSfids = [.. parked.Select(entry => entry.Sfid).OfType<string>()];
        _bySfid = SfidsOf(rows, arrivals);
        ByRecord = arrivals.Where(arrival => KeyOf(arrival) is not null).ToLookup(arrival => KeyOf(arrival)!.Value);
    }

    /// <summary>Versions of every row, in order.</summary>
    public ImmutableDictionary<(MappedObject Type, Guid Id), ImmutableArray<RowVersion>> Rows { get; }

    /// <summary>What arrived at the org, in order of its effect, refusals included.</summary>
    public IReadOnlyList<Arrival> Arrivals { get; }

    /// <summary>Arrivals by record.</summary>
    public ILookup<Guid, Arrival> ByRecord { get; }

    /// <summary>Records that wait for somebody, with the reason that the program states.</summary>
    public ImmutableArray<ParkedEntry> Parked { get; }

    public ImmutableHashSet<Guid> ParkedIds { get; }

    public ImmutableHashSet<string> ParkedSfids { get; }

    /// <summary>Reads everything.</summary>
    public static async Task<Evidence> ReadAsync(ChaosWorld world) => new(
        await RowHistory.ReadAsync(world), world.Org.Arrivals(), await new ParkedRecords(world.Application).ListAsync(null, CancellationToken.None));

    /// <summary>Whether it was the sync that wrote, not a person and not what followed from either.</summary>
    public static bool IsBySync(Arrival arrival) =>
        arrival.Client?.StartsWith("actorsync/", StringComparison.Ordinal) == true && arrival.Operation is "create" or "update" or "upsert" or "delete";

    /// <summary>Whether a write took effect and made a record.</summary>
    public static bool IsBirth(Arrival arrival) => arrival is { Error: null, Before.Count: 0, After.Count: > 0, Operation: "create" or "upsert" };

    /// <summary>The UUID of the record, where the org or a row ever said it.</summary>
    public Guid? KeyOf(Arrival arrival) =>
        Guid.TryParse(arrival.ExternalId, out var key) ? key : arrival.Id is { } sfid && _bySfid.TryGetValue(sfid, out var known) ? known : null;

    private static Dictionary<string, Guid> SfidsOf(IReadOnlyDictionary<(MappedObject Type, Guid Id), ImmutableArray<RowVersion>> rows, IReadOnlyList<Arrival> arrivals)
    {
        var known = new Dictionary<string, Guid>(StringComparer.Ordinal);
        foreach (var version in rows.Values.SelectMany(versions => versions).Where(version => version.Sfid is not null))
        {
            known[version.Sfid!] = version.Id;
        }

        foreach (var arrival in arrivals.Where(arrival => arrival is { Id: not null, Error: null }))
        {
            if (Guid.TryParse(arrival.ExternalId, out var key))
            {
                known[arrival.Id!] = key;
            }
        }

        return known;
    }
}
