using System.Text.RegularExpressions;

namespace ActorSync.UnitTests.Architecture;

/// <summary>A member with code, and its lines from its name to its end.</summary>
internal sealed record Function(string Name, int Lines);

/// <summary>Finds the functions of a file by counting braces: rough, but it errs for odd layouts only.</summary>
internal static partial class FunctionLengths
{
    /// <summary>The methods, constructors and properties of a file; fields (tables of data) do not count.</summary>
    public static List<Function> Of(SourceFile file)
    {
        var code = file.Code;
        var functions = new List<Function>();
        for (var at = 0; at < code.Length;)
        {
            if (char.IsWhiteSpace(code[at]) || code[at] is '}' or ';')
            {
                at++;
                continue;
            }

            var body = code.AsSpan(at).IndexOfAny('{', ';') is var index and >= 0 ? at + index : code.Length;
            var header = code[at..body];
            if (body < code.Length && code[body] == '{' && TypeHeader().IsMatch(header))
            {
                at = body + 1; // into the type: its members come next
                continue;
            }

            var end = EndOfMember(code, at);
            if (IsFunction(code[at..end]))
            {
                functions.Add(new Function(NameOf(header), code.AsSpan(at, end - at).Count('\n') + 1));
            }

            // What it cannot make out it passes over.
            at = Math.Max(end, at + 1);
        }

        return functions;
    }

    /// <summary>A block ends with its brace; an expression body or an initializer (= at the top level) with its semicolon.</summary>
    private static int EndOfMember(string code, int start)
    {
        var (depth, isExpression) = (0, false);
        for (var at = start; at < code.Length; at++)
        {
            depth += code[at] is '{' or '(' or '[' ? 1 : code[at] is '}' or ')' or ']' ? -1 : 0;
            isExpression |= depth == 0 && code[at] == '=';
            if (depth < 0)
            {
                return at; // the end of the type, after the last member of an enum
            }

            var ends = code[at] == ';' || (code[at] == '}' && !isExpression && !code.AsSpan(at + 1).TrimStart().StartsWith("="));
            if (depth == 0 && ends)
            {
                return at + 1;
            }
        }

        return code.Length;
    }

    private static bool IsFunction(string member) => FirstOf(member) is '(' or '{' or '>' && !member.StartsWith("using", StringComparison.Ordinal);

    /// <summary>What a member's name is followed by: ( a method, { a property, = a field, &gt; an expression body.</summary>
    private static char FirstOf(string member)
    {
        var rest = LeadingAttributes().Replace(member, "");
        var at = rest.AsSpan().IndexOfAny('(', '{', '=');
        return at < 0 ? ';' : rest[at] == '=' && at + 1 < rest.Length && rest[at + 1] == '>' ? '>' : rest[at];
    }

    private static string NameOf(string header)
    {
        var name = MemberName().Match(LeadingAttributes().Replace(header, ""));
        return name.Success ? name.Groups[1].Value : header.Trim();
    }

    [GeneratedRegex(@"^\s*(\[[^\]]*\]\s*)*((public|private|protected|internal|static|sealed|abstract|partial|readonly|ref|file|unsafe|new)\s+)*(class|struct|interface|enum|namespace|record\s+struct|record\s+class|record)\s+\w")]
    private static partial Regex TypeHeader();

    [GeneratedRegex(@"^\s*(\[[^\]]*\]\s*)+")]
    private static partial Regex LeadingAttributes();

    [GeneratedRegex(@"(\w+)(<[^<>()]*>)?\s*(\(|=|$)")]
    private static partial Regex MemberName();
}
