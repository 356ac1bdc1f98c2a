using ActorSync.Bench.Wire;

namespace ActorSync.Bench.Scenarios;

/// <summary>The floor of what leaves by SOAP: calls of 200 records, some at a time, and one UPDATE a call.</summary>
internal static class PlainCalls
{
    /// <summary>The engine's <c>coordinator.submissions-max</c>.</summary>
    private const int CallsMax = 4;

    /// <summary>Sends the rows of the floor's table that have no id yet, and gives them theirs.</summary>
    public static async Task UpsertAsync(BenchWorld world, CancellationToken stop)
    {
        var born = await AccountRows.ReadAsync(
            world.Application, $"select actorsync_id__c::text, name, phone, website, industry, type, billingcity, numberofemployees::text, description from {AccountRows.Plain} where sfid is null", stop);
        await SendAsync(world, "upsert", AccountRows.Fields, born, stop, async (rows, ids) =>
        {
            await using var command = world.Application.CreateCommand(
                $"update {AccountRows.Plain} a set sfid = u.sfid, _hc_lastop = 'INSERTED' from unnest($1, $2) u(id, sfid) where a.actorsync_id__c = u.id");
            command.Parameters.Add(new() { Value = rows.Select(row => Guid.Parse(row.Key)).ToArray() });
            command.Parameters.Add(new() { Value = ids.ToArray() });
            await command.ExecuteNonQueryAsync(stop);
        });
    }

    /// <summary>Sends the descriptions of rows that have been changed here.</summary>
    /// <param name="where">Which rows.</param>
    public static async Task UpdateAsync(BenchWorld world, string where, CancellationToken stop) =>
        await SendAsync(world, "update", ["Description"], await AccountRows.ReadAsync(world.Application, $"select sfid, description from {AccountRows.Plain} where {where}", stop), stop);

    /// <summary>Sends records.</summary>
    /// <param name="take">Given the rows of each call with the ids it was answered with.</param>
    public static Task SendAsync(
        BenchWorld world, string operation, string[] fields, IEnumerable<WireRow> rows, CancellationToken stop, Func<WireRow[], IReadOnlyList<string>, Task>? take = null) =>
        Parallel.ForEachAsync(rows.Chunk(OrgWire.SoapRowsMax), new ParallelOptions { MaxDegreeOfParallelism = CallsMax, CancellationToken = stop }, async (some, ct) =>
        {
            var ids = await world.Wire.WriteAsync(operation, fields, some, ct);
            await (take?.Invoke(some, ids) ?? Task.CompletedTask);
        });
}
