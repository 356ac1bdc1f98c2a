using System.Text;
using ActorSync.OrgSimulator.Bulk;
using ActorSync.OrgSimulator.Org;
using ActorSync.TestKit.Seeds;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulatorBulk;

public sealed class CsvReaderTests
{
    private static List<(string[] Cells, string? Error)> Read(string text, char delimiter = ',', bool crLf = false)
    {
        var reader = new CsvReader(text, delimiter, crLf);
        var rows = new List<(string[], string?)>();
        while (!reader.IsAtEnd)
        {
            var cells = new List<string>();
            var row = reader.Read(cells);
            rows.Add(([.. cells], row.Error));
        }

        return rows;
    }

    private static BulkData Data(string csv, string lineEnding = "LF") =>
        new(Encoding.UTF8.GetBytes(csv), new BulkJobSpec(StandardObjects.Schema().Find("Account")!, BulkOperation.Insert, null, "COMMA", lineEnding, null));

    [Theory]
    [InlineData("a,b", new[] { "a", "b" })]
    [InlineData("a,", new[] { "a", "" })]
    [InlineData(",", new[] { "", "" })]
    [InlineData("a\n", new[] { "a" })]
    [InlineData(" a , b ", new[] { " a ", " b " })]
    [InlineData("\"a,b\",c", new[] { "a,b", "c" })]
    [InlineData("\"a\nb\",c", new[] { "a\nb", "c" })]
    [InlineData("\"a\r\nb\"\n", new[] { "a\r\nb" })]
    [InlineData("\"say \"\"hi\"\"\",c", new[] { "say \"hi\"", "c" })]
    [InlineData("\"\",\"\"\"\"", new[] { "", "\"" })]
    [InlineData("a\rb", new[] { "a\rb" })]
    public void A_row_is_read_value_by_value(string text, string[] cells) => Read(text).ShouldHaveSingleItem().Cells.ShouldBe(cells);

    [Theory]
    [InlineData("\"John\", \"Smith\"")]
    [InlineData("\"John\" ,Smith")]
    [InlineData("5\" pipe,x")]
    [InlineData("\"a\"b,c")]
    public void A_quote_outside_of_a_quoted_value_spoils_its_row_and_no_other(string broken)
    {
        var rows = Read($"a,b\n{broken}\nc,d\n");
        rows.Select(r => r.Error).ShouldBe([null, BulkErrors.UnescapedQuote, null]);
        rows[2].Cells.ShouldBe(["c", "d"]);
    }

    [Fact]
    public void A_quote_that_is_never_closed_takes_the_rest_of_the_text() => Read("a,\"b\nc,d\n").ShouldHaveSingleItem().Error.ShouldBe(BulkErrors.UnclosedQuote);

    [Theory]
    [InlineData(';')]
    [InlineData('\t')]
    [InlineData('|')]
    [InlineData('^')]
    [InlineData('`')]
    public void Every_delimiter_separates_and_the_others_do_not(char delimiter) =>
        Read($"a,{delimiter}\"x{delimiter}y\"", delimiter).ShouldHaveSingleItem().Cells.ShouldBe(["a,", $"x{delimiter}y"]);

    // What goes in comes out, whatever characters the values have: the reader against the plainest of writers.
    [Fact]
    public void Quoted_values_of_any_characters_survive() => Seeded.Check(20, random =>
    {
        var crLf = random.Next(2) == 0;
        var rows = Enumerable.Range(0, 1 + random.Next(5))
            .Select(_ => Enumerable.Range(0, 3).Select(_ => new string(random.GetItems("ab \"\n\r,;#".AsSpan(), random.Next(8)))).ToArray()).ToList();
        var text = string.Concat(rows.Select(r => string.Join(',', r.Select(v => "\"" + v.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"")) + (crLf ? "\r\n" : "\n")));
        var read = Read(text, crLf: crLf);
        read.ShouldAllBe(r => r.Error == null);
        read.Select(r => string.Join('|', r.Cells)).ShouldBe(rows.Select(r => string.Join('|', r)));
    });

    [Theory]
    [InlineData("Name\na\n", "LF", null)]
    [InlineData("Name\r\na\r\n", "CRLF", null)]
    [InlineData("Name\r\n\"a\nb\"", "CRLF", null)]
    [InlineData("Name\r\na\r\n", "LF", "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF")]
    [InlineData("Name\na\n", "CRLF", "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is CRLF")]
    [InlineData("Name\n", "LF", "InvalidBatch : Records not found")]
    [InlineData("", "LF", "InvalidBatch : Records not found")]
    [InlineData("\uFEFF\"Name\"\na\n", "LF", "InvalidBatch : Failed to parse CSV. Found unescaped quote. A value with quote should be within a quote")]
    public void An_upload_is_wrong_as_a_whole_by_its_line_endings_or_its_header(string csv, string lineEnding, string? error) => Data(csv, lineEnding).Error.ShouldBe(error);

    [Fact]
    public void Rows_keep_the_text_they_came_with_and_blank_lines_are_none()
    {
        var data = Data("Name, Phone\n\" a \",1\n\nb,\"\"\"2\"\"\"");
        data.Columns.ShouldBe(["Name", " Phone"]);
        data.HeaderText.ToString().ShouldBe("Name, Phone");
        data.RowCount.ShouldBe(2);
        data.Text(0).ToString().ShouldBe("\" a \",1");
        data.Text(1).ToString().ShouldBe("b,\"\"\"2\"\"\"");
        data.Read(1).Cells.ShouldBe(["b", "\"2\""]);
    }

    [Fact]
    public void A_row_that_does_not_fit_the_header_or_a_limit_says_so()
    {
        var data = Data($"Name,Phone\na\nb,1,2\n{new string('x', 32_001)},3\nc,4\n");
        data.Read(0).Error.ShouldBe("The row has 1 values, the header has 2 columns");
        data.Read(1).Error.ShouldBe("The row has 3 values, the header has 2 columns");
        data.Read(2).Error.ShouldBe("The value of Name is longer than 32000 characters");
        data.Read(3).Error.ShouldBeNull();
    }

    [Fact]
    public void A_header_of_more_than_32000_characters_is_refused() =>
        Data($"Name,{new string('x', 32_000)}\na,b\n").Error.ShouldBe("InvalidBatch : The header is longer than 32000 characters");
}
