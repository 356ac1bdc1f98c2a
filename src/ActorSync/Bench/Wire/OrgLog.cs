using System.Globalization;
using System.Text.Json;

namespace ActorSync.Bench.Wire;

/// <summary>An API request as the simulator logged it.</summary>
internal sealed record LoggedCall(long Sequence, DateTimeOffset At, string Operation, string? Client, bool IsCounted);

/// <summary>The effect of a write on one record as the simulator logged it.</summary>
internal sealed record LoggedArrival(long Sequence, DateTimeOffset At, string? Client, string? ExternalId);

/// <summary>What the simulator itself says of requests and their effects: it is neither the engine's word nor ours.</summary>
internal sealed class OrgLog(OrgWire wire)
{
    private long _calls;
    private long _arrivals;

    /// <summary>The requests since the last time this was asked.</summary>
    public Task<IReadOnlyList<LoggedCall>> NewCallsAsync(CancellationToken stop) => ReadAsync(
        "calls", json => new LoggedCall(json.GetProperty("sequence").GetInt64(), At(json), json.GetProperty("operation").GetString()!, json.GetProperty("client").GetString(), json.GetProperty("counted").GetBoolean()),
        call => _calls = call.Sequence, () => _calls, stop);

    /// <summary>The effects since the last time this was asked.</summary>
    public Task<IReadOnlyList<LoggedArrival>> NewArrivalsAsync(CancellationToken stop) => ReadAsync(
        "arrivals", json => new LoggedArrival(json.GetProperty("sequence").GetInt64(), At(json), json.GetProperty("client").GetString(), json.GetProperty("externalId").GetString()),
        arrival => _arrivals = arrival.Sequence, () => _arrivals, stop);

    private static DateTimeOffset At(JsonElement json) => DateTimeOffset.Parse(json.GetProperty("at").GetString()!, CultureInfo.InvariantCulture);

    private async Task<IReadOnlyList<T>> ReadAsync<T>(string log, Func<JsonElement, T> entryOf, Action<T> remember, Func<long> last, CancellationToken stop)
    {
        var entries = new List<T>();
        while (true)
        {
            using var json = await wire.SimulatorAsync(FormattableString.Invariant($"/simulator/{log}?since={last()}"), stop);
            if (json.RootElement.GetArrayLength() == 0)
            {
                return entries;
            }

            entries.AddRange(json.RootElement.EnumerateArray().Select(entryOf));
            remember(entries[^1]);
        }
    }
}
