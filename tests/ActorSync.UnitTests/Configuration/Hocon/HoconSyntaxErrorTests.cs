using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Configuration.Hocon.HoconFixture;

namespace ActorSync.UnitTests.Configuration.Hocon;

/// <summary>Mistakes in the text itself: each is reported with line and key, and reading goes on behind it.</summary>
public sealed class HoconSyntaxErrorTests
{
    [Theory]
    [InlineData("a = https://example.com", "x.conf:1: a: ':' stands inside a value; write the value in quotes, or each key on a line of its own")]
    [InlineData("a = 1 b = 2", "x.conf:1: a: '=' stands inside a value; write the value in quotes, or each key on a line of its own")]
    [InlineData("a =\nb = 2", "x.conf:1: a: the key has no value; write one behind it on the same line, or remove the key")]
    [InlineData("a =\n\"b\" = 2", "x.conf:1: a: the key has no value; write one behind it on the same line, or remove the key")]
    [InlineData("a = \"x", "x.conf:1: a: the quoted text is not closed on its line; write the closing '\"', or \"\"\" at both ends of a text of several lines")]
    [InlineData("a = \"\"\"x\ny", "x.conf:1: a: the text in triple quotes is not closed; write the closing \"\"\"")]
    [InlineData("a = \"C:\\dir\"", "x.conf:1: a: the quoted text has an escape that does not exist; write \\\\ for a backslash, or one of \\\" \\/ \\b \\f \\n \\r \\t \\uXXXX")]
    [InlineData("a = x@y", "x.conf:1: a: the character '@' cannot stand outside quotes; write the text in quotes: \"...\"")]
    [InlineData("a = ${b", "x.conf:1: a: the substitution is not closed; write ${key} or ${?KEY_OR_VARIABLE}")]
    [InlineData("a = ${}", "x.conf:1: a: the substitution names no key; write ${key} or ${?KEY_OR_VARIABLE}")]
    [InlineData("a secret-value", "x.conf:1: a: the key has no value; write key = value, or key { ... }")]
    [InlineData("a..b = 1", "x.conf:1: a..b: this is not a key: part of it between two dots, or all of it, is empty; write a name, with dots between its parts")]
    [InlineData("= 1", "x.conf:1: this is not a key: part of it between two dots, or all of it, is empty; write a name, with dots between its parts")]
    [InlineData("a {\n b = 1\n", "x.conf:3: a: the block opened on line 1 is not closed; write its '}'")]
    [InlineData("a = [\n1\n", "x.conf:3: a: the list opened on line 1 is not closed; write its ']'")]
    [InlineData("a = [1,,2]", "x.conf:1: a: a comma stands where an item of the list is expected; remove it")]
    [InlineData("a = 1 }", "x.conf:1: '}' belongs to nothing; remove it")]
    [InlineData("a = 1 ]", "x.conf:1: ']' belongs to nothing; remove it")]
    [InlineData(",a = 1", "x.conf:1: ',' belongs to nothing; remove it")]
    [InlineData("[1]", "x.conf:1: the file is a list; write keys and blocks: actorsync { ... }")]
    [InlineData("{ a = 1 } b = 2", "x.conf:1: a text stands behind the block that is the whole file; remove it, or remove the braces around the file")]
    public void Mistake_is_one_error(string text, string expected) => Errors(text).ShouldBe([expected]);

    [Fact]
    public void Every_mistake_of_a_file_is_reported_and_what_is_right_is_read()
    {
        var (value, problems) = Read("a = @\nb = 2\nc { d = \"x\n e = 5 }\nf g\nh = [1, $, 3]\ni = 9", new Dictionary<string, string>());
        problems.Errors.Select(e => (e.Origin.Line, e.Key)).ShouldBe([(1, "a"), (3, "c.d"), (5, "f"), (6, "h[1]")]);
        Show(value).ShouldBe("{b=2, c={e=5}, h=[1, 3], i=9}");
    }

    [Fact]
    public void Nesting_without_end_is_refused_and_does_not_exhaust_the_stack()
    {
        Errors("a = " + new string('[', 100_000)).ShouldContain(e => e.Contains("nested deeper than 32", StringComparison.Ordinal));
        Errors(string.Concat(Enumerable.Repeat("a{", 100_000))).ShouldContain(e => e.Contains("nested deeper than 32", StringComparison.Ordinal));
        Errors(string.Concat(Enumerable.Range(0, 5000).Select(i => $"a{i} = ${{a{i + 1}}}\n"))).ShouldContain(e => e.Contains("deeper than 256", StringComparison.Ordinal));
    }
}
