using System.Text;

namespace ActorSync.Salesforce.Bulk;

/// <summary>Reads CSV as RFC 4180 has it: commas, quotes doubled inside quotes, line ends inside quotes kept. Nothing is trimmed.</summary>
internal sealed class CsvReader : IDisposable
{
    private readonly StreamReader text;
    private readonly StringBuilder value = new();

    public CsvReader(Stream stream) => text = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, leaveOpen: true);

    /// <summary>The next row; null at the end.</summary>
    /// <exception cref="FormatException">A quote is not closed, or something stands behind it.</exception>
    public IReadOnlyList<string>? Next()
    {
        if (text.Peek() < 0)
        {
            return null;
        }

        List<string> row = [];
        while (true)
        {
            row.Add(text.Peek() == '"' ? Quoted() : Plain());
            switch (text.Read())
            {
                case ',':
                    break;
                case '\r':
                    if (text.Peek() == '\n')
                    {
                        text.Read();
                    }

                    return row;
                case '\n' or -1:
                    return row;
                default:
                    throw new FormatException("CSV with something behind a closing quote");
            }
        }
    }

    public void Dispose() => text.Dispose();

    private string Plain()
    {
        value.Clear();
        while (text.Peek() is >= 0 and not (',' or '\r' or '\n'))
        {
            value.Append((char)text.Read());
        }

        return value.ToString();
    }

    private string Quoted()
    {
        value.Clear();
        text.Read();
        while (true)
        {
            switch (text.Read())
            {
                case -1:
                    throw new FormatException("CSV that ends inside quotes");
                case '"' when text.Peek() != '"':
                    return value.ToString();
                case '"':
                    text.Read();
                    value.Append('"');
                    break;
                case var character:
                    value.Append((char)character);
                    break;
            }
        }
    }
}
