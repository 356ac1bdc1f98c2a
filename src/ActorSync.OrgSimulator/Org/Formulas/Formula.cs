using System.Globalization;

namespace ActorSync.OrgSimulator.Org.Formulas;

/// <summary>
/// A formula in Salesforce's language, as far as validation rules, formula fields and before-save rules of a simulated org need it: fields and parent fields, text in double quotes,
/// numbers, TRUE, FALSE, NULL, the operators + - * / &amp; = &lt;&gt; &lt; &lt;= &gt; &gt;= &amp;&amp; || !, and the functions of <see cref="FormulaFunctions"/>.
/// </summary>
public sealed class Formula
{
    private readonly Func<RecordView, object?> _evaluate;

    private Formula(string text, Func<RecordView, object?> evaluate, IReadOnlyList<string> fields)
    {
        Text = text;
        _evaluate = evaluate;
        Fields = fields;
    }

    public string Text { get; }

    /// <summary>Field paths the formula reads.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <exception cref="FormulaException">The text is no formula.</exception>
    public static Formula Parse(string text)
    {
        var parser = new Parser(FormulaLexer.Read(text));
        return new Formula(text, parser.Whole(), parser.Fields);
    }

    /// <summary>The value: string, decimal, bool, DateOnly, DateTimeOffset, or null, also where operands do not fit together.</summary>
    public object? Evaluate(RecordView record) => _evaluate(record);

    /// <summary>True if the formula says so; null is false.</summary>
    public bool IsTrue(RecordView record) => _evaluate(record) is true;

    private sealed class Parser(List<FormulaToken> tokens)
    {
        private readonly List<string> _fields = [];
        private int _at;

        public IReadOnlyList<string> Fields => _fields;

        private FormulaToken Current => tokens[_at];

        public Func<RecordView, object?> Whole()
        {
            Func<RecordView, object?> whole = Or();
            return Current.Kind == FormulaTokenKind.End ? whole : throw Unexpected();
        }

        private Func<RecordView, object?> Or()
        {
            Func<RecordView, object?> left = And();
            while (Take("||"))
            {
                (Func<RecordView, object?> l, Func<RecordView, object?> r) = (left, And());
                left = v => l(v) is true || r(v) is true;
            }

            return left;
        }

        private Func<RecordView, object?> And()
        {
            Func<RecordView, object?> left = Comparison();
            while (Take("&&"))
            {
                (Func<RecordView, object?> l, Func<RecordView, object?> r) = (left, Comparison());
                left = v => l(v) is true && r(v) is true;
            }

            return left;
        }

        private Func<RecordView, object?> Comparison()
        {
            Func<RecordView, object?> l = Sum();
            foreach (string symbol in new[] { "=", "==", "<>", "!=", "<=", ">=", "<", ">" })
            {
                if (Take(symbol))
                {
                    Func<RecordView, object?> r = Sum();
                    return v => FormulaValues.Compare(symbol, l(v), r(v));
                }
            }

            return l;
        }

        private Func<RecordView, object?> Sum()
        {
            Func<RecordView, object?> left = Product();
            while (Current.Kind == FormulaTokenKind.Symbol && Current.Text is "+" or "-" or "&")
            {
                string symbol = Current.Text;
                _at++;
                (Func<RecordView, object?> l, Func<RecordView, object?> r) = (left, Product());
                left = v => FormulaValues.Combine(symbol, l(v), r(v));
            }

            return left;
        }

        private Func<RecordView, object?> Product()
        {
            Func<RecordView, object?> left = Unary();
            while (Current.Kind == FormulaTokenKind.Symbol && Current.Text is "*" or "/")
            {
                string symbol = Current.Text;
                _at++;
                (Func<RecordView, object?> l, Func<RecordView, object?> r) = (left, Unary());
                left = v => FormulaValues.Combine(symbol, l(v), r(v));
            }

            return left;
        }

        private Func<RecordView, object?> Unary()
        {
            if (Take("!"))
            {
                Func<RecordView, object?> negated = Unary();
                return v => negated(v) is not true;
            }

            if (Take("-"))
            {
                Func<RecordView, object?> subtracted = Unary();
                return v => FormulaValues.Combine("-", 0m, subtracted(v));
            }

            return Primary();
        }

        private Func<RecordView, object?> Primary()
        {
            FormulaToken token = Current;
            _at++;
            switch (token.Kind)
            {
                case FormulaTokenKind.Text:
                    return _ => token.Text;
                case FormulaTokenKind.Number:
                    decimal number = decimal.Parse(token.Text, CultureInfo.InvariantCulture);
                    return _ => number;
                case FormulaTokenKind.Symbol when token.Text == "(":
                    Func<RecordView, object?> inner = Or();
                    Expect(")");
                    return inner;
                case FormulaTokenKind.Name:
                    return Name(token);
                default:
                    _at--;
                    throw Unexpected();
            }
        }

        private Func<RecordView, object?> Name(FormulaToken token)
        {
            switch (token.Text.ToUpperInvariant())
            {
                case "TRUE":
                    return _ => true;
                case "FALSE":
                    return _ => false;
                case "NULL":
                    return _ => null;
            }

            if (Take("("))
            {
                return Call(token);
            }

            _fields.Add(token.Text);
            return v => FormulaValues.Widened(v[token.Text]);
        }

        private Func<RecordView, object?> Call(FormulaToken name)
        {
            int first = _at;
            var arguments = new List<Func<RecordView, object?>>();
            if (!Take(")"))
            {
                do
                {
                    arguments.Add(Or());
                }
                while (Take(","));

                Expect(")");
            }

            string? field = tokens[first].Kind == FormulaTokenKind.Name ? tokens[first].Text : null;
            return FormulaFunctions.Find(name.Text, arguments, field) ?? throw new FormulaException(
                FormulaFunctions.IsKnown(name.Text) ? $"{name.Text} does not take {arguments.Count} arguments of this kind" : $"unknown function {name.Text}", name.Position);
        }

        private bool Take(string symbol)
        {
            if (Current.Kind != FormulaTokenKind.Symbol || Current.Text != symbol)
            {
                return false;
            }

            _at++;
            return true;
        }

        private void Expect(string symbol)
        {
            if (!Take(symbol))
            {
                throw Unexpected();
            }
        }

        private FormulaException Unexpected() => new($"unexpected {(Current.Kind == FormulaTokenKind.End ? "end" : $"'{Current.Text}'")}", Current.Position);
    }
}
