using System.Globalization;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soql;

/// <summary>Compiles conditions to predicates, and checks that literals fit the fields.</summary>
internal sealed class Filter(OrgStore store, FieldBinder binder, DateTimeOffset now)
{
    /// <summary>A predicate over stored records. Comparisons with null are two-valued: null equals null, differs from everything else and is neither less nor greater.</summary>
    public Func<StoredRecord, bool> Compile(Condition condition)
    {
        switch (condition)
        {
            case Condition.All all:
                Func<StoredRecord, bool>[] every = [.. all.Parts.Select(Compile)];
                return r => Array.TrueForAll(every, p => p(r));
            case Condition.Any any:
                Func<StoredRecord, bool>[] some = [.. any.Parts.Select(Compile)];
                return r => Array.Exists(some, p => p(r));
            case Condition.Not not:
                Func<StoredRecord, bool> part = Compile(not.Part);
                return r => !part(r);
            case Condition.Compare compare:
                return Reading(compare.Path, path => Comparison(compare, path));
            case Condition.In list:
                return Reading(list.Path, path => Membership(list, path));
            case Condition.Includes includes:
                return Reading(includes.Path, path => Inclusion(includes, path));
            default:
                throw new System.Diagnostics.UnreachableException(condition.GetType().Name);
        }
    }

    /// <summary>The value a literal stands for on a field: string, long or decimal, bool, DateOnly, DateTimeOffset, <see cref="Period"/> or null.</summary>
    /// <exception cref="OrgFaultException">The literal is of another type than the field.</exception>
    public object? Value(FieldPath path, Literal literal)
    {
        FieldDefinition field = path.Field;
        switch (literal.Kind)
        {
            case LiteralKind.Null:
                return null;
            case LiteralKind.Text when field.Type is FieldType.Id or FieldType.Reference:
                return IdValue(literal.Token);
            case LiteralKind.Text when field.IsText:
                return literal.Token.Text.Length == 0 ? null : literal.Token.Text;
            case LiteralKind.Text when field.Type == FieldType.Time:
                return FieldText.Parse(field, literal.Token.Text, truncate: false).Value;
            case LiteralKind.Number when field.IsNumber && decimal.TryParse(literal.Token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number):
                return number;
            case LiteralKind.Boolean when field.Type == FieldType.Boolean:
                return literal.Token.Is("true");
            case LiteralKind.Date when field.Type == FieldType.Date && FieldText.TryDate(literal.Token.Text, out DateOnly date):
                return date;
            case LiteralKind.DateTime when field.Type == FieldType.DateTime && FieldText.TryDateTime(literal.Token.Text, out DateTimeOffset time):
                return time;
            case LiteralKind.Period when field.Type is FieldType.Date or FieldType.DateTime:
                return Period.Of(literal.Token.Text, literal.Count, DateOnly.FromDateTime(now.UtcDateTime));
            default:
                throw WrongType(field, literal.Token);
        }
    }

    private Func<StoredRecord, bool> Reading(Token token, Func<FieldPath, Func<object?, bool>> compile)
    {
        FieldPath path = binder.BindFilter(token);
        Func<object?, bool> test = compile(path);
        if (path.Hops.Count == 0 && path.Field.Derived is null)
        {
            int ordinal = path.Leaf;
            return r => test(r.Values[ordinal]);
        }

        return r => test(path.Read(store, r, r.Values));
    }

