using ActorSync.Bench.Wire;

namespace ActorSync.Bench;

/// <summary>Makes the simulator take the time that Salesforce takes: half a second to three for a call that writes, half a minute to one and a half before a Bulk job runs, and its chunks of half a second each (see <see cref="BenchOrg"/>).</summary>
internal static class RealisticPace
{
    private static readonly string[] Writes = ["update", "upsert", "delete"];
    private static readonly string[] Reads = ["query", "queryMore", "queryAll", "retrieve", "getDeleted"];
    private static readonly string[] Jobs = ["runJob", "runQueryJob"];

    public static async Task SetAsync(OrgWire wire, CancellationToken stop)
    {
        foreach (var operation in Writes)
        {
            await wire.AddFaultAsync($$"""{"kind":"latency","distribution":"uniform","minMs":500,"maxMs":3000,"api":"soap","operation":"{{operation}}"}""", stop);
        }

        foreach (var operation in Reads)
        {
            await wire.AddFaultAsync($$"""{"kind":"latency","distribution":"uniform","minMs":100,"maxMs":800,"api":"soap","operation":"{{operation}}"}""", stop);
        }

        foreach (var operation in Jobs)
        {
            await wire.AddFaultAsync($$"""{"kind":"latency","distribution":"uniform","minMs":30000,"maxMs":90000,"api":"bulk","operation":"{{operation}}"}""", stop);
        }
    }
}
