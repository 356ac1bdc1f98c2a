using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace ActorSync.OrgSimulator.Page;

/// <summary>HTML from interpolated strings: the literal parts are markup, every value put in is escaped unless it is HTML itself.</summary>
[InterpolatedStringHandler]
internal readonly struct Html
{
    private readonly StringBuilder _text;

    public Html(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (formattedCount * 16));

    public static Html None => $"";

    /// <summary>Makes an interpolated string HTML where the compiler would take it for text, as in both arms of a conditional.</summary>
    public static Html Of(Html html) => html;

    public void AppendLiteral(string markup) => _text.Append(markup);

    public void AppendFormatted(string? value) => _text.Append(WebUtility.HtmlEncode(value));

    public void AppendFormatted(int value) => _text.Append(value.ToString(CultureInfo.InvariantCulture));

    public void AppendFormatted(Html html) => _text.Append(html._text);

    public void AppendFormatted(IEnumerable<Html> parts)
    {
        foreach (var part in parts)
        {
            _text.Append(part._text);
        }
    }

    public override string ToString() => _text.ToString();
}
