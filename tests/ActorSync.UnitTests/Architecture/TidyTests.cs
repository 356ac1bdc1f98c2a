using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Architecture;

/// <summary>
/// What the compiler does not see. (It does see banned calls: BannedSymbols.txt.) A failure says what to do instead; exceptions
/// are in <see cref="TidyAllowances"/>.
/// </summary>
public sealed partial class TidyTests
{
    [Fact]
    public void Banned_symbols_are_switched_off_only_where_allowed() => FilesWith(BannedSymbolSwitch(), file => file.Text).ShouldBe(
        TidyAllowances.BannedSymbolFiles.Keys, ignoreOrder: true,
        "use the replacement that BannedSymbols.txt names, or give the reason in TidyAllowances.BannedSymbolFiles");

    [Fact]
    public void Async_methods_return_a_task() => FilesWith(AsyncVoid(), file => file.Code).ShouldBe(
        TidyAllowances.AsyncVoidFiles.Keys, ignoreOrder: true,
        "an exception in async void ends the process: return Task and await it");

    [Fact]
    public void Nothing_is_left_for_later_in_the_source() => FilesWith(LeftForLater(), file => file.Text)
        .Except(["tests/ActorSync.UnitTests/Architecture/TidyTests.cs"])
        .ShouldBeEmpty("do it now, or open an issue; the source tells the present");

    [Fact]
    public void Every_project_compiles_with_its_warnings_as_errors() => SourceTree.Files("", ".csproj").Concat(SourceTree.Files("", ".props"))
        .Where(file => file.Text.Contains("<NoWarn", StringComparison.Ordinal) || file.Text.Contains("<TreatWarningsAsErrors>false", StringComparison.Ordinal))
        .Select(file => file.Path)
        .ShouldBeEmpty("mend the warning, or switch the rule off in .editorconfig with its reason");

    [Fact]
    public void Files_stay_short() => SourceTree.CSharp
        .Select(file => (file.Path, Lines: file.Text.AsSpan().Count('\n')))
        .Where(file => file.Lines > TidyAllowances.FileLinesMax)
        .ShouldBeEmpty($"at most {TidyAllowances.FileLinesMax} lines: give a part of it a name and a file of its own");

    [Fact]
    public void Functions_stay_short() => SourceTree.CSharp
        .SelectMany(file => FunctionLengths.Of(file), (file, function) => (Name: $"{file.Path}: {function.Name}", function.Lines))
        .Where(function => function.Lines > TidyAllowances.LongFunctions.GetValueOrDefault(function.Name, TidyAllowances.FunctionLinesMax))
        .ShouldBeEmpty($"at most {TidyAllowances.FunctionLinesMax} lines: give a part of it a name");

    // A ratchet: what became shorter may not grow again.
    [Fact]
    public void Long_functions_are_listed_with_the_lines_they_have()
    {
        var lengths = SourceTree.CSharp
            .SelectMany(file => FunctionLengths.Of(file), (file, function) => (Name: $"{file.Path}: {function.Name}", function.Lines))
            .ToLookup(function => function.Name, function => function.Lines);

        TidyAllowances.LongFunctions
            .Where(allowed => !lengths[allowed.Key].Contains(allowed.Value))
            .ShouldBeEmpty("lower or remove the entry in TidyAllowances.LongFunctions");
    }

    [Fact]
    public void Functions_are_measured_from_their_first_line_to_their_last()
    {
        const string Text = """"
            namespace N;
            [A("}")] public sealed record R(int X) : B(X);
            internal sealed class C(int p) : B
            {
                private static readonly string[] Table =
                [
                    "{", // }
                ];
                public int P { get; init; } = Make(new() { X = 1 });
                [Fact]
                public T M<T>(T record)
                {
                    var s = """ } """; if (x) { y('}'); }
                    return s;
                }
                private enum E { One, Two }
                private int F(int a) => a switch
                {
                    1 => 2,
                };
                public int G => x is { Y: 1 } ? new() { A = 1 } : null;
            }
            """";

        FunctionLengths.Of(new SourceFile("x.cs", Text)).ShouldBe(
            [new("R", 1), new("P", 1), new("M", 6), new("F", 4), new("G", 1)]);
    }

    private static IEnumerable<string> FilesWith(Regex pattern, Func<SourceFile, string> text) =>
        SourceTree.CSharp.Where(file => pattern.IsMatch(text(file))).Select(file => file.Path);

    [GeneratedRegex(@"(^\s*#pragma warning disable|SuppressMessage\().*\bRS0030\b", RegexOptions.Multiline)]
    private static partial Regex BannedSymbolSwitch();

    [GeneratedRegex(@"\basync\s+void\b")]
    private static partial Regex AsyncVoid();

    [GeneratedRegex(@"\b(FIXME|TODO|XXX|HACK)\b|NotImplementedException")]
    private static partial Regex LeftForLater();
}
