using System.Text.RegularExpressions;
using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Retention;

/// <summary>Where a partition of the journal is.</summary>
internal enum PartitionState
{
    /// <summary>In the journal.</summary>
    Attached,

    /// <summary>Being taken out of the journal; that was interrupted, or goes on.</summary>
    Detaching,

    /// <summary>Out of the journal, its table still there.</summary>
    Detached,

    /// <summary>In its file alone.</summary>
    Archived,
}

/// <summary>The file a partition was written to.</summary>
/// <param name="Rows">Rows in it.</param>
/// <param name="File">Full path, on the machine that wrote it.</param>
/// <param name="Sha256">Of the file, hexadecimal.</param>
internal sealed record ArchiveNote(long Rows, string File, string Sha256, DateTimeOffset ArchivedAt);

/// <summary>A partition of the journal.</summary>
/// <param name="From">Null: from the beginning.</param>
/// <param name="To">Exclusive.</param>
/// <param name="RowEstimate">The planner's estimate; null while it has none, or without a table.</param>
/// <param name="Bytes">Of table and index; null without a table.</param>
/// <param name="Note">Null while it was not written to a file.</param>
internal sealed partial record JournalPartition(
    string Name, DateTimeOffset? From, DateTimeOffset To, long? RowEstimate, long? Bytes, PartitionState State, ArchiveNote? Note)
{
    /// <summary>Name of its file: journal-2026-W48.jsonl.gz, or journal-to-2026-W48.jsonl.gz for the one without a beginning.</summary>
    public string FileName => NamePattern().Replace(Name, "journal$1-$2-W$3.jsonl.gz").Replace('_', '-');

    [GeneratedRegex("^journal(_to)?_([0-9]{4})w([0-9]{2})$")]
    private static partial Regex NamePattern();
}

/// <summary>The partitions of the journal and the notes of those that were archived.</summary>
internal static class JournalTable
{
    private const string S = RuntimeOptions.Schema;

    /// <summary>Every partition that is or was there, oldest first.</summary>
    public static async Task<IReadOnlyList<JournalPartition>> ReadAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select coalesce(t.name, a.partition), coalesce(p.from_at, a.from_at), coalesce(p.to_at, a.to_at), t.estimate, t.bytes,
              case when t.name is null then 3 when not t.is_partition then 2 when p.partition is null then 1 else 0 end, a.rows, a.file, a.sha256, a.archived_at
            from (
              select c.relname::text name, nullif(c.reltuples, -1)::bigint estimate, pg_total_relation_size(c.oid) bytes, c.relispartition is_partition
              from pg_class c where c.relnamespace = '{S}'::regnamespace and c.relkind = 'r' and c.relname ~ '^journal_(to_)?[0-9]+w[0-9]+$') t
            full join {S}.journal_archive a on a.partition = t.name
            left join {S}.journal_partitions() p on p.partition = t.name
            where coalesce(p.to_at, a.to_at) is not null
            order by 3
            """,
            connection);
        var partitions = new List<JournalPartition>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            partitions.Add(new JournalPartition(
                reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2),
                reader.IsDBNull(3) ? null : reader.GetInt64(3), reader.IsDBNull(4) ? null : reader.GetInt64(4), (PartitionState)reader.GetInt32(5),
                reader.IsDBNull(6) ? null : new ArchiveNote(reader.GetInt64(6), reader.GetString(7), reader.GetString(8), reader.GetFieldValue<DateTimeOffset>(9))));
        }

        return partitions;
    }
}
