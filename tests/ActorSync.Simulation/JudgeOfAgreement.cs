using ActorSync.Domain.Records;

namespace ActorSync.Simulation;

/// <summary>What the journal says of both sides, held against what each of them had: whose value meets whose, what a write is made from, and that no question stays open.</summary>
internal sealed partial class Judge
{
    // I1: a value that the application has had in its row and changed is contested by nobody: whatever people, or the application, say they say once.
    private static void ConflictsHaveTwoSides(RecordStory story)
    {
        var left = new HashSet<(string Field, string? Value)>();
        foreach (var (_, happened) in story.Events)
        {
            var (field, remote) = happened switch
            {
                RecordEvent.ConflictResolved e when Enum.TryParse<ConflictPolicy>(e.Reason, out _) => (e.Field, e.Remote),
                RecordEvent.ConflictFrozen { Counted: false } e when !Equals(e.Remote, e.Base) => (e.Field, e.Remote),
                _ => (null, null),
            };
            if (field is not null && left.Contains((field, Plain(remote))))
            {
                throw new ViolationException("I1", $"{field} is contested by '{remote}', which the application knew and has changed", story.Entity);
            }

            if (happened is RecordEvent.LocalChanged { Operation: not RowOperation.Update } or RecordEvent.RemoteUndeletionTaken or RecordEvent.RemoteMergeTaken or RecordEvent.RemoteDisplaced)
            {
                // Another life may meet what this one has left behind.
                left.Clear();
            }
            else if (happened is RecordEvent.LocalChanged { ByTrigger: false } said)
            {
                left.UnionWith(said.Old.Where((name, value) => IsSaidOnce(value) && said.New.Has(name) && !said.New.Is(name, value)).Select(old => (old.Key, Plain(old.Value))));
            }
        }
    }

    private static bool IsSaidOnce(string? value) => Plain(value) is ['R' or 'L', .. var number] && number.All(char.IsAsciiDigit);

    // I1: a write of a field that follows one that was applied is made from that one's value, or from what Salesforce or somebody has said since.
    private static void WritesAreMadeFromWhatTheyFollow(RecordStory story)
    {
        var offered = new Dictionary<int, RecordEvent.WriteOffered>();
        // Per field, the values that the next write of this life may be made from, since one was applied.
        var said = new Dictionary<string, (long Birth, HashSet<string?> Values)>(StringComparer.Ordinal);
        foreach (var (_, happened) in story.Events)
        {
            switch (happened)
            {
                case RecordEvent.WriteOffered { Operation: WriteOperation.Update } e:
                    foreach (var (field, from) in e.Base.Where((name, _) => e.Fields.Has(name) && e.Counted?.Has(name) != true && said.ContainsKey(name)))
                    {
                        if (said[field].Birth == e.Stamp.Birth && !said[field].Values.Contains(Plain(from)))
                        {
                            throw new ViolationException("I1", $"write {e.WriteNo} of {field} is made from '{from}', and what it follows is {string.Join(" or ", said[field].Values)}", story.Entity);
                        }
                    }

                    offered[e.WriteNo] = e;
                    break;
                case RecordEvent.WriteApplied e when offered.Remove(e.WriteNo, out var write):
                    foreach (var (field, value) in write.Fields.Where((name, _) => write.Counted?.Has(name) != true))
                    {
                        said[field] = (write.Stamp.Birth, [Plain(value)]);
                    }

                    break;
                case RecordEvent.RemoteTaken { Insert: false } e:
                    Add(e.New);
                    break;
                case RecordEvent.OperatorActed e:
                    Add(e.Fields);
                    break;
                case RecordEvent.ConflictResolved { Field: not "*" } e:
                    Add(FieldValues.Of((e.Field, e.Remote)));
                    break;
                case RecordEvent.ConflictFrozen e:
                    Add(FieldValues.Of((e.Field, e.Remote)));
                    break;
                case RecordEvent.ConflictChosen e:
                    Add(FieldValues.Of((e.Field, e.Remote)));
                    Add(FieldValues.Of((e.Field, e.Value)));
                    break;
                // What it was made from stands again, or another life begins.
                case RecordEvent.WriteOverwritten or RecordEvent.WriteRejected or RecordEvent.WriteNotApplied or RecordEvent.RemoteTaken or RecordEvent.LocalChanged { Operation: not RowOperation.Update }:
                    said.Clear();
                    break;
                // What is outside was said of another record, or of what it was.
                case var _ when MovesTheLink(happened):
                    said.Clear();
                    offered.Clear();
                    break;
            }
        }

        void Add(FieldValues values)
        {
            foreach (var (field, value) in values)
            {
                said.GetValueOrDefault(field).Values?.Add(Plain(value));
            }
        }
    }

