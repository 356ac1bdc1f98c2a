using System.Collections.Immutable;
using ActorSync.Commands;
using ActorSync.Runtime.Journal;

namespace ActorSync.Retention;

/// <summary>The partitions of the journal that are in files alone.</summary>
/// <param name="Partitions">Oldest first.</param>
internal sealed record ArchivedJournal(ImmutableArray<JournalPartition> Partitions)
{
    // A record is known a little after its first entry was journaled: at the end of the turn's statements, not at its beginning. No turn lasts so long.
    private static readonly TimeSpan KnownWithin = TimeSpan.FromHours(1);

    /// <summary>What is archived of all that is or was there.</summary>
    public static ArchivedJournal Of(IEnumerable<JournalPartition> partitions) =>
        new([.. partitions.Where(partition => partition.Note is not null && partition.State != PartitionState.Attached)]);

    /// <summary>Nothing older is left in the database; null while nothing is archived.</summary>
    public DateTimeOffset? Until => Partitions.IsEmpty ? null : Partitions.Max(partition => partition.To);

    /// <summary>The files that may hold something of a record.</summary>
    /// <param name="since">When it came to be known; null: before that was noted.</param>
    public ImmutableArray<string> FilesOf(DateTimeOffset? since) => [.. Of(since).Select(partition => partition.Note!.File)];

    /// <summary>True if something of a record may be in files.</summary>
    /// <param name="since">When it came to be known; null: before that was noted.</param>
    public bool HasBeginningOf(DateTimeOffset? since) => Of(since).Any();

    /// <summary>The files as they lie in a folder, each compared with what was noted of it.</summary>
    /// <exception cref="CommandException">One is not there, or is not what was noted.</exception>
    public async Task<IReadOnlyList<string>> FindAsync(string folder, CancellationToken stop)
    {
        var files = new List<string>();
        foreach (var partition in Partitions)
        {
            var file = Path.Combine(folder, Path.GetFileName(partition.Note!.File));
            if (!File.Exists(file))
            {
                throw new CommandException(ExitCode.NotFound, $"{file} does not exist: {partition.Name} was written to {partition.Note.File}; bring the file there");
            }

            if (await JournalFile.Sha256Async(file, stop) != partition.Note.Sha256)
            {
                throw new CommandException(ExitCode.Failed, $"{file} is not what {partition.Name} was written to: its sha256 was {partition.Note.Sha256}");
            }

            files.Add(file);
        }

        return files;
    }

    private IEnumerable<JournalPartition> Of(DateTimeOffset? since) => Partitions.Where(partition => since is null || since - KnownWithin < partition.To);
}

/// <summary>Files of the journal read beside each other, each once, forward: mapping after mapping.</summary>
internal sealed class ArchivedEntries : IAsyncDisposable
{
    private readonly IReadOnlyList<IAsyncEnumerator<JournalEntry>> _files;
    private readonly bool[] _hasMore;
    private bool _isBegun;

    public ArchivedEntries(IEnumerable<string> files, CancellationToken stop)
    {
        _files = [.. files.Select(file => JournalFile.ReadAsync(file, stop).GetAsyncEnumerator(stop))];
        _hasMore = new bool[_files.Count];
    }

    /// <summary>The entries of a mapping in each of the files. Mappings are asked for in the order of their numbers.</summary>
    /// <param name="only">One record; null: all.</param>
    public IEnumerable<IAsyncEnumerable<JournalEntry>> OfMapping(short mapping, Guid? only) => Enumerable.Range(0, _files.Count).Select(file => OfMappingAsync(file, mapping, only));

    public async ValueTask DisposeAsync()
    {
        foreach (var file in _files)
        {
            await file.DisposeAsync();
        }
    }

    private async IAsyncEnumerable<JournalEntry> OfMappingAsync(int file, short mapping, Guid? only)
    {
        if (!_isBegun)
        {
            _isBegun = true;
            for (var i = 0; i < _files.Count; i++)
            {
                _hasMore[i] = await _files[i].MoveNextAsync();
            }
        }

        for (; _hasMore[file] && _files[file].Current.Actor.Kind <= mapping; _hasMore[file] = await _files[file].MoveNextAsync())
        {
            var entry = _files[file].Current;
            if (entry.Actor.Kind == mapping && (only is null || entry.Actor.Entity == only))
            {
                yield return entry;
            }
        }
    }
}
