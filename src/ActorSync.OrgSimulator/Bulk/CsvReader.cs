using System.Text;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>Where a row lies in the text, without its line ending, and what is wrong with it.</summary>
internal readonly record struct CsvRow(int Start, int Length, string? Error);

/// <summary>
/// Reads CSV as Bulk API 2.0 does: values keep their spaces, a quote inside a quoted value is doubled, quoted values may hold delimiters and line breaks, and a
/// quote anywhere else spoils its row. A broken row ends at the next line break that is not within a quoted value.
/// </summary>
internal sealed class CsvReader(string text, char delimiter, bool endsWithCrLf)
{
    private readonly StringBuilder _cell = new();
    private int _at;

    public bool IsAtEnd => _at >= text.Length;

    /// <summary>True once a row ended with the other kind of line ending.</summary>
    public bool SawOtherLineEnding { get; private set; }

    /// <summary>Goes on to a place in the text: the start of a row.</summary>
    public void MoveTo(int start) => _at = start;

    /// <summary>Reads the row that starts here and goes behind its line ending.</summary>
    /// <param name="cells">Gets the row's values; null when only its place is wanted.</param>
    public CsvRow Read(List<string>? cells)
    {
        var start = _at;
        string? error = null;
        while (true)
        {
            var cellError = _at < text.Length && text[_at] == '"' ? ReadQuoted(cells) : ReadPlain(cells);
            error ??= cellError;
            if (_at >= text.Length)
            {
                return new CsvRow(start, _at - start, error);
            }

            if (text[_at] != delimiter)
            {
                return new CsvRow(start, EndRow() - start, error);
            }

            _at++;
        }
    }

    /// <summary>Goes behind the line break.</summary>
    /// <returns>Where the row's text ends.</returns>
    private int EndRow()
    {
        var end = _at;
        var hasCarriageReturn = text[_at] == '\r';
        SawOtherLineEnding |= hasCarriageReturn != endsWithCrLf;
        _at += hasCarriageReturn ? 2 : 1;
        return end;
    }

    private string? ReadPlain(List<string>? cells)
    {
        var start = _at;
        SkipToCellEnd();
        var value = text.AsSpan(start, _at - start);
        cells?.Add(value.ToString());
        return value.Contains('"') ? BulkErrors.UnescapedQuote : null;
    }

    private string? ReadQuoted(List<string>? cells)
    {
        _cell.Clear();
        _at++;
        while (true)
        {
            var quote = text.IndexOf('"', _at);
            var end = quote < 0 ? text.Length : quote;
            _cell.Append(text, _at, end - _at);
            _at = Math.Min(end + 1, text.Length);
            if (quote < 0)
            {
                cells?.Add(_cell.ToString());
                return BulkErrors.UnclosedQuote;
            }

            if (_at >= text.Length || text[_at] != '"')
            {
                break;
            }

            _cell.Append('"');
            _at++;
        }

        var closed = _at;
        SkipToCellEnd();
        _cell.Append(text, closed, _at - closed);
        cells?.Add(_cell.ToString());
        return _at > closed ? BulkErrors.UnescapedQuote : null;
    }

    /// <summary>To the next delimiter, line break or the text's end. A carriage return counts only before a line feed.</summary>
    private void SkipToCellEnd()
    {
        var found = text.AsSpan(_at).IndexOfAny(delimiter, '\n');
        _at = found < 0 ? text.Length : _at + found;
        if (_at < text.Length && text[_at] == '\n' && found > 0 && text[_at - 1] == '\r')
        {
            _at--;
        }
    }
}