    // Rule 6: what is outside when a delete loses was said of the row that went; the one that comes back follows a read after its answer.
    private static void LostDeletesEndTheirLife(RecordStory story)
    {
        var outside = new Dictionary<int, WriteOperation>();
        var ended = new HashSet<int>();
        string? linked = null;
        for (var at = 0; at < story.Events.Count; at++)
        {
            switch (story.Events[at].Event)
            {
                case RecordEvent.WriteOffered e:
                    outside[e.WriteNo] = e.Operation;
                    break;
                case RecordEvent.ConflictResolved { Field: "*", Remote: "changed", Winner: Side.Salesforce }:
                    ended.UnionWith(outside.Where(write => write.Value != WriteOperation.Delete).Select(write => write.Key));
                    break;
                case RecordEvent.RemoteDeletionTaken or RecordEvent.RemoteMergeTaken or RecordEvent.RemoteDisplaced or RecordEvent.ReferencesDeferred:
                    ended.Clear();
                    break;
                case RecordEvent.RemoteTaken e:
                    linked = e.Sfid;
                    break;
                case RecordEvent.WriteApplied or RecordEvent.WriteNotApplied or RecordEvent.WriteOverwritten or RecordEvent.WriteRejected:
                    var writeNo = WriteNoOf(story.Events[at].Event);
                    outside.Remove(writeNo);
                    if (ended.Remove(writeNo) && (story.Events.ElementAtOrDefault(at + 1).Event is not RecordEvent.ReadBackAsked asked || asked.Sfid != (linked ?? asked.Sfid)))
                    {
                        throw new ViolationException("I7", $"write {writeNo} was outside when a delete lost, and nobody looked what it did to the row that came back", story.Entity);
                    }

                    break;
            }
        }
    }

    private static int WriteNoOf(RecordEvent outcome) => outcome switch
    {
        RecordEvent.WriteApplied e => e.WriteNo,
        RecordEvent.WriteNotApplied e => e.WriteNo,
        RecordEvent.WriteOverwritten e => e.WriteNo,
        RecordEvent.WriteRejected e => e.WriteNo,
        _ => 0,
    };

    // Rule 4: a fresh read that was asked for comes, of the record that was asked about, or that record is known to be gone.
    private static void ReadsAreAnswered(RecordStory story)
    {
        var asked = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        string? linked = null;
        var deletes = new HashSet<int>();
        foreach (var (_, happened) in story.Events)
        {
            switch (happened)
            {
                case RecordEvent.ReadBackAsked e:
                    asked[e.Sfid] = e.At;
                    break;
                case RecordEvent.RemoteTaken e:
                    linked = e.Sfid;
                    Answer(e.Sfid, e.ReadBegan);
                    break;
                case RecordEvent.RemoteUndeletionTaken e:
                    linked = e.Sfid;
                    break;
                case RecordEvent.RemoteDisplaced e:
                    linked = e.Field is null ? linked : e.By;
                    Answer(e.Sfid, e.Field is null ? e.ReadBegan : DateTimeOffset.MaxValue);
                    break;
                case RecordEvent.RemoteDeletionTaken e:
                    asked.Remove(e.Sfid);
                    break;
                case RecordEvent.RemoteMergeTaken e:
                    asked.Remove(e.Sfid);
                    linked = e.Moved ? e.Into : linked;
                    break;
                case RecordEvent.WriteOffered { Operation: WriteOperation.Delete } e:
                    deletes.Add(e.WriteNo);
                    break;
                case RecordEvent.WriteApplied e:
                    if (deletes.Contains(e.WriteNo) && e.Sfid == linked)
                    {
                        asked.Remove(e.Sfid);
                    }
                    else
                    {
                        linked = e.Sfid;
                    }

                    break;
            }
        }

        if (asked.Count > 0)
        {
            throw new ViolationException("I7", $"a fresh read of {asked.First().Key} was asked for at {asked.First().Value:ss.fff} and never came", story.Entity);
        }

        void Answer(string sfid, DateTimeOffset began)
        {
            if (asked.TryGetValue(sfid, out var at) && at < began)
            {
                asked.Remove(sfid);
            }
        }
    }
}
