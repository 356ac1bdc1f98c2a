using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using ActorSync.Configuration;
using ActorSync.Configuration.Hocon;
using ActorSync.TestKit;
using ActorSync.TestKit.Seeds;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Configuration;

/// <summary>reference.conf and <see cref="SyncConfig"/> must name the same keys: a default without a reader, or a property without a default, fails here.</summary>
public sealed class ReferenceConfigTests
{
    private static readonly ImmutableArray<string> Required =
        ["actorsync.postgres.url", "actorsync.salesforce.login-url", "actorsync.salesforce.client-id", "actorsync.salesforce.client-secret"];

    private static readonly ImmutableArray<string> Optional = 
    [
        "actorsync.salesforce.refresh-token", "actorsync.salesforce.jwt.username", "actorsync.salesforce.jwt.key-file", "actorsync.salesforce.jwt.audience",
        "actorsync.salesforce.api-budget.calls-per-day", "actorsync.postgres.url-file", "actorsync.salesforce.client-secret-file", "actorsync.salesforce.refresh-token-file",
        "actorsync.node.http.port",
    ];

    [Fact]
    public void Every_key_has_a_property_and_every_property_a_key()
    {
        var keys = ReferenceKeys().Append("actorsync.mappings");
        keys.Order().ShouldBe(PropertyKeys(typeof(SyncConfig), "actorsync").Order());
    }

    [Fact]
    public void Keys_without_a_default_are_the_required_and_the_optional_ones()
    {
        var (value, problems) = Reference();
        problems.Errors.ShouldBeEmpty();
        NullKeys(value, "").Order().ShouldBe(Required.Concat(Optional).Order());
    }

    [Fact]
    public void Every_key_has_a_comment_and_the_ones_without_default_say_what_they_are()
    {
        var lines = ConfigFixture.Sample("reference.conf").Split('\n').Select(l => l.Trim()).ToArray();
        var undocumented = new List<string>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Contains('=', StringComparison.Ordinal) && !lines[i].StartsWith('#') && !lines[i].Contains("${", StringComparison.Ordinal))
            {
                var comment = string.Join(' ', lines[..i].Reverse().TakeWhile(l => l.StartsWith('#')));
                var isSaid = !lines[i].EndsWith("= null", StringComparison.Ordinal)
                    || comment.Contains("# Required.", StringComparison.Ordinal) || comment.Contains("# Optional.", StringComparison.Ordinal);
                if (comment.Length == 0 || !isSaid)
                {
                    undocumented.Add(lines[i]);
                }
            }
        }

        undocumented.ShouldBeEmpty();
    }

    [Fact]
    public void Reference_alone_lacks_exactly_the_required_keys_and_the_mappings()
    {
        var report = SyncConfigLoader.Load([], new Dictionary<string, string>(), ConfigFixture.Reader()).Report;
        report.Errors.Select(e => e.Key).Order().ShouldBe(Required.Append("actorsync.mappings").Order());
    }

    [Fact]
    public void Two_keys_never_share_an_environment_variable() =>
        ReferenceKeys().GroupBy(ReferenceConfig.VariableOf).Where(g => g.Count() > 1).ShouldBeEmpty();

    [Fact]
    public void Every_key_can_be_set_by_its_environment_variable()
    {
        using var folder = TemporaryFolder.Create();
        File.WriteAllText(folder["key.pem"], TestKey.Pkcs8);
        var byToken = ConfigFixture.Load(ConfigFixture.Minimal, ("ACTORSYNC_SALESFORCE_REFRESH_TOKEN", "sf-refresh"), ("ACTORSYNC_SALESFORCE_API_BUDGET_CALLS_PER_DAY", "50%"), ("ACTORSYNC_NODE_HTTP_PORT", "8081")).Report.Values;
        var byKey = ConfigFixture.Load(
            ConfigFixture.Minimal,
            ("ACTORSYNC_SALESFORCE_JWT_USERNAME", "sync@acme.example"), ("ACTORSYNC_SALESFORCE_JWT_KEY_FILE", folder["key.pem"]),
            ("ACTORSYNC_SALESFORCE_JWT_AUDIENCE", "https://test.salesforce.com")).Report.Values;
        foreach (var (file, text) in new[] { ("url", "postgres://a:b@c/d"), ("secret", "sf-secret"), ("token", "sf-refresh") })
        {
            File.WriteAllText(folder[file], text);
        }

        var byFile = ConfigFixture.Load(
            ConfigFixture.WithoutSecrets,
            ("ACTORSYNC_POSTGRES_URL_FILE", folder["url"]), ("ACTORSYNC_SALESFORCE_CLIENT_SECRET_FILE", folder["secret"]),
            ("ACTORSYNC_SALESFORCE_REFRESH_TOKEN_FILE", folder["token"])).Report.Values;
        var valid = byToken.Concat(byKey).Concat(byFile);
        foreach (var key in ReferenceKeys())
        {
            // A text that no key takes must be complained about under the variable's name, except where any text will do.
            var variable = ReferenceConfig.VariableOf(key);
            var loaded = ConfigFixture.Load(ConfigFixture.Minimal, (variable, "\u0001"));
            var takesAnyText = loaded.Report.IsValid;
            var origins = takesAnyText
                ? loaded.Report.Values.Where(v => v.Key == key).Select(v => v.Origin.Source)
                : loaded.Report.Errors.Where(e => e.Key == key).Select(e => e.Origin.Source);
            origins.ShouldContain($"environment variable {variable}");
            valid.Select(v => v.Key).ShouldContain(key);
        }
    }

    private static ImmutableArray<string> ReferenceKeys()
    {
        var problems = new ConfigProblems();
        var root = new BlockExpression(new(ReferenceConfig.Source, 1), "");
        new HoconIncludes(ConfigFixture.Reader(), problems).Parse(ReferenceConfig.Source, ReferenceConfig.ReadText(), root, []);
        return ReferenceConfig.ValueKeys(root);
    }

    private static (HoconObject Value, ConfigProblems Problems) Reference() =>
        Hocon.HoconFixture.Read(ReferenceConfig.ReadText(), new Dictionary<string, string>());

    private static IEnumerable<string> PropertyKeys(Type type, string path)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var key = $"{path}.{Kebab(property.Name)}";
            var isSection = property.PropertyType.Namespace == typeof(SyncConfig).Namespace
                && property.PropertyType is { IsClass: true } section && section.Name.EndsWith("Config", StringComparison.Ordinal);
            foreach (var inner in isSection ? PropertyKeys(property.PropertyType, key) : [key])
            {
                yield return inner;
            }
        }
    }

    private static string Kebab(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            text.Append(char.IsUpper(c) && text.Length > 0 ? "-" : "").Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    private static IEnumerable<string> NullKeys(HoconValue value, string path) => value switch
    {
        HoconText { IsNull: true } => [path],
        HoconObject block => block.Fields.SelectMany(f => NullKeys(f.Value, path.Length == 0 ? f.Key : $"{path}.{f.Key}")),
        _ => [],
    };
}
