using System.Globalization;
using System.Text.Json.Serialization;

namespace ActorSync.Failovers;

/// <summary>A failover as it was noticed.</summary>
/// <param name="Before">Server and timeline that the tables were last used on.</param>
/// <param name="Now">Server and timeline of now.</param>
/// <param name="Submissions">That were open.</param>
/// <param name="Offers">That waited to be sent.</param>
internal sealed record FailoverNotice(Failover Failover, string Before, string Now, int Submissions, long Offers)
{
    /// <summary>For the log.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"failover {Failover.Number}: PostgreSQL goes on with another history ({Now}, it was {Before}): a standby was promoted or a backup restored. Commits since {Failover.SurvivedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}Z may be lost. "
        + $"{Submissions} open submissions, {Offers} waiting writes and what follows from changes made before are looked up in Salesforce before anything of them is sent; actorsync failover lists what is corrected");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<CorrectedField>))]
internal sealed partial class FailoverJson : JsonSerializerContext;
