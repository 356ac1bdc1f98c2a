using System.Collections.Immutable;
using ActorSync.Domain.Faults;

namespace ActorSync.Domain.Records;

/// <summary>Folds local changes that are not offered yet into one net change (merged mode), or keeps each (ordered mode; rule 1). Folding never crosses an offered write:
/// what is offered is no longer in the queue. Pure.</summary>
public static class LocalQueue
{
    /// <summary>Writes that wait in ordered mode; beyond it the last one takes up what follows, as in merged mode: a record that cannot be sent must not grow without an end.</summary>
    public const int OrderedWritesMax = 100;

    /// <summary>The queue after one more change.</summary>
    /// <param name="queue">In merged mode at most a delete followed by an insert, or one write.</param>
    public static ImmutableArray<LocalWrite> Add(ImmutableArray<LocalWrite> queue, LocalWrite next)
    {
        if (next.Ordered && !queue.IsEmpty && AddOrdered(queue, next) is { } ordered)
        {
            return ordered;
        }

        if (queue.IsEmpty)
        {
            return [next];
        }

        var last = queue[^1];
        return (last.Operation, next.Operation) switch
        {
            (WriteOperation.Insert or WriteOperation.Update, WriteOperation.Update) => Replace(queue, Merge(last, next)),
            // Born and gone before anything was offered: nothing to send.
            (WriteOperation.Insert, WriteOperation.Delete) => queue.RemoveAt(queue.Length - 1),
            (WriteOperation.Update, WriteOperation.Delete) => Replace(queue, Behind(last, next)),
            // Another life under the same UUID: two writes.
            (WriteOperation.Delete, WriteOperation.Insert) => queue.Add(next),
            // An insert over an insert is a birth whose delete was dropped as nothing to send.
            (_, WriteOperation.Insert) => Replace(queue, Behind(last, next)),
            // A change of the next life whose insert is logged behind it waits for that; one of the ended life says nothing.
            (WriteOperation.Delete, WriteOperation.Update) when next.Stamp.Birth > last.Stamp.Birth => queue.Add(next),
            (WriteOperation.Delete, _) => queue,
            _ => throw new System.Diagnostics.UnreachableException($"{last.Operation} then {next.Operation}"),
        };
    }

    /// <summary>The queue after a change that was logged behind a later one of the same life: a trigger of the application changed the row again, and the
    /// inner change is captured first. The later values stand.</summary>
    public static ImmutableArray<LocalWrite> AddEarlier(ImmutableArray<LocalWrite> queue, LocalWrite earlier)
    {
        if (queue.IsEmpty || queue[^1].Stamp.Birth != earlier.Stamp.Birth)
        {
            return Add(queue, earlier);
        }

        var place = queue.Length - 1;
        if (earlier.Ordered && queue[^1].Operation != WriteOperation.Delete)
        {
            // What was folded holds changes from before the earlier one as well: nothing can be sent in front of it.
            place = queue.TakeWhile(write => write.Stamp < earlier.Stamp).Count();
            if (queue.Length < OrderedWritesMax && (place == queue.Length || !queue[place].Folded))
            {
                return Linked(queue, place, earlier);
            }

            place = Math.Min(place, queue.Length - 1);
        }

        var later = queue[place];
        return (earlier.Operation, later.Operation) switch
        {
            (WriteOperation.Insert, WriteOperation.Update) =>
                Replace(queue, place, Behind(later, earlier) with { Fields = earlier.Fields.With(later.Fields), At = later.At, Stamp = later.Stamp }),
            (WriteOperation.Update, not WriteOperation.Delete) => Replace(queue, place, earlier.Fields.Aggregate(Behind(earlier, later) with { Follows = false }, (write, field) => Chained(write, earlier, field.Key, field.Value))),
            _ => queue,
        };
    }

