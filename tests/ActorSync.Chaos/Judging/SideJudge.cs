using System.Collections.Immutable;
using ActorSync.Chaos.Traffic;
using ActorSync.Demo;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.Chaos.Judging;

/// <summary>Both sides as they are at the end: field by field, no orphan, the counters, who is parked and why.</summary>
internal static class SideJudge
{
    /// <summary>Every live record has a row with its values, every row a live record; but for what is parked.</summary>
    public static async Task<Verdict> AreEqualAsync(ChaosWorld world, Evidence evidence)
    {
        var report = await SideComparison.RunAsync(
            world.Application, world.Org, world.Mappings, CancellationToken.None,
            (id, sfid) => (id is { } key && evidence.ParkedIds.Contains(key)) || (sfid is not null && evidence.ParkedSfids.Contains(sfid)));
        var violations = report.Differences;
        if (report.DifferenceCount > violations.Length)
        {
            violations = violations.Add(FormattableString.Invariant($"{report.DifferenceCount - violations.Length} differences more"));
        }

        return new Verdict("I7", "both sides are equal, no orphan on either", FormattableString.Invariant($"{report.Records:N0} records, {report.Fields:N0} fields, {evidence.Parked.Length} parked records left out"), violations);
    }

    /// <summary>On Accounts that were never deleted, here or there, both sides show exactly what was counted.</summary>
    public static async Task<Verdict> CountersAreExactAsync(ChaosWorld world, Evidence evidence, EditLedger ledger)
    {
        var violations = ImmutableArray.CreateBuilder<string>();
        var there = OrgRecords.Read(world.Org, $"SELECT {MappedObject.ExternalId}, {MappedObject.Counter} FROM Account WHERE {MappedObject.ExternalId} != null")
            .GroupBy(row => Guid.Parse((string)row.Fields[0].Value!)).ToDictionary(row => row.Key, row => Convert.ToInt64(row.First().Fields[1].Value ?? 0, System.Globalization.CultureInfo.InvariantCulture));
        var here = await ReadAsync(world);
        var (records, sum) = (0L, 0L);
        foreach (var (id, counted) in ledger.Counted.Where(entry => !evidence.ParkedIds.Contains(entry.Key) && !WasDeleted(evidence, entry.Key)))
        {
            records++;
            sum += counted;
            var (row, record) = (here.GetValueOrDefault(id, -1), there.GetValueOrDefault(id, -1));
            if (row != counted || record != counted)
            {
                violations.Add($"Account {id}: the application counted {counted}, PostgreSQL has {row}, Salesforce {record}");
            }
        }

        return new Verdict(
            "I4", "counters that one side counts are exact", FormattableString.Invariant($"{sum:N0} counted on {records:N0} Accounts ({ledger.Counted.Count - records:N0} Accounts that were deleted at some time left out)"),
            violations.ToImmutable());
    }

    /// <summary>Who waits for somebody says why, in the program's list, and in the row if nothing of it goes on.</summary>
    public static async Task<Verdict> ParkedSayWhyAsync(ChaosWorld world, Evidence evidence)
    {
        var violations = ImmutableArray.CreateBuilder<string>();
        foreach (var parked in evidence.Parked)
        {
            if (string.IsNullOrWhiteSpace(parked.Code) || string.IsNullOrWhiteSpace(parked.Message) || string.IsNullOrWhiteSpace(parked.Operation) || string.IsNullOrWhiteSpace(parked.Source))
            {
                violations.Add($"{parked} does not say why");
            }

            if (parked.Source == "conflict")
            {
                // One field is in the inbox; the row goes on.
                continue;
            }

            var type = MappedObject.All.Single(type => type.Name == parked.Object);
            if (await world.QueryAsync<string>($"select _hc_lastop || ' ' || coalesce(_hc_err, '') from {type.Table} where {MappedObject.KeyColumn} = '{parked.ExternalId}'") is { } row
                && (!row.StartsWith("FAILED ", StringComparison.Ordinal) || row.Length == "FAILED ".Length))
            {
                violations.Add($"{parked.Object} {parked.ExternalId} is parked and its row says '{row}'");
            }
        }

        var alive = evidence.Parked.Where(parked => parked.Message.StartsWith("Foreign key external ID", StringComparison.Ordinal) && RecordStory.Named(parked.Message).Any(parent => IsAlive(world, parent))).ToList();
        var reasons = evidence.Parked.GroupBy(parked => $"{parked.Source} refused {parked.Operation}: {parked.Code}").OrderByDescending(group => group.Count());
        return new Verdict(
            "", "no record is parked without a stated reason",
            evidence.Parked.IsEmpty ? "none is parked" : string.Join("; ", reasons.Select(group => $"{group.Count()} {group.Key} ({group.First().Object} {group.First().ExternalId}: {group.First().Message})"))
                + (alive.Count == 0 ? "" : $"; {alive.Count} of them miss a parent that lives by now: {string.Join(", ", alive.Select(parked => parked.ExternalId))}"),
            violations.ToImmutable());
    }

    private static bool IsAlive(ChaosWorld world, Guid account) => world.Org.Query($"SELECT Id FROM Account WHERE {MappedObject.ExternalId} = '{account}'").Rows.Count > 0;

    private static bool WasDeleted(Evidence evidence, Guid id) =>
        evidence.ByRecord[id].Any(arrival => arrival.Error is null && arrival.Operation is "delete" or "cascadeDelete" or "hardDelete" or "cascadeHardDelete")
        || !evidence.Rows.TryGetValue((MappedObject.Account, id), out var versions) || versions.Any(version => version.Operation == 'D');

    private static async Task<Dictionary<Guid, long>> ReadAsync(ChaosWorld world)
    {
        await using var command = world.Application.CreateCommand($"select {MappedObject.KeyColumn}, coalesce({MappedObject.Column(MappedObject.Counter)}, 0)::bigint from {MappedObject.Account.Table}");
        await using var reader = await command.ExecuteReaderAsync();
        var counts = new Dictionary<Guid, long>();
        while (await reader.ReadAsync())
        {
            counts[reader.GetGuid(0)] = reader.GetInt64(1);
        }

        return counts;
    }
}
