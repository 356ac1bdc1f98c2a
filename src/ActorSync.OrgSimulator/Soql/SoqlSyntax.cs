namespace ActorSync.OrgSimulator.Soql;

/// <summary>A parsed query; names are not looked up yet.</summary>
internal sealed record SoqlSyntax(
    string Text,
    IReadOnlyList<SelectItem> Select,
    Token From,
    string? Alias,
    Condition? Where,
    IReadOnlyList<OrderItem> OrderBy,
    int? Limit,
    int Offset,
    bool AllRows);

/// <summary>What stands in the select list.</summary>
internal abstract record SelectItem
{
    private SelectItem()
    {
    }

    /// <summary>A field or a parent's field.</summary>
    internal sealed record Field(Token Path) : SelectItem;

    /// <summary>FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM).</summary>
    internal sealed record FieldGroup(Token Group) : SelectItem;

    /// <summary>count(): the size of the answer alone.</summary>
    internal sealed record CountRows : SelectItem;

    /// <summary>count(field), with a name or expr0.</summary>
    internal sealed record CountField(Token Path, string Name) : SelectItem;
}

internal sealed record OrderItem(Token Path, bool Descending, bool NullsLast);

/// <summary>A condition of the where clause.</summary>
internal abstract record Condition
{
    private Condition()
    {
    }

    internal sealed record All(IReadOnlyList<Condition> Parts) : Condition;

    internal sealed record Any(IReadOnlyList<Condition> Parts) : Condition;

    internal sealed record Not(Condition Part) : Condition;

    /// <summary>=, !=, &lt;, &lt;=, &gt;, &gt;= or like.</summary>
    internal sealed record Compare(Token Path, string Operator, Literal Value) : Condition;

    /// <summary>in or not in.</summary>
    internal sealed record In(Token Path, bool Negated, IReadOnlyList<Literal> Values) : Condition;

    /// <summary>includes or excludes, for multi-select picklists.</summary>
    internal sealed record Includes(Token Path, bool Negated, IReadOnlyList<Literal> Values) : Condition;
}

internal enum LiteralKind
{
    Null,
    Text,
    Number,
    Boolean,
    Date,
    DateTime,

    /// <summary>TODAY, LAST_N_DAYS:30 ...</summary>
    Period,
}

/// <param name="Count">The n of LAST_N_DAYS:n, else 0.</param>
internal sealed record Literal(LiteralKind Kind, Token Token, int Count = 0);