    // What Salesforce was found to hold is what the first of several writes of a field is made from: the late one takes that over, and the one behind it follows it.
    private static ImmutableArray<LocalWrite> Linked(ImmutableArray<LocalWrite> queue, int place, LocalWrite earlier)
    {
        var linked = queue.ToBuilder();
        foreach (var (name, value) in earlier.Operation == WriteOperation.Update ? earlier.Fields : FieldValues.Empty)
        {
            var behind = linked.ToList().FindIndex(place, write => write.Fields.Has(name));
            if (behind >= 0 && linked[behind] is { Rebased: { } rebased } write && rebased.Contains(name))
            {
                earlier = earlier.From(FieldValues.Of((name, write.Base[name])));
                linked[behind] = write with { Base = write.Base.With(name, value), Rebased = Left(rebased, field => field != name) };
            }
        }

        linked.Insert(place, earlier);
        return linked.ToImmutable();
    }

    // What is queued holds changes before and after the late one: the values tell which of them a field's is. The change led from its base to its value.
    private static LocalWrite Chained(LocalWrite queued, LocalWrite earlier, string name, string? value)
    {
        var bases = earlier.Base;
        if (!queued.Fields.TryGet(name, out var waiting))
        {
            return queued with { Fields = queued.Fields.With(name, value), Base = queued.Operation == WriteOperation.Update && bases.Has(name) ? queued.Base.With(name, bases[name]) : queued.Base };
        }

        if (queued.Intends(name) && queued.Newest?.Contains(name) == false)
        {
            // It is the last that was said of it, even where that is what was agreed on.
            return queued with { Fields = queued.Fields.With(name, value) };
        }

        if (queued.Base.Is(name, value))
        {
            // It led to the first of what is queued.
            return !bases.TryGet(name, out var agreed) ? queued
                : agreed == waiting && !queued.Intends(name) ? queued with { Fields = queued.Fields.Without(name), Base = queued.Base.Without(name) }
                : queued with { Base = queued.Base.With(name, agreed) };
        }

        // It led on from the last of what is queued, or lies between two that are.
        return !bases.Is(name, waiting) ? queued
            : queued with { Fields = queued.Fields.With(name, value) };
    }

    /// <summary>The queue once the record is known to live in Salesforce: a birth that waits becomes an update of what the application said.</summary>
    public static ImmutableArray<LocalWrite> AsUpdates(ImmutableArray<LocalWrite> queue) =>
        [.. queue.TakeWhile(IsOfThisLife).Select(AsUpdate).Where(write => write.Operation != WriteOperation.Update || !write.Fields.IsEmpty), .. queue.SkipWhile(IsOfThisLife)];

    // What comes after a delete is another life's.
    private static bool IsOfThisLife(LocalWrite write) => write.Operation != WriteOperation.Delete;

    /// <summary>A birth as the update it is when its record lives already; its empty fields say nothing.</summary>
    public static LocalWrite AsUpdate(LocalWrite write) =>
        write.Operation == WriteOperation.Insert
            ? write with { Operation = WriteOperation.Update, Fields = write.Fields.Where((_, value) => value is not null) }
            : write;

    /// <summary>The queue as it changes what Salesforce holds by now: of several writes of a field only the first is made from that, and what comes after a delete is another life's.</summary>
    public static ImmutableArray<LocalWrite> Rebased(ImmutableArray<LocalWrite> queue, FieldValues held)
    {
        var rebased = queue.ToBuilder();
        for (var i = 0; i < rebased.Count && !held.IsEmpty && IsOfThisLife(rebased[i]); i++)
        {
            if (rebased[i] is { Operation: WriteOperation.Update } write)
            {
                rebased[i] = write.From(held);
                held = held.Without(write.Fields.Names);
            }
        }

        return rebased.ToImmutable();
    }

    /// <summary>Puts a write that was refused, or proved not applied, back in front of what was queued behind it.</summary>
    public static ImmutableArray<LocalWrite> Return(LocalWrite write, ImmutableArray<LocalWrite> queue) =>
        !write.Ordered ? queue.Aggregate(ImmutableArray.Create(write), Add)
        // Its row has come and gone: nothing to send.
        : write.Operation == WriteOperation.Insert && queue.ToList().FindIndex(waiting => waiting.Operation == WriteOperation.Delete) is >= 0 and var gone ? queue.RemoveRange(0, gone + 1)
        : queue.Insert(0, write);

