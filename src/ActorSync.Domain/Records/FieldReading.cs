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

    /// <summary>Another value of a field that waits in the inbox.</summary>
    Frozen,

    /// <summary>Its order to a write of ours is unknown: only a fresh read can tell.</summary>
    Unordered,
}

internal static class FieldReadingRule
{
    extension(FieldReading)
    {
        /// <summary>Reads one field. Echoes are recognised by value: the base, anything queued, and anything sent that the read may have seen.</summary>
        public static FieldReading Of(RecordState state, string name, string? remote, RemoteImage m)
        {
            var local = state.Queue.LastOrDefault(write => Says(write, name));
            var sent = state.Outstanding is { Write: { } write } outside && !outside.IsOver(state) && Says(write, name) ? write : null;
            var bar = state.Bars.TryGetValue(name, out var found) && found.AnsweredAt >= m.ReadBegan ? found : null;
            if (state.Counters.ContainsKey(name))
            {
                return FieldReading.Nothing;
            }

            if (state.Inbox.TryGetValue(name, out var waits) && sent is null)
            {
                return waits.Theirs == remote || bar?.Sent.Contains(remote) == true ? FieldReading.Nothing
                    : bar is not null ? FieldReading.Unordered
                    : FieldReading.Frozen;
            }

            if (local is not null || sent is not null)
            {
                if (state.Queue.Any(write => Says(write, name) && IsEcho(write, name, remote)) || IsEcho(sent, name, remote) || bar?.Sent.Contains(remote) == true)
                {
                    return FieldReading.Nothing;
                }

                // Which of a write of ours and this value came last shows only a read after the answer.
                return sent is not null || bar is not null ? FieldReading.Unordered : FieldReading.Conflict;
            }

            var shown = state.Owed is { Operation: not RowOperation.Delete } owed && owed.Fields.TryGet(name, out var waiting) ? waiting : m.Row.Fields[name];
            return shown == remote ? FieldReading.Nothing
                : bar is not null ? FieldReading.Unordered
                : FieldReading.News;
        }
    }

    // An empty field of a birth says nothing: it is not sent.
    private static bool Says(LocalWrite write, string name) =>
        write.Fields.TryGet(name, out var value) && (write.Operation != WriteOperation.Insert || value is not null);

    private static bool IsEcho(LocalWrite? write, string name, string? remote) =>
        write is not null && (write.Fields.Is(name, remote) || write.Base.Is(name, remote));
}
