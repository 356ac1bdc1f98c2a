using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soql;

internal enum RowOrder
{
    Unordered,
    ById,
    ByStampThenId,
}

/// <summary>
/// Where a query looks: the fewest records that can satisfy its conditions, by id, by an indexed field, by a stretch of (SystemModstamp, Id) or of Id, else all.
/// The filter still decides about every record; a plan only leaves out those it cannot take.
/// </summary>
internal sealed class QueryPlan(OrgStore store, FieldBinder binder, Filter filter)
{
    private readonly RecordTable _table = store.Table(binder.Root);

    public (IEnumerable<StoredRecord> Records, RowOrder Order) Choose(Condition? where, RowOrder wanted)
    {
        if (where is not null && Lookup(where) is { } found)
        {
            return (found.DistinctBy(r => r.Id).OrderBy(r => r.Id, StringComparer.Ordinal), RowOrder.ById);
        }

        StampRange range = where is null ? StampRange.Everything : Range(where);
        if (wanted == RowOrder.ByStampThenId || (wanted != RowOrder.ById && !range.IsOpen))
        {
            return (_table.ByStamp(range.From, range.FromId, range.To), RowOrder.ByStampThenId);
        }

        if (range.IsOpen)
        {
            return (_table.ById(where is null ? null : IdFrom(where)), RowOrder.ById);
        }

        return (_table.ByStamp(range.From, range.FromId, range.To), RowOrder.ByStampThenId);
    }

    /// <summary>Records that equality on an indexed field leaves, or null where the condition has none.</summary>
    private IEnumerable<StoredRecord>? Lookup(Condition condition)
    {
        switch (condition)
        {
            case Condition.All all:
                return all.Parts.Select(Lookup).FirstOrDefault(f => f is not null);
            case Condition.Any any:
                IEnumerable<StoredRecord>?[] parts = [.. any.Parts.Select(Lookup)];
                return parts.Contains(null) ? null : parts.SelectMany(p => p!);
            case Condition.Compare { Operator: "=" } compare:
                return Lookup(compare.Path, [compare.Value]);
            case Condition.In { Negated: false } list:
                return Lookup(list.Path, list.Values);
            default:
                return null;
        }
    }

    private IEnumerable<StoredRecord>? Lookup(Token token, IReadOnlyList<Literal> literals)
    {
        FieldPath path = binder.Bind(token);
        bool isId = path.Field.Type == FieldType.Id;
        if (path.Hops.Count > 0 || !(isId || _table.HasIndex(path.Leaf)))
        {
            return null;
        }

        object?[] values = [.. literals.Select(l => filter.Value(path, l))];
        if (values.Contains(null))
        {
            return null;
        }

        return isId
            ? values.Select(v => _table.Find((string)v!)).OfType<StoredRecord>()
            : values.SelectMany(v => _table.FindByValue(path.Leaf, FieldText.Format(v)!));
    }

    private StampRange Range(Condition condition)
    {
        switch (condition)
        {
            case Condition.All all:
                StampRange meet = all.Parts.Select(Range).Aggregate((a, b) => a.Meet(b));
                return meet.From == meet.To && IdFrom(condition) is { } id && string.CompareOrdinal(id, meet.FromId) > 0 ? meet with { FromId = id } : meet;
            case Condition.Any any:
                return any.Parts.Select(Range).Aggregate((a, b) => a.Hull(b));
            case Condition.Compare compare when binder.Bind(compare.Path) is { Hops.Count: 0 } path && path.Leaf == _table.StampOrdinal:
                return filter.Value(path, compare.Value) switch
                {
                    DateTimeOffset time => StampRange.Of(compare.Operator, time, time.AddSeconds(1)),
                    Period period => StampRange.Of(compare.Operator, period.StartTime, period.EndTime),
                    _ => StampRange.Everything,
                };
            default:
                return StampRange.Everything;
        }
    }

    /// <summary>The lowest id that an id comparison of a conjunction leaves.</summary>
    private string? IdFrom(Condition condition) => condition switch
    {
        Condition.All all => all.Parts.Select(IdFrom).Where(i => i is not null).Max(StringComparer.Ordinal),
        Condition.Compare { Operator: ">" or ">=", Value.Kind: LiteralKind.Text } compare
            when binder.Bind(compare.Path) is { Hops.Count: 0, Field.Type: FieldType.Id } path => filter.Value(path, compare.Value) as string,
        _ => null,
    };

    /// <summary>A stretch of (SystemModstamp, Id), both ends inclusive.</summary>
    private readonly record struct StampRange(DateTimeOffset From, string FromId, DateTimeOffset To)
    {
        public static readonly StampRange Everything = new(DateTimeOffset.MinValue, "", DateTimeOffset.MaxValue);

        public bool IsOpen => this == Everything;

        /// <summary>What an operator leaves, for a value that covers the time from <paramref name="start"/> up to, not including, <paramref name="end"/>.</summary>
        public static StampRange Of(string @operator, DateTimeOffset start, DateTimeOffset end)
        {
            TimeSpan tick = TimeSpan.FromSeconds(1);
            return @operator switch
            {
                "=" => new StampRange(start, "", end - tick),
                "<" => Everything with { To = start - tick },
                "<=" => Everything with { To = end - tick },
                ">" => Everything with { From = end },
                ">=" => Everything with { From = start },
                _ => Everything,
            };
        }

        public StampRange Meet(StampRange other)
        {
            StampRange later = CompareStart(this, other) >= 0 ? this : other;
            return later with { To = To < other.To ? To : other.To };
        }

        public StampRange Hull(StampRange other)
        {
            StampRange earlier = CompareStart(this, other) <= 0 ? this : other;
            return earlier with { To = To > other.To ? To : other.To };
        }

        private static int CompareStart(StampRange a, StampRange b)
        {
            int byTime = a.From.CompareTo(b.From);
            return byTime != 0 ? byTime : string.CompareOrdinal(a.FromId, b.FromId);
        }
    }
}