    /// <summary>Puts a refused write in front of what was queued behind it, which supersedes it: the first of that takes it up.</summary>
    public static ImmutableArray<LocalWrite> Supersede(LocalWrite refused, ImmutableArray<LocalWrite> queue) =>
        queue.IsEmpty ? [refused] : [.. Add([refused], queue[0] with { Ordered = false }), .. queue.Skip(1)];

    /// <summary>The queue without some fields of its updates; a write that has nothing left to say goes.</summary>
    public static ImmutableArray<LocalWrite> Without(ImmutableArray<LocalWrite> queue, IReadOnlySet<string> fields) =>
        [.. queue.Select(write => write.Operation == WriteOperation.Delete ? write : write with { Fields = write.Fields.Without(fields), Base = write.Base.Without(fields), Rebased = Left(write.Rebased, name => !fields.Contains(name)) })
            .Where(write => write.Operation != WriteOperation.Update || !write.Fields.IsEmpty)];

    // Null where it folds after all.
    private static ImmutableArray<LocalWrite>? AddOrdered(ImmutableArray<LocalWrite> queue, LocalWrite next)
    {
        var last = queue[^1];
        var birth = queue.ToList().FindLastIndex(write => write.Operation == WriteOperation.Insert);
        return next.Operation switch
        {
            // Born and gone before anything was offered, whatever was changed between.
            WriteOperation.Delete when birth >= 0 => queue.RemoveRange(birth, queue.Length - birth),
            WriteOperation.Insert when last.Operation != WriteOperation.Delete => null,
            WriteOperation.Update or WriteOperation.Delete when last.Operation == WriteOperation.Delete => null,
            _ => queue.Length < OrderedWritesMax ? queue.Add(next) : null,
        };
    }

    private static LocalWrite Merge(LocalWrite first, LocalWrite second)
    {
        var fields = first.Fields.With(second.Fields);
        if (first.Operation == WriteOperation.Insert)
        {
            return Behind(second, first) with { Fields = fields, At = second.At, Stamp = second.Stamp, Folded = true };
        }

        // The oldest base stays: it is what both sides last agreed on; where the first change had none, none is known. A field that came back to it has nothing to send, unless it is one of intent.
        var agreed = second.Base.Without(first.Fields.Names).With(first.Base);
        var changed = fields.Where((name, value) => !agreed.Is(name, value) || (second.Fields.Has(name) ? second : first).Intends(name));
        var intents = Union(first.Intents, second.Intents);
        return Behind(second, first) with
        {
            Fields = changed,
            Base = agreed.Where((name, _) => changed.Has(name)),
            At = second.At,
            Stamp = second.Stamp,
            Intents = intents,
            Newest = intents is null ? null : second.Newest ?? new FieldNames(second.Fields.Names),
            Rebased = Left(Union(first.Rebased, Left(second.Rebased, name => !first.Fields.Has(name))), changed.Has),
            Follows = first.Follows && second.Follows,
            Folded = true,
        };
    }

    // What is folded takes the place of its first change, as far as one is known.
    private static LocalWrite Behind(LocalWrite other, LocalWrite write) =>
        write with { Position = write.Position == 0 || (other.Position > 0 && other.Position < write.Position) ? other.Position : write.Position };

    private static FieldNames? Left(FieldNames? names, Func<string, bool> stays) =>
        names?.Where(stays).ToArray() is { Length: > 0 } left ? new FieldNames(left) : null;

    private static FieldNames? Union(FieldNames? first, FieldNames? second) =>
        first is null || second is null || first.Equals(second) ? first ?? second : new FieldNames(first.Union(second).Order(StringComparer.Ordinal));

    private static ImmutableArray<LocalWrite> Replace(ImmutableArray<LocalWrite> queue, LocalWrite last) => Replace(queue, queue.Length - 1, last);

    private static ImmutableArray<LocalWrite> Replace(ImmutableArray<LocalWrite> queue, int place, LocalWrite write) =>
        write is { Operation: WriteOperation.Update, Fields.IsEmpty: true } ? queue.RemoveAt(place) : queue.SetItem(place, write);
}
