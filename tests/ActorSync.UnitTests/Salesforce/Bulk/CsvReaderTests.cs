using System.Text;
using ActorSync.Salesforce.Bulk;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Bulk;

public sealed class CsvReaderTests
{
    [Theory]
    [InlineData("a,b\n1,2\n", new[] { "a|b", "1|2" })]
    [InlineData("a,b\r\n1,2\r\n", new[] { "a|b", "1|2" })]
    [InlineData("\"a\",\"b\"\n\"1\",\"2\"", new[] { "a|b", "1|2" })]
    [InlineData("\"x \"\"y\"\"\",\"1,2\"\n", new[] { "x \"y\"|1,2" })]
    [InlineData("\"one\ntwo\r\nthree\",\n", new[] { "one\ntwo\r\nthree|" })]
    [InlineData(" a ,\n,\"\"\n", new[] { " a |", "|" })]
    [InlineData("\uFEFFa\n", new[] { "a" })]
    [InlineData("Zoë,日本\n", new[] { "Zoë|日本" })]
    [InlineData("", new string[0])]
    public void Values_come_as_they_were_written(string text, string[] rows) => Rows(text).ShouldBe(rows);

    [Theory]
    [InlineData("\"a")]
    [InlineData("\"a\"b\n")]
    [InlineData("\"a\" ,b\n")]
    public void What_is_no_CSV_is_said_to_be_none(string text) => Should.Throw<FormatException>(() => Rows(text));

    private static List<string> Rows(string text)
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(text));
        using CsvReader csv = new(stream);
        List<string> rows = [];
        while (csv.Next() is { } row)
        {
            rows.Add(string.Join('|', row));
        }

        return rows;
    }
}
