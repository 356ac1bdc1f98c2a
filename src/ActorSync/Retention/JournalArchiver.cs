using System.Globalization;
using System.Runtime.CompilerServices;
using ActorSync.Commands;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Journal;
using Npgsql;

namespace ActorSync.Retention;

/// <summary>How far a partition is on its way out. A run that ends after any of these is taken up by the next one.</summary>
internal enum ArchiveStep
{
    /// <summary>In a file of a temporary name, on the disk, read back and compared.</summary>
    Written,

    /// <summary>The file has its name.</summary>
    Named,

    /// <summary>Noted in journal_archive.</summary>
    Noted,

    /// <summary>Out of the journal.</summary>
    Detached,

    /// <summary>Its table is gone.</summary>
    Dropped,
}

/// <summary>Takes whole partitions out of the journal, oldest first: each is written to a file, the file compared, noted; then the partition is detached and dropped.</summary>
/// <param name="reached">Told of each step, of each partition.</param>
internal sealed class JournalArchiver(NpgsqlDataSource database, Func<JournalPartition, ArchiveStep, Task>? reached = null)
{
    /// <summary>What ended less than this ago may still be written to by a turn that takes long, or after a change of clocks.</summary>
    public static readonly TimeSpan AgeMin = TimeSpan.FromDays(7);

    private const string S = RuntimeOptions.Schema;

    // Any fixed number: "ActorArc" in ASCII.
    private const long LockKey = 0x4163746f72417263;

    /// <summary>Archives every partition that ends at or before a time, and those that an earlier run began with.</summary>
    /// <param name="folder">Exists.</param>
    /// <returns>Those it archived, as they are noted.</returns>
    /// <exception cref="CommandException">Another run goes on; a partition is too young; a file is in the way, or is not what was noted.</exception>
    public async Task<IReadOnlyList<JournalPartition>> RunAsync(DateTimeOffset before, string folder, CancellationToken stop)
    {
        await using var connection = await database.OpenConnectionAsync(stop);
        // Of the session: it ends with it, however this ends.
        if (!await ScalarAsync<bool>(connection, $"select pg_try_advisory_lock({LockKey})", stop))
        {
            throw new CommandException(ExitCode.Failed, "another actorsync journal archive is at work on this database: wait for its end");
        }

        try
        {
            var now = await ScalarAsync<DateTime>(connection, "select clock_timestamp()", stop);
            var partitions = await JournalTable.ReadAsync(connection, stop);
            var begun = partitions.Where(partition => partition.Note is not null && partition.State != PartitionState.Archived);
            var old = partitions.Where(partition => partition.State == PartitionState.Attached && partition.Note is null && partition.To <= before).ToArray();
            if (old.FirstOrDefault(partition => partition.To > now - AgeMin) is { } young)
            {
                throw new CommandException(ExitCode.Usage, string.Create(
                    CultureInfo.InvariantCulture,
                    $"{young.Name} ends {young.To.UtcDateTime:yyyy-MM-dd}, less than {AgeMin.TotalDays:0} days ago, and stays: name an earlier --before; nothing was archived"));
            }

            var done = new List<JournalPartition>();
            foreach (var partition in begun.Concat(old).OrderBy(partition => partition.To))
            {
                done.Add(await ArchiveAsync(connection, partition, folder, stop));
            }

            return done;
        }
        finally
        {
            if (connection.FullState == System.Data.ConnectionState.Open)
            {
                await ExecuteAsync(connection, $"select pg_advisory_unlock({LockKey})", CancellationToken.None);
            }
        }
    }

    private async Task<JournalPartition> ArchiveAsync(NpgsqlConnection connection, JournalPartition partition, string folder, CancellationToken stop)
    {
        if (partition.Note is not { } note || !await IsStillThereAsync(partition, note, stop))
        {
            note = await NoteAsync(connection, partition, await ExportAsync(connection, partition, folder, stop), stop);
        }

        await DetachAsync(connection, partition, stop);
        await ReachedAsync(partition, ArchiveStep.Detached);
        // Nobody writes to it any more: what is in it now is all there is.
        var rows = await CountAsync(connection, partition, stop);
        if (rows != note.Rows)
        {
            throw new CommandException(ExitCode.Failed, string.Create(
                CultureInfo.InvariantCulture,
                $"{partition.Name} has {rows} rows, and {note.File} {note.Rows}: rows came after it was written, as when the server's clock is set back. It is kept; move the file away and run this again, which writes it anew"));
        }

        await ExecuteAsync(connection, $"drop table {S}.{partition.Name}", stop);
        await ReachedAsync(partition, ArchiveStep.Dropped);
        return partition with { State = PartitionState.Archived, RowEstimate = null, Bytes = null, Note = note };
    }

