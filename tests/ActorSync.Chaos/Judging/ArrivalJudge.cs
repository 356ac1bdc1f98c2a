using System.Collections.Immutable;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.Chaos.Judging;

/// <summary>What the org says arrived: I3, I5 and I9.</summary>
internal static class ArrivalJudge
{
    /// <summary>Once per birth, once per external id, and not again after a delete; on both sides.</summary>
    public static Verdict NothingIsCreatedTwice(ChaosWorld world, Evidence evidence)
    {
        var violations = ImmutableArray.CreateBuilder<string>();
        var births = evidence.Rows.ToLookup(row => row.Key.Id, row => row.Value.Count(version => version is { Operation: 'I', ByEngine: false }));
        var created = evidence.Arrivals.Where(arrival => Evidence.IsBySync(arrival) && Evidence.IsBirth(arrival)).ToList();
        foreach (var record in created.GroupBy(evidence.KeyOf))
        {
            if (record.Key is not { } id || record.Count() > births[id].Sum())
            {
                violations.Add($"{record.Key} was created {record.Count()} times in Salesforce ({string.Join(", ", record.Select(arrival => $"{arrival.Id} by {arrival.Client}"))}) for {(record.Key is { } key ? births[key].Sum() : 0)} births");
            }
        }

        foreach (var type in MappedObject.All)
        {
            violations.AddRange(OrgRecords.Read(world.Org, $"SELECT {MappedObject.ExternalId} FROM {type.Name} WHERE {MappedObject.ExternalId} != null")
                .GroupBy(row => (string)row.Fields[0].Value!, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1)
                .Select(group => $"{type.Name} {group.Key} is in Salesforce {group.Count()} times: {string.Join(", ", group.Select(row => row.Id))}"));
        }

        var reborn = evidence.Rows.Sum(row => RowsFromNowhere(evidence, row.Key.Id, row.Value, violations));
        return new Verdict("I3", "nothing is created twice, or again after its delete", FormattableString.Invariant($"{created.Count:N0} records created in Salesforce, {reborn:N0} rows in PostgreSQL"), violations.ToImmutable());
    }

    /// <summary>A submission names a record once; of one record one submission is outside at a time; nothing lands outside the time its submission is said to be open.</summary>
    public static async Task<Verdict> OneWriteIsOutsideAsync(ChaosWorld world, Evidence evidence)
    {
        var violations = ImmutableArray.CreateBuilder<string>();
        var arrivals = evidence.Arrivals.Where(Evidence.IsBySync).ToLookup(arrival => arrival.Client!["actorsync/".Length..]);
        foreach (var submission in arrivals)
        {
            violations.AddRange(submission.GroupBy(arrival => arrival.ExternalId ?? arrival.Id ?? "nothing", StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1)
                .Select(group => $"submission {submission.Key} names {group.Key} {group.Count()} times"));
        }

        var submissions = await Submissions.ReadAsync(world);
        foreach (var record in submissions.SelectMany(submission => submission.Records.Select(id => (Id: id, Submission: submission))).GroupBy(write => write.Id, write => write.Submission))
        {
            var ordered = record.OrderBy(submission => submission.StartedAt).ToList();
            violations.AddRange(ordered.Zip(ordered.Skip(1)).Where(pair => pair.First.FinishedAt is not { } finished || finished > pair.Second.StartedAt)
                .Select(pair => $"{record.Key}: submission {pair.Second.Id} was started while {pair.First.Id} was outside"));
        }

        // The org's stamps are whole seconds.
        violations.AddRange(submissions.SelectMany(submission => arrivals[submission.Id.ToString()]
            .Where(arrival => arrival.At > submission.FinishedAt || arrival.At.AddSeconds(1) < submission.StartedAt)
            .Select(arrival => $"{arrival.Operation} of {arrival.Id} landed at {arrival.At:HH:mm:ss}, its submission {submission.Id} was outside from {submission.StartedAt:HH:mm:ss.fff} to {submission.FinishedAt:HH:mm:ss.fff}")));
        violations.AddRange(arrivals.Select(submission => submission.Key).Except(submissions.Select(submission => submission.Id.ToString())).Select(id => $"submission {id} arrived and was never journaled"));
        return new Verdict(
            "I5", "at most one write of a record is outside", FormattableString.Invariant($"{submissions.Count:N0} submissions, {submissions.Count(submission => submission.WasDoubtful):N0} of them in doubt, {arrivals.Sum(group => group.Count()):N0} writes"),
            violations.ToImmutable());
    }

    /// <summary>What took effect is not said again: a write that finds its own values was sent twice, a delete that finds its own delete too.</summary>
    public static Verdict NothingIsAppliedTwice(Evidence evidence)
    {
        var violations = ImmutableArray.CreateBuilder<string>();
        var applied = 0L;
        foreach (var record in evidence.Arrivals.Where(arrival => arrival.Id is not null).GroupBy(arrival => arrival.Id))
        {
            var said = new Dictionary<string, bool>(StringComparer.Ordinal);
            var deletedByUs = false;
            foreach (var arrival in record)
            {
                var ours = Evidence.IsBySync(arrival);
                if (ours && arrival.Operation == "delete" && deletedByUs)
                {
                    violations.Add($"{arrival.Type} {arrival.Id} was deleted again by {arrival.Client} after our own delete had taken effect");
                }

                if (arrival.Error is not null)
                {
                    continue;
                }

                applied += ours ? 1 : 0;
                deletedByUs = arrival.Operation == "delete" ? ours : deletedByUs && arrival.Operation is not ("undelete" or "cascadeUndelete");
                if (ours && SaysNothingNew(arrival, said))
                {
                    violations.Add($"{arrival.Operation} of {arrival.Type} {arrival.Id} by {arrival.Client} said again what we had said: {string.Join(", ", arrival.After)}");
                }

                foreach (var field in arrival.After.Keys)
                {
                    said[field] = ours;
                }
            }
        }

        return new Verdict("I9", "nothing is applied twice", FormattableString.Invariant($"{applied:N0} writes that took effect"), violations.ToImmutable());
    }

    private static bool SaysNothingNew(Arrival arrival, Dictionary<string, bool> said) =>
        arrival is { Operation: "update" or "upsert", After.Count: > 0 }
        && arrival.After.All(field => said.GetValueOrDefault(field.Key) && arrival.Before.TryGetValue(field.Key, out var before) && before == field.Value);

    // A row that the engine inserts has a record that people created or took out of the recycle bin.
    private static int RowsFromNowhere(Evidence evidence, Guid id, IReadOnlyList<RowVersion> versions, ImmutableArray<string>.Builder violations)
    {
        var inserted = versions.Count(version => version is { Operation: 'I', ByEngine: true });
        var reasons = evidence.ByRecord[id].Count(arrival => arrival.Error is null
            && ((arrival.Client is null && Evidence.IsBirth(arrival)) || arrival.Operation is "undelete" or "cascadeUndelete"));
        if (inserted > reasons)
        {
            violations.Add($"the row of {id} was created {inserted} times by ActorSync; people created or undeleted its record {reasons} times");
        }

        return inserted;
    }
}
