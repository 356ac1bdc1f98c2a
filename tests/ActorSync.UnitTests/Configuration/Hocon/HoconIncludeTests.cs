using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Configuration.Hocon.HoconFixture;

namespace ActorSync.UnitTests.Configuration.Hocon;

/// <summary>Includes: which forms, relative to what, and what is said when there is no file.</summary>
public sealed class HoconIncludeTests
{
    [Theory]
    [InlineData("include \"sub/y.conf\"")]
    [InlineData("include file(\"sub/y.conf\")")]
    [InlineData("include required(\"sub/y.conf\")")]
    [InlineData("include required(file(\"sub/y.conf\"))")]
    [InlineData("include required( file( \"sub/y.conf\" ) )")]
    [InlineData("include \"sub/y\"")]
    public void Every_form_of_include_reads_the_file(string include) =>
        Resolved($"a = 1\n{include}\nc = 3", ("sub/y.conf", "a = 2\nb = 2")).ShouldBe("{a=2, b=2, c=3}");

    [Fact]
    public void Include_is_relative_to_the_including_file() =>
        Resolved("include \"sub/y.conf\"", ("sub/y.conf", "include \"z.conf\""), ("sub/z.conf", "z = 1"), ("z.conf", "z = wrong")).ShouldBe("{z=1}");

    [Fact]
    public void Include_inside_a_block_looks_up_in_that_block_first() =>
        Resolved("x = outer\na { include \"y.conf\" }", ("y.conf", "x = inner\nb = ${x}")).ShouldBe("{x=outer, a={x=inner, b=inner}}");

    [Fact]
    public void Included_file_may_name_keys_of_the_including_one() =>
        Resolved("x = 1\na { include \"y.conf\" }", ("y.conf", "b = ${x}")).ShouldBe("{x=1, a={b=1}}");

    [Fact]
    public void Key_may_be_called_include() => Resolved("include = 1, a.include = 2").ShouldBe("{include=1, a={include=2}}");

    [Fact]
    public void Absent_file_is_a_warning_and_an_absent_required_one_an_error()
    {
        var (_, problems) = Read("a = 1\ninclude \"no.conf\"\ninclude required(\"nope.conf\")", new Dictionary<string, string>());
        problems.Warnings.ShouldHaveSingleItem().ToString().ShouldBe("x.conf:2: include: there is no file no.conf, nothing was included; write include required(\"...\") if the file must exist");
        problems.Errors.ShouldHaveSingleItem().ToString().ShouldBe("x.conf:3: include: there is no file nope.conf; correct its name, relative to this file, or remove the include");
    }

    [Fact]
    public void File_that_includes_itself_is_reported_once() =>
        Errors("a = 1\ninclude \"y.conf\"", ("y.conf", "\ninclude \"x.conf\"")).ShouldBe(["y.conf:2: include: x.conf includes itself; remove this include"]);

    [Theory]
    [InlineData("include url(\"http://example.com/x.conf\")")]
    [InlineData("include classpath(\"x.conf\")")]
    [InlineData("include required(\"x.conf\"")]
    public void Other_forms_of_include_are_refused(string include) =>
        Errors(include).ShouldBe(["x.conf:1: include: this form of include is not offered: only files can be included; write include \"file.conf\" or include required(\"file.conf\")"]);
}
