using ActorSync.Salesforce.Session;
using ActorSync.TestKit;
using ActorSync.TestKit.Seeds;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Configuration.ConfigFixture;

namespace ActorSync.UnitTests.Configuration;

/// <summary>The block salesforce.jwt: what it takes, what it needs, and that a key is tried before anything starts.</summary>
public sealed class JwtConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.Create();

    private string Key => _folder["sync.pem"];

    // Without client secret, which this flow does not need.
    private static string WithoutSecret => Minimal.Replace("client-secret = sf-secret", "", StringComparison.Ordinal);

    public JwtConfigTests()
    {
        System.IO.File.WriteAllText(Key, TestKey.Pkcs8);
        _folder.SetMode("sync.pem", UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void User_and_key_are_enough()
    {
        var config = Valid($"{WithoutSecret}\nactorsync.salesforce.jwt {{ username = \"sync@acme.example\", key-file = \"{Key}\" }}");

        config.Salesforce.ClientSecret.ShouldBeNull();
        var credentials = NodeOptions.From(config).Credentials.ShouldBeOfType<SalesforceCredentials.JwtBearer>();
        (credentials.UserName, credentials.KeyFile, credentials.Audience).ShouldBe(("sync@acme.example", Key, "https://example.my.salesforce.com"));
    }

    [Fact]
    public void Audience_can_be_another_than_the_login_url() =>
        NodeOptions.From(Valid($"{Minimal}\nactorsync.salesforce.jwt {{ username = \"sync@acme.example\", key-file = \"{Key}\", audience = \"https://test.salesforce.com/\" }}"))
            .Credentials.ShouldBeOfType<SalesforceCredentials.JwtBearer>().Audience.ShouldBe("https://test.salesforce.com");

    [Fact]
    public void Every_mistake_is_told_at_once()
    {
        System.IO.File.WriteAllText(Key, TestKey.Encrypted);

        ErrorsOf($$"""
            {{WithoutSecret}}
            actorsync.salesforce.refresh-token = sf-refresh
            actorsync.salesforce.jwt.username = sync
            actorsync.salesforce.jwt.key-file = "{{Key}}"
            actorsync.salesforce.jwt.audience = test.salesforce.com
            actorsync.salesforce.jwt.user-name = sync
            """).ShouldBe(
        [
            "conf/my.conf:10: actorsync.salesforce.refresh-token: stands beside the block jwt, and a node signs in by one of them; remove one of the two",
            "conf/my.conf:11: actorsync.salesforce.jwt.username: \"sync\" is no user name of Salesforce, which looks like an e-mail address; write username = \"the user name of the integration user\"",
            $"conf/my.conf:12: actorsync.salesforce.jwt.key-file: {Key} is encrypted, and a node has nobody to ask for the pass phrase; "
                + "decrypt it to a file that only the node may read: openssl pkey -in FILE -out NEW, chmod 600 NEW",
            "conf/my.conf:13: actorsync.salesforce.jwt.audience: is not an https:// address; write https://YOUR-DOMAIN.my.salesforce.com, https://login.salesforce.com or https://test.salesforce.com",
            "conf/my.conf:14: actorsync.salesforce.jwt.user-name: there is no such key; write username",
        ]);
    }

    [Theory]
    [InlineData("username = \"sync@acme.example\"", "actorsync.salesforce.jwt.key-file: is missing, it has no default; write key-file = \"the path of the app's private key in PEM\" in the block actorsync.salesforce.jwt, or set ACTORSYNC_SALESFORCE_JWT_KEY_FILE")]
    [InlineData("key-file = KEY", "actorsync.salesforce.jwt.username: is missing, it has no default; write username = \"the user name of the integration user\" in the block actorsync.salesforce.jwt, or set ACTORSYNC_SALESFORCE_JWT_USERNAME")]
    public void One_of_the_two_keys_needs_the_other(string key, string expected) =>
        ErrorsOfMinimalAnd($"actorsync.salesforce.jwt {{ {key.Replace("KEY", $"\"{Key}\"", StringComparison.Ordinal)} }}").ShouldHaveSingleItem().ShouldEndWith(expected);

    [Fact]
    public void Path_is_relative_to_the_file_it_stands_in_or_to_the_folder_of_the_process()
    {
        var errors = ErrorsOfMinimalAnd("actorsync.salesforce.jwt { username = \"sync@acme.example\", key-file = keys/sync.pem }");
        errors.ShouldHaveSingleItem().ShouldStartWith("conf/my.conf:10: actorsync.salesforce.jwt.key-file: conf/keys/sync.pem does not exist;");

        var loaded = Load(Minimal, ("ACTORSYNC_SALESFORCE_JWT_USERNAME", "sync@acme.example"), ("ACTORSYNC_SALESFORCE_JWT_KEY_FILE", "keys/sync.pem"));
        loaded.Report.Errors.ShouldHaveSingleItem().ToString()
            .ShouldStartWith("environment variable ACTORSYNC_SALESFORCE_JWT_KEY_FILE: actorsync.salesforce.jwt.key-file: keys/sync.pem does not exist;");
    }

    [Fact]
    public void Key_that_all_users_can_read_is_a_warning()
    {
        _folder.SetMode("sync.pem", UnixFileMode.UserRead | UnixFileMode.OtherRead);

        var loaded = Load($"{Minimal}\nactorsync.salesforce.jwt {{ username = \"sync@acme.example\", key-file = \"{Key}\" }}");

        loaded.Config.ShouldNotBeNull();
        loaded.Report.Warnings.ShouldHaveSingleItem().ToString().ShouldBe(
            $"conf/my.conf:10: actorsync.salesforce.jwt.key-file: every user of this machine can read or replace {Key}; chmod 600 {Key}, owned by the user that the node runs as");
    }

    [Fact]
    public void Nothing_of_the_key_is_in_any_report()
    {
        foreach (var text in (string[])[TestKey.Pkcs8, TestKey.Encrypted, TestKey.Pkcs8[..900], TestKey.Pkcs1[..1200] + "\n-----END RSA PRIVATE KEY-----"])
        {
            System.IO.File.WriteAllText(Key, text);
            var loaded = Load($"{Minimal}\nactorsync.salesforce.jwt {{ username = \"sync@acme.example\", key-file = \"{Key}\" }}");
            var said = loaded.Report.ToJson() + loaded.Report.ValuesToText() + loaded.Report.ProblemsToText() + loaded.Config;
            TestKey.ShouldNotBeIn(said);
            text.Split('\n').Where(line => line.Length > 16 && !line.StartsWith('-') && said.Contains(line[..16])).ShouldBeEmpty();
        }
    }
}
