using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soql;

/// <summary>Runs a query against the org's records.</summary>
internal sealed class SoqlQuery
{
    /// <summary>Rows of a query with FIELDS(ALL) or FIELDS(CUSTOM).</summary>
    public const int FieldsFunctionRowsMax = 200;

    private readonly OrgStore _store;
    private readonly SoqlSyntax _syntax;
    private readonly FieldBinder _binder;
    private readonly bool _includeDeleted;
    private readonly Func<StoredRecord, bool>? _filter;
    private readonly (FieldPath Path, OrderItem Item)[] _order;
    private readonly QueryPlan _plan;

    private SoqlQuery(OrgStore store, SoqlSyntax syntax, bool includeDeleted, DateTimeOffset now)
    {
        _store = store;
        _syntax = syntax;
        _includeDeleted = includeDeleted || syntax.AllRows;
        ObjectDefinition root = store.Schema.Find(syntax.From.Text) ?? throw SoqlError.At(
            "INVALID_TYPE",
            syntax.Text,
            syntax.From.Position,
            $"sObject type '{syntax.From.Text}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.");
        _binder = new FieldBinder(store, syntax.Text, root, syntax.Alias);
        var filter = new Filter(store, _binder, now);
        _filter = syntax.Where is null ? null : filter.Compile(syntax.Where);
        _order = [.. syntax.OrderBy.Select(o => (_binder.BindOrder(o.Path), o))];
        _plan = new QueryPlan(store, _binder, filter);
    }

    /// <exception cref="OrgFaultException">MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE, INVALID_QUERY_FILTER_OPERATOR, with row and column.</exception>
    public static QueryAnswer Run(OrgStore store, string soql, bool includeDeleted, DateTimeOffset now)
    {
        SoqlSyntax syntax = SoqlParser.Parse(soql);
        return new SoqlQuery(store, syntax, includeDeleted, now).Answer();
    }

    /// <exception cref="OrgFaultException">As for <see cref="Run"/>; API_ERROR for what a Bulk query cannot ask.</exception>
    public static QueryExport Export(OrgStore store, string soql, bool includeDeleted, DateTimeOffset now)
    {
        SoqlQuery query = Exportable(store, soql, includeDeleted, now);
        FieldPath[] paths = query.ExportPaths();
        return new QueryExport(
            [.. paths.Select(p => p.Name(store.Schema, query._binder.Root))],
            [.. query.Matching().Select(r => Array.ConvertAll(paths, p => p.Read(store, r, r.Values)))]);
    }

    /// <summary>The object of a query that can be exported.</summary>
    /// <exception cref="OrgFaultException">As for <see cref="Export"/>.</exception>
    public static ObjectDefinition CheckExport(OrgStore store, string soql, DateTimeOffset now)
    {
        SoqlQuery query = Exportable(store, soql, includeDeleted: false, now);
        query.ExportPaths();
        return query._binder.Root;
    }

    private static SoqlQuery Exportable(OrgStore store, string soql, bool includeDeleted, DateTimeOffset now)
    {
        QueryExport.CheckText(soql);
        SoqlSyntax syntax = SoqlParser.Parse(soql);
        QueryExport.Check(syntax);
        return new SoqlQuery(store, syntax, includeDeleted, now);
    }

    private FieldPath[] ExportPaths()
    {
        RowShape.Of(_store, _binder, _syntax);
        return [.. _syntax.Select.OfType<SelectItem.Field>().Select(f => _binder.Bind(f.Path))];
    }

    private QueryAnswer Answer()
    {
        if (_syntax.Select is [SelectItem.CountRows])
        {
            return new QueryAnswer(null, [], Matching().Count, null);
        }

        if (_syntax.Select.Any(i => i is SelectItem.CountRows or SelectItem.CountField))
        {
            return CountFields();
        }

        RowShape shape = RowShape.Of(_store, _binder, _syntax);
        List<StoredRecord> records = Matching();
        return new QueryAnswer(shape, [.. records.Select(r => (r, r.Values))], records.Count, null);
    }

    /// <summary>count(field) counts records whose field is not null, in one AggregateResult row.</summary>
    private QueryAnswer CountFields()
    {
        List<StoredRecord> records = Matching();
        var counts = new List<KeyValuePair<string, object?>>();
        foreach (SelectItem item in _syntax.Select)
        {
            if (item is not SelectItem.CountField count)
            {
                Token at = (item as SelectItem.Field)?.Path ?? _syntax.From;
                throw SoqlError.Malformed(_syntax.Text, at.Position, $"Field must be grouped or aggregated: {at.Text}");
            }

            FieldPath path = _binder.Bind(count.Path);
            counts.Add(new KeyValuePair<string, object?>(count.Name, (long)records.Count(r => path.Read(_store, r, r.Values) is not null)));
        }

        return new QueryAnswer(null, [], 1, new QueryRow("AggregateResult", "", counts));
    }

    private List<StoredRecord> Matching()
    {
        RowOrder wanted = WantedOrder();
        (IEnumerable<StoredRecord> source, RowOrder given) = _plan.Choose(_syntax.Where, wanted);
        IEnumerable<StoredRecord> matching = source.Where(r => (_includeDeleted || !r.IsDeleted) && (_filter is null || _filter(r)));
        if (_order.Length > 0 && (wanted == RowOrder.Unordered || wanted != given))
        {
            matching = Sorted(matching);
        }

        matching = matching.Skip(_syntax.Offset);
        return [.. _syntax.Limit is { } limit ? matching.Take(limit) : matching];
    }

    /// <summary>The order of an index that serves the order clause.</summary>
    private RowOrder WantedOrder()
    {
        if (_order.Length == 0 || _order.Any(o => o.Item.Descending || o.Path.Hops.Count > 0))
        {
            return RowOrder.Unordered;
        }

        string[] names = [.. _order.Select(o => o.Path.Field.Name)];
        return names switch
        {
            ["Id", ..] => RowOrder.ById,
            ["SystemModstamp"] or ["SystemModstamp", "Id", ..] => RowOrder.ByStampThenId,
            _ => RowOrder.Unordered,
        };
    }

    private List<StoredRecord> Sorted(IEnumerable<StoredRecord> records)
    {
        var keyed = records.Select(r => (Record: r, Keys: Array.ConvertAll(_order, o => o.Path.Read(_store, r, r.Values)))).ToList();
        keyed.Sort((a, b) =>
        {
            for (int i = 0; i < _order.Length; i++)
            {
                int compared = CompareBy(_order[i].Item, a.Keys[i], b.Keys[i]);
                if (compared != 0)
                {
                    return compared;
                }
            }

            return string.CompareOrdinal(a.Record.Id, b.Record.Id);
        });
        return keyed.ConvertAll(k => k.Record);
    }

    private static int CompareBy(OrderItem item, object? left, object? right)
    {
        if (left is null || right is null)
        {
            int nullFirst = (left is null ? 0 : 1) - (right is null ? 0 : 1);
            return item.NullsLast ? -nullFirst : nullFirst;
        }

        int compared = FieldOrder.Compare(left, right);
        return item.Descending ? -compared : compared;
    }
}

/// <summary>The whole answer of a query. Rows are read when their page is asked for, from the values of the moment of the query.</summary>
internal sealed record QueryAnswer(RowShape? Shape, IReadOnlyList<(StoredRecord Record, object?[] Values)> Records, int TotalSize, QueryRow? Aggregate);
