using System.Globalization;
using System.Text;
using ActorSync.Configuration;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Configuration;

/// <summary>
/// Cuts and damages the shipped files at seeded places: loading must end with a configuration or with errors that have a place, a message and a
/// remedy, and must never throw. A failure names its seed.
/// </summary>
public sealed class ConfigFuzzTests
{
    private const int TextsPerSeed = 250;

    private static readonly string[] Fragments =
        ["{", "}", "[", "]", "\"", "\"\"\"", "${", "${?a}", "${actorsync}", "${actorsync.feed}", "+=", "=", ":", ",", "\n", "#", "//", "\\", "include \"x\"", "null", "\u0000", "\uD800", "-1", "9999999999999999999999h", "."];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Damaged_file_gives_errors_and_never_an_exception(int seed)
    {
        var random = new Random(seed);
        string[] originals = [ConfigFixture.Minimal, ConfigFixture.Sample("reference.conf"), ConfigFixture.Sample("demo.conf"), ConfigFixture.Sample("actorsync.conf"), ConfigFixture.Sample("mappings.conf")];
        for (var i = 0; i < TextsPerSeed; i++)
        {
            var text = Damage(random, originals[random.Next(originals.Length)]);
            Check(text, string.Create(CultureInfo.InvariantCulture, $"seed {seed}, text {i}"));
        }
    }

    [Fact]
    public void File_cut_at_any_character_gives_errors_and_never_an_exception()
    {
        for (var length = 0; length < ConfigFixture.Minimal.Length; length++)
        {
            Check(ConfigFixture.Minimal[..length], string.Create(CultureInfo.InvariantCulture, $"cut at {length}"));
        }
    }

    private static void Check(string text, string name)
    {
        var files = ConfigFixture.Reader(("x.conf", text), ("mappings.conf", ConfigFixture.Sample("mappings.conf")));
        LoadedConfig loaded;
        try
        {
            loaded = SyncConfigLoader.Load(["x.conf"], new Dictionary<string, string>(), files);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{name} threw:\n{text}", e);
        }

        (loaded.Config is null).ShouldBe(loaded.Report.Errors.Length > 0, name);
        loaded.Report.Errors.All(e => e.Origin.Source.Length > 0 && e.Message.Length > 0 && e.Remedy.Length > 0).ShouldBeTrue(name);
        loaded.Report.ToJson().ShouldNotBeEmpty(name);
    }

    private static string Damage(Random random, string text)
    {
        var damaged = new StringBuilder(text);
        for (var rounds = random.Next(1, 6); rounds > 0 && damaged.Length > 1; rounds--)
        {
            var at = random.Next(damaged.Length);
            switch (random.Next(5))
            {
                case 0: damaged.Length = at; break;
                case 1: damaged.Remove(at, Math.Min(random.Next(1, 30), damaged.Length - at)); break;
                case 2: damaged.Insert(at, Fragments[random.Next(Fragments.Length)]); break;
                case 3: damaged[at] = (char)random.Next(1, 127); break;
                default: damaged.Insert(at, damaged.ToString(at, Math.Min(random.Next(1, 200), damaged.Length - at))); break;
            }
        }

        return damaged.ToString();
    }
}
