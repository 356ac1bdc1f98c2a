using System.Text;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>The uploaded rows of a job: their text is kept as it came, their values are read again when a chunk needs them. The values are for one reader at a time, the job's run.</summary>
internal sealed class BulkData
{
    private readonly string _text;
    private readonly CsvReader _reader;
    private readonly CsvRow _header;
    private readonly List<CsvRow> _rows = [];
    private readonly List<string> _columns = [];

    public BulkData(ReadOnlySpan<byte> csv, BulkJobSpec spec)
    {
        // A byte order mark stays: it becomes part of the first column's name, as in Salesforce.
        _text = Encoding.UTF8.GetString(csv);
        _reader = new CsvReader(_text, spec.Delimiter, spec.EndsWithCrLf);
        _header = _reader.IsAtEnd ? default : _reader.Read(_columns);
        while (!_reader.IsAtEnd)
        {
            if (_reader.Read(null) is { Length: > 0 } row)
            {
                _rows.Add(row);
            }
        }

        Error = FindError(spec);
    }

    /// <summary>Why none of it can be processed; null when the rows may be.</summary>
    public string? Error { get; }

    /// <summary>The header's column names.</summary>
    public IReadOnlyList<string> Columns => _columns;

    public int RowCount => _rows.Count;

    /// <summary>The header as it came.</summary>
    public ReadOnlySpan<char> HeaderText => _text.AsSpan(_header.Start, _header.Length);

    /// <summary>A row as it came, without its line ending.</summary>
    public ReadOnlySpan<char> Text(int row) => _text.AsSpan(_rows[row].Start, _rows[row].Length);

    /// <summary>The values of a row, and what is wrong with it.</summary>
    public (List<string> Cells, string? Error) Read(int row)
    {
        var cells = new List<string>(_columns.Count);
        _reader.MoveTo(_rows[row].Start);
        var read = _reader.Read(cells);
        return (cells, read.Error ?? Misfit(cells, read.Length));
    }

    private string? Misfit(List<string> cells, int length) =>
        cells.Count != _columns.Count ? $"The row has {cells.Count} values, the header has {_columns.Count} columns"
        : length > BulkLimits.RecordCharactersMax ? $"The record is longer than {BulkLimits.RecordCharactersMax} characters"
        : cells.FindIndex(c => c.Length > BulkLimits.FieldCharactersMax) is var wide and >= 0 ? $"The value of {_columns[wide]} is longer than {BulkLimits.FieldCharactersMax} characters"
        : null;

    private string? FindError(BulkJobSpec spec)
    {
        if (_reader.SawOtherLineEnding)
        {
            return $"ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {spec.LineEnding}";
        }

        return _header.Error is { } broken ? $"InvalidBatch : {broken}"
            : _header.Length > BulkLimits.HeaderCharactersMax ? $"InvalidBatch : The header is longer than {BulkLimits.HeaderCharactersMax} characters"
            : _columns.Count > BulkLimits.ColumnsMax ? $"InvalidBatch : The header has more than {BulkLimits.ColumnsMax} columns"
            : _rows.Count == 0 ? "InvalidBatch : Records not found"
            : null;
    }
}
