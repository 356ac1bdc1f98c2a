using static ActorSync.Domain.Records.RecordMessage;

namespace ActorSync.Domain.Records;

/// <summary>What one field of a remote image means to the record (rule 4).</summary>
internal enum FieldReading
{
    /// <summary>The row already says so, or it is what both sides knew, or our own value coming back.</summary>
    Nothing,

    /// <summary>A value for the row.</summary>
    News,

    /// <summary>Salesforce and the application both changed the field.</summary>
    Conflict,

    /// <summary>Its order to a write of ours is unknown: only a fresh read can tell.</summary>
    Unordered,
}

internal static class FieldReadingRule
{
    extension(FieldReading)
    {
        /// <summary>Reads one field. Echoes are recognised by value: the base, anything queued, and anything sent.</summary>
        public static FieldReading Of(RecordState state, string name, string? remote, RemoteImage m)
        {
            var local = state.Queue.LastOrDefault(write => write.Fields.Has(name));
            var sent = state.Outstanding?.Write.Fields.Has(name) == true ? state.Outstanding.Write : null;
            var barred = state.Bars.TryGetValue(name, out var bar) && bar.AnsweredAt >= m.ReadBegan;
            if (local is not null)
            {
                return IsEcho(local, sent, bar, name, remote) ? FieldReading.Nothing : FieldReading.Conflict;
            }

            if (sent is not null)
            {
                // Which of the two writes is the last one shows only after the answer.
                return IsEcho(sent, null, bar, name, remote) ? FieldReading.Nothing : FieldReading.Unordered;
            }

            if (barred)
            {
                return FieldReading.Unordered;
            }

            var shown = state.Owed is { Operation: not RowOperation.Delete } owed && owed.Fields.TryGet(name, out var waiting) ? waiting : m.Row.Fields[name];
            return shown == remote ? FieldReading.Nothing : FieldReading.News;
        }
    }

    private static bool IsEcho(LocalWrite write, LocalWrite? sent, FieldBar? bar, string name, string? remote) =>
        write.Fields.Is(name, remote)
        || (write.Operation == WriteOperation.Update && write.Base.Is(name, remote))
        || (sent is not null && (sent.Fields.Is(name, remote) || sent.Base.Is(name, remote)))
        || (bar is not null && bar.Sent.Contains(remote));
}
