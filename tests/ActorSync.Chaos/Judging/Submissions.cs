using System.Text.Json;

namespace ActorSync.Chaos.Judging;

/// <summary>When a submission was outside, and whom it was about, as journaled before and after.</summary>
/// <param name="FinishedAt">Null while it has no outcome.</param>
internal sealed record SubmissionSpan(Guid Id, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, bool WasDoubtful, IReadOnlyList<Guid> Records);

/// <summary>The submissions of a run.</summary>
internal static class Submissions
{
    /// <summary>All of them.</summary>
    public static async Task<IReadOnlyList<SubmissionSpan>> ReadAsync(ChaosWorld world)
    {
        await using var command = world.Application.CreateCommand("""
            select s.submission, s.started_at, s.finished_at, s.doubtful_since is not null, j.body::text
            from actorsync.submission s left join actorsync.journal j on j.type = 'submission-started' and (j.body->>'id')::uuid = s.submission
            """);
        command.CommandTimeout = 120;
        await using var reader = await command.ExecuteReaderAsync();
        var spans = new List<SubmissionSpan>();
        while (await reader.ReadAsync())
        {
            using var body = JsonDocument.Parse(reader.GetString(4));
            spans.Add(new SubmissionSpan(
                reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2), reader.GetBoolean(3),
                [.. body.RootElement.GetProperty("writes").EnumerateArray().Select(write => write.GetProperty("entity").GetGuid())]));
        }

        return spans;
    }
}
