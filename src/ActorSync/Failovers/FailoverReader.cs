using System.Text.Json;
using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Failovers;

/// <summary>A failover for a person.</summary>
/// <param name="NoticedAt">By the clock of the server it went on with.</param>
/// <param name="SurvivedAt">Commits since then may be lost.</param>
/// <param name="Before">Server and timeline before.</param>
/// <param name="Now">Server and timeline it went on with.</param>
/// <param name="InDoubt">Submissions about which Salesforce has not been asked yet.</param>
internal sealed record FailoverReport(int Number, DateTimeOffset NoticedAt, DateTimeOffset SurvivedAt, string Before, string Now, long InDoubt, IReadOnlyList<CorrectedRecord> Corrections);

/// <summary>A record that was corrected.</summary>
/// <param name="At">When it was corrected last.</param>
/// <param name="Changes">In order.</param>
internal sealed record CorrectedRecord(string Object, Guid ExternalId, DateTimeOffset At, IReadOnlyList<CorrectedField> Changes);

/// <summary>Reads what is known of failovers.</summary>
internal sealed class FailoverReader(NpgsqlDataSource database)
{
    private const string S = RuntimeOptions.Schema;

    /// <summary>All of them, oldest first.</summary>
    public async Task<IReadOnlyList<FailoverReport>> ReadAsync(CancellationToken stop)
    {
        var corrections = await CorrectionsAsync(stop);
        await using var command = database.CreateCommand(
            $"""
            select number, noticed_at, survived_at, history_before, history,
              (select count(*) from {S}.submission where finished_at is null and started_at <= noticed_at)
            from {S}.failover order by number
            """);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var reports = new List<FailoverReport>();
        while (await reader.ReadAsync(stop))
        {
            var number = reader.GetInt32(0);
            reports.Add(new FailoverReport(
                number, reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3), reader.GetString(4), reader.GetInt64(5), [.. corrections[number]]));
        }

        return reports;
    }

    /// <summary>Says that the database was restored where the server cannot tell: nodes notice it as a failover.</summary>
    public async Task DeclareAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand($"update {S}.cluster set timeline = 'declared'");
        await command.ExecuteNonQueryAsync(stop);
    }

    private async Task<ILookup<int, CorrectedRecord>> CorrectionsAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"select c.failover, m.object, c.external_id, c.at, c.changes::text from {S}.failover_correction c join {S}.mapping m using (mapping) order by c.failover, m.object, c.external_id");
        await using var reader = await command.ExecuteReaderAsync(stop);
        var corrections = new List<(int Failover, CorrectedRecord Record)>();
        while (await reader.ReadAsync(stop))
        {
            corrections.Add((reader.GetInt32(0), new CorrectedRecord(
                reader.GetString(1), reader.GetGuid(2), reader.GetFieldValue<DateTimeOffset>(3), JsonSerializer.Deserialize(reader.GetString(4), FailoverJson.Default.IReadOnlyListCorrectedField)!)));
        }

        return corrections.ToLookup(correction => correction.Failover, correction => correction.Record);
    }
}
