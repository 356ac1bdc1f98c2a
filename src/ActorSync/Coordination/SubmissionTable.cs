using System.Text.Json;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Records;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Postgres;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using Npgsql;
using NpgsqlTypes;

namespace ActorSync.Coordination;

/// <summary>Submissions in PostgreSQL.</summary>
/// <param name="remembered">Mappings whose finished submissions keep what they sent for <see cref="SentKept"/>.</param>
internal sealed class SubmissionTable(NpgsqlDataSource database, IReadOnlyCollection<short> remembered) : ISubmissionTable
{
    /// <summary>Salesforce keeps change events for 72 hours; what was sent longer ago than this is in none of them.</summary>
    public static readonly TimeSpan SentKept = TimeSpan.FromHours(96);

    // Rows that one call empties of what they sent.
    private const int ForgottenRowsMax = 1_000;

    private const string S = RuntimeOptions.Schema;

    public async Task<IReadOnlyList<Submission>> OpenAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"""
            select s.submission, s.mapping, s.operation, s.writes::text, s.started_at, s.api, s.job_id,
              case when s.doubtful_since is null and (n.node_id is not null or a.submission is not null) then s.carrier end
            from {S}.submission s left join {S}.node n on n.node_id = s.carrier and n.expires_at > clock_timestamp() left join {S}.carried_answer a on a.submission = s.submission
            where s.finished_at is null order by s.started_at
            """);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var open = new List<Submission>();
        while (await reader.ReadAsync(stop))
        {
            open.Add(new Submission(
                reader.GetGuid(0), reader.GetInt16(1), Enum.Parse<WriteOperation>(reader.GetString(2)),
                JsonSerializer.Deserialize(reader.GetString(3), SubmissionJson.Default.IReadOnlyListOfferedWrite)!,
                reader.GetFieldValue<DateTimeOffset>(4))
            {
                Doubtful = true,
                Api = Enum.Parse<SubmissionApi>(reader.GetString(5)),
                JobId = reader.IsDBNull(6) ? null : reader.GetString(6),
                Carrier = reader.IsDBNull(7) ? null : reader.GetGuid(7),
            });
        }

        return open;
    }

    public async Task StartAsync(Turn turn, HeldLease lease, IReadOnlyList<Submission> submissions, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            insert into {S}.submission(submission, mapping, operation, epoch, token, records, writes, started_at, api, carrier)
            select submission, mapping, operation, $6, $7, records, writes::json, started_at, api, carrier
            from unnest($1, $2, $3, $4, $5, $8, $9, $10) u(submission, mapping, operation, records, writes, started_at, api, carrier)
            """,
            turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = submissions.Select(submission => submission.Id).ToArray() });
        command.Parameters.Add(new() { Value = submissions.Select(submission => submission.Mapping).ToArray() });
        command.Parameters.Add(new() { Value = submissions.Select(submission => submission.Operation.ToString()).ToArray() });
        command.Parameters.Add(new() { Value = submissions.Select(submission => submission.Writes.Count).ToArray() });
        command.Parameters.Add(new() { Value = submissions.Select(submission => JsonSerializer.Serialize(submission.Writes, SubmissionJson.Default.IReadOnlyListOfferedWrite)).ToArray() });
        command.Parameters.Add(new() { Value = lease.Epoch });
        command.Parameters.Add(new() { Value = lease.Token });
        command.Parameters.Add(new() { Value = submissions.Select(submission => submission.StartedAt.ToUniversalTime()).ToArray() });
        command.Parameters.Add(new() { Value = submissions.Select(submission => submission.Api.ToString()).ToArray() });
        command.Parameters.Add(new() { Value = submissions.Select(submission => submission.Carrier).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        await command.ExecuteNonQueryAsync(stop);
    }

    public async Task<bool> OpenJobAsync(Turn turn, Guid submission, string job, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"update {S}.submission set job_id = $2 where submission = $1 and finished_at is null and coalesce(job_id, $2) = $2", turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = submission });
        command.Parameters.Add(new() { Value = job });
        return await command.ExecuteNonQueryAsync(stop) == 1;
    }

    public async Task DoubtAsync(Turn turn, Guid submission, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"update {S}.submission set doubtful_since = $2 where submission = $1 and finished_at is null", turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = submission });
        command.Parameters.Add(new() { Value = turn.Now.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(stop);
    }

    public async Task<bool> LeaveAsync(Turn turn, Guid submission, IReadOnlyList<OfferedWrite> lost, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"update {S}.submission set doubtful_since = $2, sent = case when mapping = any($5) then coalesce(sent, writes) end, writes = $3::json, records = $4 where submission = $1 and finished_at is null", turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = submission });
        command.Parameters.Add(new() { Value = turn.Now.ToUniversalTime() });
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(lost, SubmissionJson.Default.IReadOnlyListOfferedWrite) });
        command.Parameters.Add(new() { Value = lost.Count });
        command.Parameters.Add(new() { Value = remembered.ToArray() });
        return await command.ExecuteNonQueryAsync(stop) == 1;
    }

    public async Task<bool> FinishAsync(Turn turn, Guid submission, string outcome, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"update {S}.submission set finished_at = $2, outcome = $3::jsonb, sent = case when mapping = any($4) then coalesce(sent, writes) end, writes = '[]' where submission = $1 and finished_at is null", turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = submission });
        command.Parameters.Add(new() { Value = turn.Now.ToUniversalTime() });
        command.Parameters.Add(new() { Value = outcome });
        command.Parameters.Add(new() { Value = remembered.ToArray() });
        return await command.ExecuteNonQueryAsync(stop) == 1;
    }

    public async Task<bool> BringAsync(Guid carrier, Guid submission, string answer, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"""
            insert into {S}.carried_answer(submission, carrier, answer)
            select s.submission, n.node_id, $3::jsonb from {S}.submission s join {S}.node n on n.node_id = s.carrier
            where s.submission = $1 and s.carrier = $2 and s.finished_at is null and s.doubtful_since is null and n.expires_at > clock_timestamp() and {ServerHistory.IsKnownSql}
            on conflict do nothing
            """);
        command.Parameters.Add(new() { Value = submission });
        command.Parameters.Add(new() { Value = carrier });
        command.Parameters.Add(new() { Value = answer });
        return await command.ExecuteNonQueryAsync(stop) == 1;
    }

    public async Task<IReadOnlyList<CarriedCall>> CarriedAsync(IReadOnlyCollection<Guid> submissions, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"""
            select s.submission, n.node_id is not null, a.answer::text
            from {S}.submission s left join {S}.node n on n.node_id = s.carrier and n.expires_at > clock_timestamp() left join {S}.carried_answer a on a.submission = s.submission
            where s.submission = any($1)
            """);
        command.Parameters.Add(new() { Value = submissions.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var calls = new List<CarriedCall>();
        while (await reader.ReadAsync(stop))
        {
            calls.Add(new CarriedCall(reader.GetGuid(0), reader.GetBoolean(1), reader.IsDBNull(2) ? null : reader.GetString(2)));
        }

        return calls;
    }

    public async Task TakeBroughtAsync(Turn turn, Guid submission, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand($"delete from {S}.carried_answer where submission = $1", turn.Postgres().Connection);
        command.Parameters.Add(new() { Value = submission });
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>Forgets answers that nobody has waited for: their submissions were finished without them.</summary>
    public async Task ForgetBroughtAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand($"delete from {S}.carried_answer a where not exists (select from {S}.submission s where s.submission = a.submission and s.finished_at is null)");
        await command.ExecuteNonQueryAsync(stop);
    }

    public async Task<IReadOnlyDictionary<Guid, IReadOnlyList<OfferedWrite>>> SentAsync(IReadOnlyCollection<Guid> submissions, CancellationToken stop)
    {
        var sent = new Dictionary<Guid, IReadOnlyList<OfferedWrite>>();
        if (submissions.Count == 0)
        {
            return sent;
        }

        await using var command = database.CreateCommand(
            $"select submission, coalesce(sent, writes)::text from {S}.submission where submission = any($1) and (sent is not null or finished_at is null)");
        command.Parameters.Add(new() { Value = submissions.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            sent[reader.GetGuid(0)] = JsonSerializer.Deserialize(reader.GetString(1), SubmissionJson.Default.IReadOnlyListOfferedWrite)!;
        }

        return sent;
    }

    /// <summary>Forgets what was sent before anybody could still hear of it, some rows at a time.</summary>
    /// <returns>False when there is more to forget.</returns>
    public async Task<bool> ForgetSentAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"""
            update {S}.submission set sent = null where submission in (
              select submission from {S}.submission where sent is not null and finished_at < clock_timestamp() - $1 order by finished_at limit {ForgottenRowsMax})
            """);
        command.Parameters.Add(new() { Value = SentKept });
        return await command.ExecuteNonQueryAsync(stop) < ForgottenRowsMax;
    }
}
