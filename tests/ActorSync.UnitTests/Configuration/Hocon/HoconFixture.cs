using System.Globalization;
using ActorSync.Configuration;
using ActorSync.Configuration.Hocon;
using Shouldly;

namespace ActorSync.UnitTests.Configuration.Hocon;

/// <summary>Reads HOCON texts and shows what they mean as one line.</summary>
internal static class HoconFixture
{
    public static string Resolved(string text, params (string Path, string Text)[] files) => Resolved(text, new Dictionary<string, string>(), files);

    public static string Resolved(string text, IReadOnlyDictionary<string, string> environment, params (string Path, string Text)[] files)
    {
        var (value, problems) = Read(text, environment, files);
        problems.Errors.ShouldBeEmpty();
        return Show(value);
    }

    public static string[] Errors(string text, params (string Path, string Text)[] files) =>
        [.. Read(text, new Dictionary<string, string>(), files).Problems.Errors.Select(e => e.ToString())];

    public static (HoconObject Value, ConfigProblems Problems) Read(
        string text, IReadOnlyDictionary<string, string> environment, params (string Path, string Text)[] files)
    {
        var problems = new ConfigProblems();
        var root = new BlockExpression(new("x.conf", 1), "");
        new HoconIncludes(ConfigFixture.Reader([("x.conf", text), .. files]), problems).Load("x.conf", root);
        return (new HoconResolver(root, environment, problems).Resolve(), problems);
    }

    public static string Show(HoconValue value) => value switch
    {
        HoconObject block => $"{{{string.Join(", ", block.Fields.Select(f => $"{f.Key}={Show(f.Value)}"))}}}",
        HoconList list => $"[{string.Join(", ", list.Items.Select(Show))}]",
        HoconText text => text.Text,
        _ => throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{value}")),
    };
}
