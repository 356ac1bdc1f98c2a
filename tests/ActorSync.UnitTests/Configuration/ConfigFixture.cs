using ActorSync.Configuration;
using ActorSync.Configuration.Hocon;
using Shouldly;

namespace ActorSync.UnitTests.Configuration;

/// <summary>Loads configurations from texts in memory; the sample files are the ones beside the program.</summary>
internal static class ConfigFixture
{
    public const string File = "conf/my.conf";

    /// <summary>A configuration with every required key and nothing else.</summary>
    public const string Minimal = """
        actorsync {
          postgres.url = "postgres://app:pg-password@db.example.com/crm"
          salesforce {
            login-url = "https://example.my.salesforce.com"
            client-id = 3MVG9
            client-secret = sf-secret
          }
          mappings = [ { object = Account, fields = [ Name, Phone ] } ]
        }
        """;

    /// <summary><see cref="Minimal"/> without what nobody else may know.</summary>
    public static string WithoutSecrets { get; } = string.Join('\n', Minimal.Split('\n').Where(line =>
        !line.Contains("postgres.url", StringComparison.Ordinal) && !line.Contains("client-secret", StringComparison.Ordinal)));

    public static string SampleFolder => Path.Combine(AppContext.BaseDirectory, "hocon");

    public static string Sample(string name) => System.IO.File.ReadAllText(Path.Combine(SampleFolder, name));

    public static LoadedConfig Load(string text, params (string Name, string Value)[] environment) =>
        LoadFiles([(File, text)], environment);

    /// <summary>Loads the first file; the others are there to be included.</summary>
    public static LoadedConfig LoadFiles((string Path, string Text)[] files, params (string Name, string Value)[] environment) =>
        SyncConfigLoader.Load([files[0].Path], environment.ToDictionary(e => e.Name, e => e.Value), Reader(files));

    /// <summary>The configuration of a text that must be right.</summary>
    public static SyncConfig Valid(string text, params (string Name, string Value)[] environment)
    {
        var loaded = Load(text, environment);
        loaded.Report.ProblemsToText().ShouldBe("0 errors, 0 warnings\n");
        return loaded.Config.ShouldNotBeNull();
    }

    /// <summary>The errors of <see cref="Minimal"/> followed by <paramref name="more"/>, which starts on line 10.</summary>
    public static string[] ErrorsOfMinimalAnd(string more) => ErrorsOf($"{Minimal}\n{more}");

    public static string[] ErrorsOf(string text)
    {
        var loaded = Load(text);
        loaded.Config.ShouldBeNull();
        return [.. loaded.Report.Errors.Select(e => e.ToString())];
    }

    public static ReadConfigFile Reader(params (string Path, string Text)[] files) => path =>
        Array.Find(files, f => f.Path == path) is { Text: not null } file ? new FileText.Read(file.Text) : new FileText.Missing();
}
