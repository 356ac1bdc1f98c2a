using System.Text;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soql;

/// <summary>Query faults as the server words them: a stretch of the query, a caret under the place, row and column, then what is wrong.</summary>
internal static class SoqlError
{
    /// <summary>Characters of the query shown before the place.</summary>
    private const int ShownBeforeMax = 40;

    /// <summary>Characters of the query shown from the place on.</summary>
    private const int ShownFromMax = 20;

    public static OrgFaultException At(string code, string soql, int position, string message)
    {
        int lineStart = position == 0 ? 0 : soql.LastIndexOf('\n', position - 1) + 1;
        int lineEnd = soql.IndexOf('\n', position) is >= 0 and int end ? end : soql.Length;
        int row = soql.AsSpan(0, lineStart).Count('\n') + 1;
        int column = position - lineStart + 1;
        int from = Math.Max(lineStart, position - ShownBeforeMax);
        int to = Math.Min(lineEnd, position + ShownFromMax);
        string text = new StringBuilder().Append('\n').Append(soql, from, to - from).Append('\n').Append(' ', position - from).Append("^\n")
            .Append("ERROR at Row:").Append(row).Append(":Column:").Append(column).Append('\n').Append(message).ToString();
        return new OrgFaultException(code, text, row, column);
    }

    public static OrgFaultException Malformed(string soql, int position, string message) => At("MALFORMED_QUERY", soql, position, message);

    public static OrgFaultException Field(string soql, int position, string message) => At("INVALID_FIELD", soql, position, message);
}
