using System.Text.Json;
using System.Text.Json.Serialization;
using ActorSync.Runtime.Sharding;

namespace ActorSync.Coordination;

/// <summary>How many offers of each mapping the coordinator holds back for others that are paused, left in its lease for whoever counts what waits for Salesforce.</summary>
/// <param name="Held">By mapping; the name is read by SQL.</param>
internal sealed record HeldOffers(SortedDictionary<short, int>? Held)
{
    /// <summary>Leaves the numbers in the coordinator's lease: they are stored with its next turn.</summary>
    public static void Put(HeldLease lease, IEnumerable<KeyValuePair<short, int>> held)
    {
        var counted = new SortedDictionary<short, int>(held.Where(of => of.Value > 0).ToDictionary());
        lease.Cursor = JsonSerializer.Serialize(new HeldOffers(counted.Count == 0 ? null : counted), HeldOffersJson.Default.HeldOffers);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HeldOffers))]
internal sealed partial class HeldOffersJson : JsonSerializerContext;
