using System.Text.Json;
using ActorSync.Domain.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using Npgsql;

namespace ActorSync.Coordination;

/// <summary>Submissions as rows, and as events of the coordinator's journal, always in one turn.</summary>
internal sealed class SubmissionTable(NpgsqlDataSource database, HeldLease lease)
{
    private const string S = RuntimeOptions.Schema;
    private static readonly ActorId Coordinator = new(0, Guid.Empty);

    /// <summary>Everything started and not finished: after a recovery, all of it is in doubt.</summary>
    public async Task<IReadOnlyList<Submission>> OpenAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"select submission, mapping, operation, writes::text, started_at from {S}.submission where finished_at is null order by started_at");
        await using var reader = await command.ExecuteReaderAsync(stop);
        var open = new List<Submission>();
        while (await reader.ReadAsync(stop))
        {
            open.Add(new Submission(
                reader.GetGuid(0), reader.GetInt16(1), Enum.Parse<WriteOperation>(reader.GetString(2)),
                JsonSerializer.Deserialize(reader.GetString(3), SubmissionJson.Default.IReadOnlyListOfferedWrite)!,
                reader.GetFieldValue<DateTimeOffset>(4)) { Doubtful = true });
        }

        return open;
    }

    /// <summary>Starts submissions: from the commit of this turn on they may be outside.</summary>
    public async Task StartAsync(Turn turn, IReadOnlyList<Submission> submissions, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            insert into {S}.submission(submission, mapping, operation, epoch, token, records, writes, started_at)
            select submission, mapping, operation, $6, $7, records, writes::jsonb, $8 from unnest($1, $2, $3, $4, $5) u(submission, mapping, operation, records, writes)
            """,
            turn.Connection);
        command.Parameters.Add(new() { Value = submissions.Select(submission => submission.Id).ToArray() });
        command.Parameters.Add(new() { Value = submissions.Select(submission => submission.Mapping).ToArray() });
        command.Parameters.Add(new() { Value = submissions.Select(submission => submission.Operation.ToString()).ToArray() });
        command.Parameters.Add(new() { Value = submissions.Select(submission => submission.Writes.Count).ToArray() });
        command.Parameters.Add(new() { Value = submissions.Select(submission => JsonSerializer.Serialize(submission.Writes, SubmissionJson.Default.IReadOnlyListOfferedWrite)).ToArray() });
        command.Parameters.Add(new() { Value = lease.Epoch });
        command.Parameters.Add(new() { Value = lease.Token });
        command.Parameters.Add(new() { Value = turn.Now.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(stop);
        foreach (var submission in submissions)
        {
            var started = new SubmissionStarted(
                submission.Id, submission.Mapping, submission.Operation, "soap",
                [.. submission.Writes.Select(write => new SubmittedWrite(write.Entity, write.WriteNo))]);
            turn.Journal(lease, Coordinator, "submission-started", JsonSerializer.Serialize(started, SubmissionJson.Default.SubmissionStarted));
        }
    }

    /// <summary>Notes that the answer of a submission is lost.</summary>
    public async Task DoubtAsync(Turn turn, Guid submission, string reason, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand($"update {S}.submission set doubtful_since = $2 where submission = $1 and finished_at is null", turn.Connection);
        command.Parameters.Add(new() { Value = submission });
        command.Parameters.Add(new() { Value = turn.Now.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(stop);
        turn.Journal(lease, Coordinator, "submission-doubted", JsonSerializer.Serialize(new SubmissionDoubted(submission, reason), SubmissionJson.Default.SubmissionDoubted));
    }

    /// <summary>Finishes a submission; throws if it was finished before, so that no outcome is mailed twice.</summary>
    public async Task FinishAsync(Turn turn, SubmissionFinished finished, CancellationToken stop)
    {
        var body = JsonSerializer.Serialize(finished, SubmissionJson.Default.SubmissionFinished);
        await using var command = new NpgsqlCommand(
            $"update {S}.submission set finished_at = $2, outcome = $3::jsonb, writes = '[]' where submission = $1 and finished_at is null", turn.Connection);
        command.Parameters.Add(new() { Value = finished.Id });
        command.Parameters.Add(new() { Value = turn.Now.ToUniversalTime() });
        command.Parameters.Add(new() { Value = body });
        if (await command.ExecuteNonQueryAsync(stop) != 1)
        {
            throw new InvalidOperationException($"submission {finished.Id} has an outcome already");
        }

        turn.Journal(lease, Coordinator, "submission-finished", body);
    }
}
