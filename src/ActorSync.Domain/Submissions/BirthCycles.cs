using ActorSync.Domain.Faults;
using ActorSync.Domain.Records;

namespace ActorSync.Domain.Submissions;

/// <summary>A birth that is to go without some of its references.</summary>
public sealed record UntiedBirth(WaitingWrite Birth, FieldNames Fields);

/// <summary>Finds births that wait for each other, and the references that tie them: one of each cycle is given up, so that its birth can go and the reference
/// follows in an update. Pure. A parent that is not among the waiting births (it is parked, refused, or absent) ties nothing.</summary>
public static class BirthCycles
{
    /// <summary>The births to untie, oldest first; without these references no births wait for each other. A cycle in which no reference can follow is left as it is.</summary>
    /// <param name="waiting">Everything ready, due or not.</param>
    public static IReadOnlyList<UntiedBirth> Find(IEnumerable<WaitingWrite> waiting)
    {
        var births = waiting.Where(write => write.Lane.Operation == WriteOperation.Insert).OrderBy(write => write.Key).ToList();
        var knot = new Knot(births);
        var untied = new Dictionary<RecordId, List<string>>();
        foreach (var birth in births)
        {
            while (knot.Ties(birth.Record))
            {
                var cycle = knot.CycleFrom(birth.Record);
                if (cycle.Where(tie => tie.CanFollow).MinBy(tie => tie.Child.Key) is not { } tie)
                {
                    knot.GiveUp(cycle[0].Child.Record);
                    continue;
                }

                untied.TryAdd(tie.Child.Record, []);
                untied[tie.Child.Record].AddRange(tie.Fields);
                knot.Cut(tie);
            }
        }

        return [.. births.Where(birth => untied.ContainsKey(birth.Record)).Select(birth => new UntiedBirth(birth, new FieldNames(untied[birth.Record])))];
    }

    /// <summary>All references of a birth to one other.</summary>
    private sealed record Tie(WaitingWrite Child, RecordId Parent)
    {
        public IEnumerable<string> Fields => References.Select(reference => reference.Field);

        public bool CanFollow => References.All(reference => reference.CanFollow);

        private IEnumerable<ParentReference> References => Child.Parents.Where(reference => reference.Parent == Parent);
    }

    /// <summary>The births that still wait for another one. What waits for nobody can go, and so can, one after the other, those that wait for it.</summary>
    private sealed class Knot
    {
        private readonly Dictionary<RecordId, (WaitingWrite Birth, List<RecordId> Parents)> _tied = [];
        private readonly ILookup<RecordId, RecordId> _children;

        public Knot(List<WaitingWrite> births)
        {
            var unborn = births.Select(birth => birth.Record).ToHashSet();
            foreach (var birth in births)
            {
                _tied[birth.Record] = (birth, [.. birth.Parents.Select(reference => reference.Parent).Where(unborn.Contains).Distinct()]);
            }

            _children = _tied.SelectMany(entry => entry.Value.Parents.Select(parent => (parent, Child: entry.Key))).ToLookup(tie => tie.parent, tie => tie.Child);
            Release(births.Where(birth => _tied[birth.Record].Parents.Count == 0).Select(birth => birth.Record).ToList());
        }

        public bool Ties(RecordId record) => _tied.ContainsKey(record);

        // Whoever is left waits for somebody who is left: following them ends in a cycle.
        public IReadOnlyList<Tie> CycleFrom(RecordId record)
        {
            var path = new List<Tie>();
            var place = new Dictionary<RecordId, int>();
            while (place.TryAdd(record, path.Count))
            {
                var (birth, parents) = _tied[record];
                path.Add(new Tie(birth, parents[0]));
                record = parents[0];
            }

            return path[place[record]..];
        }

        public void Cut(Tie tie)
        {
            var parents = _tied[tie.Child.Record].Parents;
            parents.Remove(tie.Parent);
            if (parents.Count == 0)
            {
                Release([tie.Child.Record]);
            }
        }

        public void GiveUp(RecordId record) => Release([record]);

        private void Release(List<RecordId> free)
        {
            for (var i = 0; i < free.Count; i++)
            {
                _tied.Remove(free[i]);
                foreach (var child in _children[free[i]].Where(_tied.ContainsKey))
                {
                    var parents = _tied[child].Parents;
                    if (parents.Remove(free[i]) && parents.Count == 0)
                    {
                        free.Add(child);
                    }
                }
            }
        }
    }
}
