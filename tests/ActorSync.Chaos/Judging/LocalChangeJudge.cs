using System.Collections.Immutable;
using System.Text.Json;

namespace ActorSync.Chaos.Judging;

/// <summary>What became of the application's changes: I1 and I2, from the versions of the rows and from what arrived at the org.</summary>
internal static class LocalChangeJudge
{
    /// <summary>Applied, superseded by a later local change or by the end of the row, resolved as a conflict with both values in the journal, or parked. Never nothing.</summary>
    public static async Task<Verdict> AreAnsweredAsync(ChaosWorld world, Evidence evidence)
    {
        var resolved = await ConflictsAsync(world);
        var violations = ImmutableArray.CreateBuilder<string>();
        var (changes, last) = (0L, 0L);
        foreach (var (record, versions) in evidence.Rows.Where(row => !evidence.ParkedIds.Contains(row.Key.Id)))
        {
            changes += versions.Count(version => !version.ByEngine);
            if (versions[^1].Operation == 'D')
            {
                continue;
            }

            var life = RowHistory.Lives(versions).Last();
            foreach (var field in record.Type.Shared)
            {
                if (life.LastOrDefault(version => !version.ByEngine && version.Changes().Any(change => change.Key == field)) is not { } version || !MappedObject.IsLocal(version.New[field]))
                {
                    continue;
                }

                last++;
                var value = version.New[field];
                var applied = evidence.ByRecord[record.Id].Any(arrival => arrival.Error is null && Evidence.IsBySync(arrival) && arrival.After.GetValueOrDefault(field) == value);
                if (!applied && !resolved.Contains((record.Id, field, value)) && !resolved.Contains((record.Id, "*", null)))
                {
                    violations.Add($"{record.Type.Name} {record.Id}: {field} = '{value}' ({version}) never reached Salesforce, and no conflict is journaled");
                }
                else if (life[^1].New[field] is var shown && shown != value && !WasWrittenByPeople(evidence, record.Id, field, shown))
                {
                    violations.Add($"{record.Type.Name} {record.Id}: {field} shows '{shown}' after '{value}' ({version}), and nobody in Salesforce wrote that");
                }
            }
        }

        return new Verdict("I1", "every local change is answered", FormattableString.Invariant($"{changes:N0} changes of rows, {last:N0} of them a field's last"), violations.ToImmutable());
    }

    /// <summary>No row ever showed an older local value after a newer one, nor a counter that only the application writes something the application did not.</summary>
    public static Verdict NeverFlipped(Evidence evidence)
    {
        var violations = ImmutableArray.CreateBuilder<string>();
        var seen = 0L;
        foreach (var life in evidence.Rows.Values.SelectMany(versions => RowHistory.Lives(versions)))
        {
            seen += life.Count;
            var known = new Dictionary<string, (string? Value, HashSet<string> Older)>(StringComparer.Ordinal);
            foreach (var version in life)
            {
                foreach (var (field, value) in version.Changes())
                {
                    if (version is { ByEngine: true, Operation: 'U' } && field == MappedObject.Counter)
                    {
                        violations.Add($"{version.Type.Name} {version.Id}: {version} set {field} from {version.Old[field]} to {value}");
                    }

                    var (current, older) = known.GetValueOrDefault(field, (null, []));
                    if (version.ByEngine && value is not null && older.Contains(value))
                    {
                        violations.Add($"{version.Type.Name} {version.Id}: {version} brought {field} back to '{value}' after '{current}' had been committed locally");
                    }

                    if (!version.ByEngine)
                    {
                        if (MappedObject.IsLocal(current))
                        {
                            older.Add(current!);
                        }

                        known[field] = (value, older);
                    }
                }
            }
        }

        return new Verdict("I2", "no row went back to an older local value", FormattableString.Invariant($"{seen:N0} committed versions of {evidence.Rows.Count:N0} rows"), violations.ToImmutable());
    }

    private static bool WasWrittenByPeople(Evidence evidence, Guid id, string field, string? value) => evidence.ByRecord[id].Any(arrival =>
        arrival is { Error: null, Client: null } && arrival.After.TryGetValue(field, out var after) && RowHistory.Plain(after) == value);

    // The journal says which conflicts were resolved, with both values.
    private static async Task<HashSet<(Guid Id, string Field, string? Local)>> ConflictsAsync(ChaosWorld world)
    {
        await using var command = world.Application.CreateCommand("select external_id, body::text from actorsync.journal where type = 'conflict-resolved'");
        command.CommandTimeout = 120;
        await using var reader = await command.ExecuteReaderAsync();
        var conflicts = new HashSet<(Guid, string, string?)>();
        while (await reader.ReadAsync())
        {
            using var body = JsonDocument.Parse(reader.GetString(1));
            var field = body.RootElement.GetProperty("field").GetString()!;
            var local = body.RootElement.TryGetProperty("local", out var value) ? RowHistory.Plain(value.GetString()) : null;
            conflicts.Add((reader.GetGuid(0), field, field == "*" ? null : local));
        }

        return conflicts;
    }
}