    private Func<object?, bool> Comparison(Condition.Compare compare, FieldPath path)
    {
        if (compare.Operator == "like")
        {
            return Like(compare, path);
        }

        object? wanted = Value(path, compare.Value);
        if (wanted is Period period)
        {
            return InPeriod(compare.Operator, period);
        }

        return compare.Operator switch
        {
            "=" => v => FieldOrder.Same(v, wanted),
            "!=" => v => !FieldOrder.Same(v, wanted),
            _ when path.Field.Type is FieldType.Boolean or FieldType.Multipicklist => throw InvalidOperator(compare.Path),
            "<" => v => v is not null && wanted is not null && FieldOrder.Compare(v, wanted) < 0,
            "<=" => v => v is not null && wanted is not null && FieldOrder.Compare(v, wanted) <= 0,
            ">" => v => v is not null && wanted is not null && FieldOrder.Compare(v, wanted) > 0,
            _ => v => v is not null && wanted is not null && FieldOrder.Compare(v, wanted) >= 0,
        };
    }

    private static Func<object?, bool> InPeriod(string @operator, Period period)
    {
        bool Before(object v) => v is DateOnly d ? d < period.Start : (DateTimeOffset)v < period.StartTime;
        bool After(object v) => v is DateOnly d ? d >= period.End : (DateTimeOffset)v >= period.EndTime;
        return @operator switch
        {
            "=" => v => v is not null && !Before(v) && !After(v),
            "!=" => v => v is null || Before(v) || After(v),
            "<" => v => v is not null && Before(v),
            "<=" => v => v is not null && !After(v),
            ">" => v => v is not null && After(v),
            _ => v => v is not null && !Before(v),
        };
    }

    private Func<object?, bool> Like(Condition.Compare compare, FieldPath path)
    {
        if (!path.Field.IsText)
        {
            throw InvalidOperator(compare.Path);
        }

        if (compare.Value.Kind != LiteralKind.Text)
        {
            throw WrongType(path.Field, compare.Value.Token);
        }

        var pattern = LikePattern.Parse(compare.Value.Token.Raw);
        return v => v is string text && pattern.Matches(text);
    }

    private Func<object?, bool> Membership(Condition.In list, FieldPath path)
    {
        object?[] values = [.. list.Values.Select(l => Value(path, l))];
        Period[] periods = [.. values.OfType<Period>()];
        var set = values.Where(v => v is not Period).Select(FieldOrder.Key).ToHashSet();
        Func<object?, bool>[] tests = [.. periods.Select(p => InPeriod("=", p))];
        return v => (set.Contains(FieldOrder.Key(v)) || Array.Exists(tests, t => t(v))) != list.Negated;
    }

    /// <summary>Each value of the list may join several with semicolons, all of which must be chosen.</summary>
    private Func<object?, bool> Inclusion(Condition.Includes includes, FieldPath path)
    {
        if (path.Field.Type != FieldType.Multipicklist)
        {
            throw InvalidOperator(includes.Path);
        }

        string[][] wanted = [.. includes.Values.Select(l => (Value(path, l) as string ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries))];
        return v =>
        {
            string[] chosen = (v as string ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries);
            return Array.Exists(wanted, w => Array.TrueForAll(w, one => chosen.Contains(one, StringComparer.OrdinalIgnoreCase))) != includes.Negated;
        };
    }

    private string? IdValue(Token token) => token.Text.Length == 0 ? null
        : SalesforceId.TryNormalize(token.Text, out string? id) ? id
        : throw SoqlError.At("INVALID_QUERY_FILTER_OPERATOR", binder.Soql, token.Position, $"invalid ID field: {token.Text}");

    private OrgFaultException InvalidOperator(Token path) =>
        SoqlError.At("INVALID_QUERY_FILTER_OPERATOR", binder.Soql, path.Position, $"invalid operator on field '{path.Text}'");

    private OrgFaultException WrongType(FieldDefinition field, Token token)
    {
        string type = field.SoapType[(field.SoapType.IndexOf(':', StringComparison.Ordinal) + 1)..];
        string quotes = field.IsText || field.Type is FieldType.Id or FieldType.Reference ? "should be enclosed in quotes" : "should not be enclosed in quotes";
        return SoqlError.Field(binder.Soql, token.Position, $"value of filter criterion for field '{field.Name}' must be of type {type} and {quotes}");
    }
}