    private static async Task<bool> IsStillThereAsync(JournalPartition partition, ArchiveNote note, CancellationToken stop)
    {
        if (!File.Exists(note.File))
        {
            return false;
        }

        return await JournalFile.Sha256Async(note.File, stop) == note.Sha256
            ? true
            : throw new CommandException(ExitCode.Failed, $"{note.File} is not what {partition.Name} was written to (its sha256 was {note.Sha256}): move it away and run this again, which writes it anew");
    }

    private async Task<ArchiveNote> ExportAsync(NpgsqlConnection connection, JournalPartition partition, string folder, CancellationToken stop)
    {
        var file = Path.Combine(Path.GetFullPath(folder), partition.FileName);
        var temporary = file + ".part";
        var written = await JournalFile.WriteAsync(temporary, RowsAsync(connection, partition, stop), stop);
        var rows = await CountAsync(connection, partition, stop);
        if (rows != written.Rows || await JournalFile.ReadContentAsync(temporary, stop) != written)
        {
            throw new CommandException(ExitCode.Failed, $"{temporary} does not hold what {partition.Name} has ({rows} rows): nothing was taken out; look at the disk, and run this again");
        }

        await ReachedAsync(partition, ArchiveStep.Written);
        if (!File.Exists(file))
        {
            File.Move(temporary, file);
        }
        else if (await IsSameAsync(file, written, stop))
        {
            // Of a run that was interrupted before it could note it.
            File.Delete(temporary);
        }
        else
        {
            File.Delete(temporary);
            throw new CommandException(ExitCode.Failed, $"{file} exists and holds something else than {partition.Name}: it is left as it is, and so is the partition. Move it away, or name another folder by --to");
        }

        DirectoryEntry.Flush(Path.GetDirectoryName(file)!);
        await ReachedAsync(partition, ArchiveStep.Named);
        return new ArchiveNote(written.Rows, file, await JournalFile.Sha256Async(file, stop), default);
    }

    private static async Task<bool> IsSameAsync(string file, FileContent written, CancellationToken stop)
    {
        try
        {
            return await JournalFile.ReadContentAsync(file, stop) == written;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private async Task<ArchiveNote> NoteAsync(NpgsqlConnection connection, JournalPartition partition, ArchiveNote note, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            insert into {S}.journal_archive(partition, from_at, to_at, rows, file, sha256) values ($1, $2, $3, $4, $5, $6)
            on conflict (partition) do update set rows = excluded.rows, file = excluded.file, sha256 = excluded.sha256, archived_at = clock_timestamp()
            returning archived_at
            """,
            connection);
        command.Parameters.Add(new() { Value = partition.Name });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz, Value = (object?)partition.From?.ToUniversalTime() ?? DBNull.Value });
        command.Parameters.Add(new() { Value = partition.To.ToUniversalTime() });
        command.Parameters.Add(new() { Value = note.Rows });
        command.Parameters.Add(new() { Value = note.File });
        command.Parameters.Add(new() { Value = note.Sha256 });
        var at = (DateTime)(await command.ExecuteScalarAsync(stop))!;
        await ReachedAsync(partition, ArchiveStep.Noted);
        return note with { ArchivedAt = at };
    }

    // CONCURRENTLY: turns go on. It waits for whoever reads the journal; interrupted, it is finished.
    private static async Task DetachAsync(NpgsqlConnection connection, JournalPartition partition, CancellationToken stop)
    {
        if (partition.State is PartitionState.Attached or PartitionState.Detaching)
        {
            var how = partition.State == PartitionState.Attached ? "concurrently" : "finalize";
            await ExecuteAsync(connection, $"alter table {S}.journal detach partition {S}.{partition.Name} {how}", stop);
        }
    }

    private static async IAsyncEnumerable<JournalEntry> RowsAsync(NpgsqlConnection connection, JournalPartition partition, [EnumeratorCancellation] CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"select address, seq, epoch, mapping, external_id, type, at, body::text from {S}.{partition.Name} order by mapping, external_id, address, seq", connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            yield return new JournalEntry(
                reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2), new ActorId(reader.GetInt16(3), reader.GetGuid(4)),
                reader.GetString(5), reader.GetFieldValue<DateTimeOffset>(6), reader.GetString(7));
        }
    }

    private static Task<long> CountAsync(NpgsqlConnection connection, JournalPartition partition, CancellationToken stop) =>
        ScalarAsync<long>(connection, $"select count(*) from {S}.{partition.Name}", stop)!;

    private Task ReachedAsync(JournalPartition partition, ArchiveStep step) => reached?.Invoke(partition, step) ?? Task.CompletedTask;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(stop);
    }

    private static async Task<T?> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync(stop) is T value ? value : default;
    }
}
