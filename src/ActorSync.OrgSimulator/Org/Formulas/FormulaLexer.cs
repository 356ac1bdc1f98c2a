using System.Text.RegularExpressions;

namespace ActorSync.OrgSimulator.Org.Formulas;

/// <summary>A formula that cannot be understood; <see cref="Position"/> is the zero-based offset of the place.</summary>
public sealed class FormulaException(string message, int position) : Exception(message)
{
    public int Position { get; } = position;
}

internal enum FormulaTokenKind
{
    Name,
    Text,
    Number,
    Symbol,
    End,
}

internal readonly record struct FormulaToken(FormulaTokenKind Kind, string Text, int Position);

/// <summary>Splits a formula into tokens.</summary>
internal static partial class FormulaLexer
{
    public static List<FormulaToken> Read(string formula)
    {
        var tokens = new List<FormulaToken>();
        int at = 0;
        while (at < formula.Length)
        {
            Match match = Shape().Match(formula, at);
            if (!match.Success)
            {
                throw new FormulaException(formula[at] == '"' ? "the text has no closing quote" : $"unexpected character '{formula[at]}'", at);
            }

            if (match.Groups["name"].Success)
            {
                tokens.Add(new FormulaToken(FormulaTokenKind.Name, match.Value, at));
            }
            else if (match.Groups["number"].Success)
            {
                tokens.Add(new FormulaToken(FormulaTokenKind.Number, match.Value, at));
            }
            else if (match.Groups["text"].Success)
            {
                tokens.Add(new FormulaToken(FormulaTokenKind.Text, Escape().Replace(match.Value[1..^1], "$1"), at));
            }
            else if (match.Groups["symbol"].Success)
            {
                tokens.Add(new FormulaToken(FormulaTokenKind.Symbol, match.Value, at));
            }

            at += match.Length;
        }

        tokens.Add(new FormulaToken(FormulaTokenKind.End, "the end", formula.Length));
        return tokens;
    }

    [GeneratedRegex("""\G(?:(?<space>\s+)|(?<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)|(?<number>\d+(?:\.\d+)?)|(?<text>"(?:[^"\\]|\\.)*")|(?<symbol>&&|\|\||<>|!=|<=|>=|==|[-+*/()=<>,&!]))""")]
    private static partial Regex Shape();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escape();
}
