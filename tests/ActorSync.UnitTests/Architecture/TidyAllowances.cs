namespace ActorSync.UnitTests.Architecture;

/// <summary>
/// Every exception from the rules of this folder, with its reason. Short, and shrinking: an entry that is no longer needed
/// fails its test too.
/// </summary>
internal static class TidyAllowances
{
    public const int FileLinesMax = 400;
    public const int FunctionLinesMax = 70;

    /// <summary>Files that may switch off a banned symbol (RS0030, see BannedSymbols.txt).</summary>
    public static readonly Dictionary<string, string> BannedSymbolFiles = new(StringComparer.Ordinal);

    public static readonly Dictionary<string, string> AsyncVoidFiles = new(StringComparer.Ordinal)
    {
        ["tests/ActorSync.TestKit/KitTestFramework.cs"] = "xunit's base method returns void",
    };

    /// <summary>Functions longer than <see cref="FunctionLinesMax"/>, with the lines they may have: "file: name".</summary>
    public static readonly Dictionary<string, int> LongFunctions = new(StringComparer.Ordinal);

    /// <summary>Words in backticks in a README that look like our types but are someone else's.</summary>
    public static readonly HashSet<string> ForeignNames = new(StringComparer.Ordinal);
}
