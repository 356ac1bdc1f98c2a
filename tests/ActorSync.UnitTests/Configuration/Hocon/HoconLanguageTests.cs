using ActorSync.Configuration.Hocon;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Configuration.Hocon.HoconFixture;

namespace ActorSync.UnitTests.Configuration.Hocon;

/// <summary>What HOCON texts mean, feature by feature: text in, resolved values out.</summary>
public sealed class HoconLanguageTests
{
    [Theory]
    [InlineData("a = 1", "{a=1}")]
    [InlineData("a : 1, b : two words here, c = x", "{a=1, b=two words here, c=x}")]
    [InlineData("{ a = 1\n\n b = 2, }", "{a=1, b=2}")]
    [InlineData("# note\na = 1 # note\n// note\nb = 2 // note", "{a=1, b=2}")]
    [InlineData("a = \"q # \\\"x\\\" \\u0041\\n\"", "{a=q # \"x\" A\n}")]
    [InlineData("a = \"\"\"one \\n\n\"two\"\"\"\"", "{a=one \\n\n\"two\"}")]
    [InlineData("a.b.c = 1, a.b.d = 2", "{a={b={c=1, d=2}}}")]
    [InlineData("a.\"b.c\" = 1", "{a={b.c=1}}")]
    [InlineData("a b = 1", "{a b=1}")]
    [InlineData("a { b = 1 }\na { c = 2 }\na.b = 3", "{a={b=3, c=2}}")]
    [InlineData("a { b = 1 }\na = 2", "{a=2}")]
    [InlineData("a = 2\na { b = 1 }", "{a={b=1}}")]
    [InlineData("a { b = 1 }\na = null\na { c = 2 }", "{a={c=2}}")]
    [InlineData("a = [1, 2,\n 3\n 4,]", "{a=[1, 2, 3, 4]}")]
    [InlineData("a =\n  [ { b = 1 }, [2] ]", "{a=[{b=1}, [2]]}")]
    [InlineData("a =\n  \"x\"", "{a=x}")]
    [InlineData("a\r\n=\t1\r\n", null)]
    [InlineData("a = 1\r\nb = 2\r\n", "{a=1, b=2}")]
    [InlineData("\uFEFFa = 1", "{a=1}")]
    [InlineData("", "{}")]
    public void Text_means(string text, string? expected)
    {
        if (expected is null)
        {
            Errors(text).ShouldNotBeEmpty();
        }
        else
        {
            Resolved(text).ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData("a = 1, b = ${a}", "{a=1, b=1}")]
    [InlineData("b = ${a}, a = 1", "{b=1, a=1}")]
    [InlineData("b = ${a} ${a}s, a = 1", "{b=1 1s, a=1}")]
    [InlineData("b = \"x\"${a}\"y\", a = 1", "{b=x1y, a=1}")]
    [InlineData("a { x = 1 }, b = ${a} { y = 2 }", "{a={x=1}, b={x=1, y=2}}")]
    [InlineData("a { x = 1 }, b = ${a}, b { x = 2, y = 3 }", "{a={x=1}, b={x=2, y=3}}")]
    [InlineData("a = [1], b = ${a} [2] ${a}", "{a=[1], b=[1, 2, 1]}")]
    [InlineData("a = 1, a = ${?none}", "{a=1}")]
    [InlineData("a = ${?none}", "{}")]
    [InlineData("a = [x, ${?none}, y]", "{a=[x, y]}")]
    [InlineData("a = ${b.c}, b = ${d}, d { c = 5 }", "{a=5, b={c=5}, d={c=5}}")]
    public void Substitution_finds_its_value_wherever_it_stands(string text, string expected) => Resolved(text).ShouldBe(expected);

    // The examples of HOCON.md, "Self-referential substitutions" and "Examples of self-referential substitutions".
    [Theory]
    [InlineData("path = \"a\", path = ${path}\":b\"", "{path=a:b}")]
    [InlineData("a = [1], a = ${a} [2], a += 3", "{a=[1, 2, 3]}")]
    [InlineData("a += 1", "{a=[1]}")]
    [InlineData("bar { foo = 42, baz = ${bar.foo} }", "{bar={foo=42, baz=42}}")]
    [InlineData("bar { foo = 42, baz = ${bar.foo} }, bar { foo = 43 }", "{bar={foo=43, baz=43}}")]
    [InlineData("bar { a = ${foo.d}, b = 1 }, bar.b = 3, foo { c = ${bar.b}, d = 2 }, foo.d = 4", "{bar={a=4, b=3}, foo={c=3, d=4}}")]
    [InlineData("foo { a { c = 1 } }, foo = ${foo.a}, foo { a = 2 }", "{foo={a=2, c=1}}")]
    [InlineData("a = ${?a}foo", "{a=foo}")]
    public void Key_that_names_itself_sees_what_was_written_before(string text, string expected) => Resolved(text).ShouldBe(expected);

    [Theory]
    [InlineData("a = ${a}", "x.conf:1: a: ${a} leads back to this key")]
    [InlineData("a = ${b}\nb = ${a}", "x.conf:2: b: ${a} leads back to this key")]
    [InlineData("a { b = ${a} }", "x.conf:1: a.b: ${a} leads back to this key")]
    [InlineData("a = ${b.x}\nb { x = ${c} }\nc = ${a}", "x.conf:3: c: ${a} leads back to this key")]
    public void Circle_is_reported_and_not_followed(string text, string expected) =>
        Errors(text).ShouldContain($"{expected}; write the value itself in one of the keys of the circle");

    [Fact]
    public void Substitution_sees_the_environment_behind_the_configuration()
    {
        var environment = new Dictionary<string, string> { ["HOME"] = "/home/ada", ["user"] = "environment" };
        Resolved("a = ${HOME}/x, b = ${?NONE}, user = file, c = ${user}", environment).ShouldBe("{a=/home/ada/x, user=file, c=file}");
        Read("a = ${HOME}", environment).Value.Fields["a"].Origin.ToString().ShouldBe("environment variable HOME");
    }

    [Fact]
    public void Missing_required_substitution_is_reported_where_it_is_written() =>
        Errors("a = 1\nb = ${non.e}").ShouldBe(["x.conf:2: b: ${non.e} names no key and no environment variable; define non.e, or write ${?non.e} if it may be absent"]);

    [Fact]
    public void Values_of_different_kinds_are_not_joined() =>
        Errors("a = [1] x").ShouldBe(["x.conf:1: a: pieces of different kinds, or too much text, are joined to one value; join only texts, only lists or only blocks"]);

    [Fact]
    public void Text_that_doubles_itself_is_stopped()
    {
        var text = "a0 = xxxxxxxxxxxxxxxx\n" + string.Concat(Enumerable.Range(1, 60).Select(i => $"a{i} = ${{a{i - 1}}}${{a{i - 1}}}\n"));
        Errors(text).ShouldContain(e => e.Contains("too much text", StringComparison.Ordinal));
    }

    [Fact]
    public void Later_value_keeps_its_own_origin()
    {
        var (value, _) = Read("a = 1\nb = 2\na = 3", new Dictionary<string, string>());
        value.Fields["a"].ShouldBe(new HoconText(new("x.conf", 3), "3", IsQuoted: false));
        value.Fields["b"].Origin.Line.ShouldBe(2);
    }
}
