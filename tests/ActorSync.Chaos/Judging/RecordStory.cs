using System.Text.RegularExpressions;
using ActorSync.OrgSimulator.Org;
using Npgsql;

namespace ActorSync.Chaos.Judging;

/// <summary>One record as everybody saw it, in order of time: its rows, what arrived at the org, what its actor journaled. For the one who looks for a cause.</summary>
internal static partial class RecordStory
{
    /// <summary>The records that a violation names.</summary>
    public static IEnumerable<Guid> Named(string violation) => Uuid().Matches(violation).Select(match => Guid.Parse(match.ValueSpan));

    /// <summary>The story of a record.</summary>
    public static async Task<IReadOnlyList<string>> TellAsync(ChaosWorld world, Guid id)
    {
        var evidence = await Evidence.ReadAsync(world);
        var lines = new List<(DateTimeOffset At, string Line)>();
        lines.AddRange(evidence.Rows.Where(row => row.Key.Id == id).SelectMany(row => row.Value).Select(version => (version.At, $"row      {version}: {Values(version.Changes())}")));
        lines.AddRange(evidence.ByRecord[id].Select(arrival => (arrival.At, Line(arrival))));
        await using var command = world.Application.CreateCommand("select at, type || ' ' || body from actorsync.journal where external_id = $1 order by seq");
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                lines.Add((reader.GetFieldValue<DateTimeOffset>(0), $"journal  {reader.GetString(1)}"));
            }
        }

        var state = await world.QueryAsync<string>($"select string_agg(state::text, E'\\n') from actorsync.actor where external_id = '{id}'");
        return [.. lines.OrderBy(line => line.At).Select(line => $"{line.At.UtcDateTime:HH:mm:ss.fff} {line.Line}"), $"state {state}"];
    }

    private static string Line(Arrival arrival) =>
        $"arrival  #{arrival.Sequence} {arrival.Operation} {arrival.Id} by {arrival.Client ?? "people"}: {(arrival.Error is { } error ? error.StatusCode : $"{Values(arrival.Before)} -> {Values(arrival.After)}")}";

    private static string Values(IEnumerable<KeyValuePair<string, string?>> values) => string.Join(", ", values.Select(field => $"{field.Key}={field.Value ?? "null"}"));

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex Uuid();
}
