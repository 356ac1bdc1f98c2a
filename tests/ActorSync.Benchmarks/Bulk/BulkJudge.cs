using System.Globalization;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.Benchmarks.Bulk;

/// <summary>Says what is wrong at the end, from the org's own log of what arrived and from the application's table: neither is the node's word.</summary>
internal static class BulkJudge
{
    /// <summary>What does not hold; prints what it looked at.</summary>
    public static async Task<IReadOnlyList<string>> JudgeAsync(BenchmarkWorld world, long rows)
    {
        var violations = new List<string>();
        void Check(bool holds, string violation)
        {
            if (!holds)
            {
                violations.Add(violation);
            }
        }

        var written = world.Org.Arrivals().Where(arrival => arrival.Client?.StartsWith("actorsync/", StringComparison.Ordinal) == true).ToList();
        var births = written.Where(arrival => arrival is { Operation: "upsert", Error: null, Before.Count: 0 }).ToList();
        var calls = written.Select(arrival => (arrival.Api, arrival.Client)).Distinct().ToList();
        Console.WriteLine(FormattableString.Invariant(
            $"arrivals: {written.Count:N0} of {calls.Count(call => call.Api == "bulkapi")} jobs that ran and {calls.Count(call => call.Api == "soap")} SOAP calls, {births.Count(birth => birth.Api == "bulkapi"):N0} births by jobs"));
        Check(births.Count == rows, $"{births.Count:N0} births for {rows:N0} rows");
        Check(written.Count == births.Count, $"{written.Count - births.Count:N0} arrivals are no births: {string.Join(", ", written.Except(births).Take(5))}");
        foreach (var record in written.GroupBy(arrival => arrival.ExternalId, StringComparer.OrdinalIgnoreCase).Where(record => record.Count() > 1).Take(5))
        {
            Check(false, $"{record.Key} was given to {string.Join(" and ", record.Select(arrival => $"{arrival.Api} {arrival.Client}"))}");
        }

        var byExternalId = Records(world.Org).ToLookup(record => (string?)record.Fields[0].Value ?? "", record => record.Id, StringComparer.OrdinalIgnoreCase);
        Check(byExternalId.Count == rows && byExternalId.All(record => record.Count() == 1), $"the org holds {byExternalId.Sum(record => record.Count()):N0} records under {byExternalId.Count:N0} external ids");

        var linked = 0L;
        await using (var command = world.Application.CreateCommand("select actorsync_id__c::text, sfid from salesforce.account"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                linked += !await reader.IsDBNullAsync(1) && byExternalId[reader.GetString(0)].Contains(reader.GetString(1)) ? 1 : 0;
            }
        }

        Check(linked == rows, string.Create(CultureInfo.InvariantCulture, $"{linked:N0} of {rows:N0} rows hold the id of their record"));
        var doubt = await world.QueryAsync<long>("select count(*) from actorsync.submission where api = 'Bulk' and doubtful_since is not null");
        Check(doubt == 0, $"{doubt} jobs were in doubt");
        var parked = await world.QueryAsync<long>("select count(*) from actorsync.actor where parked");
        Check(parked == 0, $"{parked} records are parked");
        Console.WriteLine(FormattableString.Invariant($"the org holds {byExternalId.Count:N0} external ids, {linked:N0} rows are linked to them, {world.Server.RequestsUsed:N0} API requests"));
        return violations;
    }

    private static IEnumerable<QueryRow> Records(OrgModel org)
    {
        for (var page = org.Query("SELECT ActorSync_Id__c FROM Account", includeDeleted: true); ; page = org.QueryMore(page.Locator))
        {
            foreach (var row in page.Rows)
            {
                yield return row;
            }

            if (page.Locator is null)
            {
                yield break;
            }
        }
    }
}
