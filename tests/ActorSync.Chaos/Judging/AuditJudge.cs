using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorSync.Chaos.Traffic;
using ActorSync.Demo;
using ActorSync.TestKit.Processes;
using Npgsql;

namespace ActorSync.Chaos.Judging;

/// <summary>Asks the program itself, as a reader would: <c>actorsync audit UUID</c> for some records, <c>actorsync audit --verify</c> for all.</summary>
internal static partial class AuditJudge
{
    private const char ListSeparator = '\u001f';

    private static readonly TimeSpan AnswerMax = TimeSpan.FromMinutes(2);

    /// <summary>The history of records drawn, half of them hot, says in its last word about each field what the row says.</summary>
    public static async Task<Verdict> ExplainsAsync(ChaosWorld world, Evidence evidence, Roster roster, ChaosOptions options)
    {
        var random = options.Stream(40);
        var hot = roster.HotIds.Order().OrderBy(_ => random.Next()).Take((options.Audited + 1) / 2);
        var others = evidence.Rows.Keys.Select(row => row.Id).Order().OrderBy(_ => random.Next()).Take(options.Audited);
        var violations = ImmutableArray.CreateBuilder<string>();
        var lines = 0;
        foreach (var id in hot.Concat(others).Distinct().Take(options.Audited))
        {
            await using var audit = ChildProcess.StartActorSync(["audit", id.ToString(), "--postgres", world.ConnectionString, "--json"]);
            var code = await audit.ExitAsync(AnswerMax);
            if (code != 0)
            {
                violations.Add($"audit {id} ended with {code}: {string.Join(' ', audit.Output)}");
                continue;
            }

            using var histories = JsonDocument.Parse(string.Join('\n', audit.Output));
            foreach (var history in histories.RootElement.EnumerateArray())
            {
                lines += history.GetProperty("lines").GetArrayLength();
                var type = MappedObject.All.Single(type => type.Name == history.GetProperty("object").GetString());
                violations.AddRange(Differences(type, id, Told(history.GetProperty("lines")), await RowAsync(world, type, id)));
            }
        }

        return new Verdict("I6", "actorsync audit explains records drawn", FormattableString.Invariant($"{options.Audited} records, {lines:N0} lines"), violations.ToImmutable());
    }

    /// <summary>Every journal folds to its snapshot and its row, and no message was ever one that makes no sense.</summary>
    public static async Task<Verdict> VerifiesAsync(ChaosWorld world)
    {
        await using var audit = ChildProcess.StartActorSync(["audit", "--verify", "--postgres", world.ConnectionString]);
        var code = await audit.ExitAsync(AnswerMax);
        var violations = code == 0 ? [] : audit.Output.ToImmutableArray();
        await using var command = world.Application.CreateCommand("select external_id || ': ' || body from actorsync.journal where type = 'unexpected' order by seq");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            violations = violations.Add($"unexpected: {reader.GetString(0)}");
        }

        return new Verdict("I6", "every journal folds to its snapshot and its row", audit.Output is [.., var summary] ? summary : "it said nothing", violations);
    }

    // What the lines say of the row, by revision: the log may tell a later one first.
    private static Dictionary<string, string?>? Told(JsonElement lines)
    {
        Dictionary<string, (string? Value, (long, long) Stamp)>? row = null;
        foreach (var line in lines.EnumerateArray().Where(line => line.GetProperty("event").GetString() is "local-changed" or "row-written"))
        {
            var text = line.GetProperty("text").GetString()!;
            var stamp = Revision().Match(text) is { Success: true } match
                ? (long.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), long.Parse(match.Groups[2].ValueSpan, System.Globalization.CultureInfo.InvariantCulture))
                : (long.MaxValue, 0L);
            if (text.StartsWith("deleted the row", StringComparison.Ordinal))
            {
                row = null;
                continue;
            }

            row ??= [];
            foreach (var change in line.GetProperty("changes").EnumerateArray())
            {
                var field = change.GetProperty("field").GetString()!;
                if (!row.TryGetValue(field, out var known) || known.Stamp.CompareTo(stamp) <= 0)
                {
                    row[field] = (change.GetProperty("to").GetString(), stamp);
                }
            }
        }

        return row?.ToDictionary(field => field.Key, field => field.Value.Value, StringComparer.Ordinal);
    }

    private static IEnumerable<string> Differences(MappedObject type, Guid id, Dictionary<string, string?>? told, Dictionary<string, string?>? row)
    {
        if (told is null || row is null)
        {
            return (told is null) == (row is null) ? [] : [$"{type.Name} {id}: the history ends {(told is null ? "without" : "with")} a row, the table has {(row is null ? "none" : "one")}"];
        }

        return row.Where(field => !PlainValue.AreEqual(told.GetValueOrDefault(field.Key), field.Value))
            .Select(field => $"{type.Name} {id}: {field.Key} is '{field.Value}', the history ends with '{told.GetValueOrDefault(field.Key)}'");
    }

    private static async Task<Dictionary<string, string?>?> RowAsync(ChaosWorld world, MappedObject type, Guid id)
    {
        var fields = type.Shared.Concat(type.Untold).ToArray();
        var columns = string.Join(", ", fields.Select(field => $"coalesce({MappedObject.Column(field)}::text, '')"));
        await using var command = world.Application.CreateCommand($"select concat_ws(E'\\x1f', {columns}) from {type.Table} where {MappedObject.KeyColumn} = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        return await command.ExecuteScalarAsync() is string text
            ? fields.Zip(text.Split(ListSeparator)).ToDictionary(pair => pair.First, pair => RowHistory.Plain(pair.Second), StringComparer.Ordinal)
            : null;
    }

    [GeneratedRegex(@"revision (\d+)\.(\d+)")]
    private static partial Regex Revision();
}
