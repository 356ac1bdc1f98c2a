using System.Globalization;

namespace ActorSync.OrgSimulator.Soql;

/// <summary>Recursive-descent parser of the part of SOQL that sync clients and people with a REST client use.</summary>
internal sealed class SoqlParser
{
    /// <summary>The highest OFFSET Salesforce takes, in rows.</summary>
    private const int OffsetRowsMax = 2000;

    private static readonly string[] ComparisonOperators = ["=", "!=", "<>", "<", "<=", ">", ">="];

    private static readonly string[] ClauseWords = ["where", "order", "limit", "offset", "for", "all", "using", "with", "group", "having"];

    private readonly string _soql;
    private readonly List<Token> _tokens;
    private int _at;

    private SoqlParser(string soql)
    {
        _soql = soql;
        _tokens = SoqlLexer.Read(soql);
    }

    private Token Current => _tokens[_at];

    /// <exception cref="Org.OrgFaultException">MALFORMED_QUERY with row and column.</exception>
    public static SoqlSyntax Parse(string soql)
    {
        var parser = new SoqlParser(soql);
        return parser.Query();
    }

    private SoqlSyntax Query()
    {
        Expect("select");
        List<SelectItem> select = SelectList();
        Expect("from");
        Token from = Word();
        Take("as");
        string? alias = Current.Kind == TokenKind.Word && !ClauseWords.Contains(Current.Text.ToLowerInvariant()) ? Word().Text : null;
        Condition? where = Take("where") ? Condition() : null;
        List<OrderItem> orderBy = Take("order") ? OrderBy() : [];
        int? limit = Take("limit") ? Count() : null;
        int offset = Take("offset") ? Offset() : 0;
        if (Take("for"))
        {
            Word();
        }

        bool allRows = Take("all");
        if (allRows)
        {
            Expect("rows");
        }

        return Current.Kind == TokenKind.End ? new SoqlSyntax(_soql, select, from, alias, where, orderBy, limit, offset, allRows) : throw Unexpected();
    }

    private List<SelectItem> SelectList()
    {
        var items = new List<SelectItem>();
        do
        {
            items.Add(SelectItem(items.Count));
        }
        while (Take(","));

        return items;
    }

    private SelectItem SelectItem(int index)
    {
        Token name = Word();
        if (!Take("("))
        {
            return name.Is("from") ? throw Unexpected(name) : new SelectItem.Field(name);
        }

        if (name.Is("fields"))
        {
            Token group = Word();
            Expect(")");
            return new SelectItem.FieldGroup(group);
        }

        if (!name.Is("count"))
        {
            throw SoqlError.Malformed(_soql, name.Position, $"unexpected token: '{name.Raw}'");
        }

        if (Take(")"))
        {
            return new SelectItem.CountRows();
        }

        Token counted = Word();
        Expect(")");
        string alias = Current.Kind == TokenKind.Word && !Current.Is("from") ? Word().Text : $"expr{index}";
        return new SelectItem.CountField(counted, alias);
    }

    /// <summary>A chain of and, or a chain of or: SOQL does not mix them without parentheses.</summary>
    private Condition Condition()
    {
        Condition first = Term();
        string? joined = Current.Is("and") ? "and" : Current.Is("or") ? "or" : null;
        if (joined is null)
        {
            return first;
        }

        List<Condition> parts = [first];
        while (Take(joined))
        {
            parts.Add(Term());
        }

        if (Current.Is("and") || Current.Is("or"))
        {
            throw Unexpected();
        }

        return joined == "and" ? new Soql.Condition.All(parts) : new Soql.Condition.Any(parts);
    }

    private Condition Term()
    {
        if (Take("not"))
        {
            return new Soql.Condition.Not(Term());
        }

        if (Take("("))
        {
            Condition inner = Condition();
            Expect(")");
            return inner;
        }

        Token path = Word();
        Token @operator = Current;
        if (ComparisonOperators.Contains(@operator.Text) || @operator.Is("like"))
        {
            _at++;
            return new Soql.Condition.Compare(path, @operator.Text == "<>" ? "!=" : @operator.Text.ToLowerInvariant(), Literal());
        }

        bool negated = Take("not");
        if (Take("in"))
        {
            return new Soql.Condition.In(path, negated, Literals());
        }

        if (!negated && (Take("includes") || Take("excludes")))
        {
            return new Soql.Condition.Includes(path, @operator.Is("excludes"), Literals());
        }

        throw Unexpected();
    }

    private List<Literal> Literals()
    {
        Expect("(");
        var literals = new List<Literal>();
        do
        {
            literals.Add(Literal());
        }
        while (Take(","));

        Expect(")");
        return literals;
    }

    private Literal Literal()
    {
        Token token = Current;
        _at++;
        switch (token.Kind)
        {
            case TokenKind.Text:
                return new Literal(LiteralKind.Text, token);
            case TokenKind.Number:
                return new Literal(LiteralKind.Number, token);
            case TokenKind.Date:
                return new Literal(LiteralKind.Date, token);
            case TokenKind.DateTime:
                return new Literal(LiteralKind.DateTime, token);
            case TokenKind.Word when token.Is("null"):
                return new Literal(LiteralKind.Null, token);
            case TokenKind.Word when token.Is("true") || token.Is("false"):
                return new Literal(LiteralKind.Boolean, token);
            case TokenKind.Word when Period.IsName(token.Text):
                return new Literal(LiteralKind.Period, token, Period.NeedsCount(token.Text) ? PeriodCount() : 0);
            default:
                _at--;
                throw Unexpected();
        }
    }

    private int PeriodCount()
    {
        Expect(":");
        return Count();
    }

    private List<OrderItem> OrderBy()
    {
        Expect("by");
        var items = new List<OrderItem>();
        do
        {
            Token path = Word();
            bool descending = Take("desc");
            if (!descending)
            {
                Take("asc");
            }

            bool nullsLast = false;
            if (Take("nulls"))
            {
                nullsLast = Take("last");
                if (!nullsLast)
                {
                    Expect("first");
                }
            }

            items.Add(new OrderItem(path, descending, nullsLast));
        }
        while (Take(","));

        return items;
    }

    private int Offset()
    {
        Token token = Current;
        int offset = Count();
        return offset <= OffsetRowsMax
            ? offset
            : throw SoqlError.At("NUMBER_OUTSIDE_VALID_RANGE", _soql, token.Position, $"Maximum SOQL offset allowed is {OffsetRowsMax}");
    }

    private int Count()
    {
        Token token = Current;
        if (token.Kind != TokenKind.Number || !int.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            throw Unexpected();
        }

        _at++;
        return count;
    }

    private Token Word()
    {
        Token token = Current;
        if (token.Kind != TokenKind.Word)
        {
            throw Unexpected();
        }

        _at++;
        return token;
    }

    private bool Take(string word)
    {
        if (!Current.Is(word))
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Expect(string word)
    {
        if (!Take(word))
        {
            throw Unexpected();
        }
    }

    private Org.OrgFaultException Unexpected() => Unexpected(Current);

    private Org.OrgFaultException Unexpected(Token token) =>
        SoqlError.Malformed(_soql, token.Position, $"unexpected token: '{(token.Kind == TokenKind.Text ? $"'{token.Raw}'" : token.Raw)}'");
}
