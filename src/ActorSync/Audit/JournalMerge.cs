using System.Runtime.CompilerServices;
using ActorSync.Runtime.Journal;

namespace ActorSync.Audit;

/// <summary>Entries of one mapping from several places, each ordered by record and sequence, as one sequence of that order.</summary>
internal static class JournalMerge
{
    public static async IAsyncEnumerable<JournalEntry> OfAsync(IEnumerable<IAsyncEnumerable<JournalEntry>> places, [EnumeratorCancellation] CancellationToken stop)
    {
        var readers = places.Select(place => place.GetAsyncEnumerator(stop)).ToArray();
        try
        {
            var next = new PriorityQueue<IAsyncEnumerator<JournalEntry>, (Guid, long)>(readers.Length);
            foreach (var reader in readers)
            {
                await AdvanceAsync(next, reader);
            }

            while (next.TryDequeue(out var reader, out _))
            {
                yield return reader.Current;
                await AdvanceAsync(next, reader);
            }
        }
        finally
        {
            foreach (var reader in readers)
            {
                await reader.DisposeAsync();
            }
        }
    }

    private static async ValueTask AdvanceAsync(PriorityQueue<IAsyncEnumerator<JournalEntry>, (Guid, long)> next, IAsyncEnumerator<JournalEntry> reader)
    {
        if (await reader.MoveNextAsync())
        {
            next.Enqueue(reader, (reader.Current.Actor.Entity, reader.Current.Seq));
        }
    }
}
