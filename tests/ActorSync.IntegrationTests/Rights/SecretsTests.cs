using System.Text;
using ActorSync.Commands;
using ActorSync.IntegrationTests.Flow;
using ActorSync.OrgSimulator;
using ActorSync.TestKit.Processes;
using ActorSync.TestKit.Seeds;
using ActorSync.TestKit.Time;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Rights;

/// <summary>What a node knows and nobody else may: in no line it prints, in no table it keeps, in nothing the server shows of its sessions.</summary>
public sealed class SecretsTests
{
    private const string ClientSecret = "cs/9f3Kq@consumer";
    private const string RefreshToken = "5Aep861/rt@refresh";

    // How the session ids of the simulator look whoever got them, and every assertion of the JWT bearer flow.
    private const string SessionIds = "!AQ";
    private const string Assertions = "eyJhbG";

    // A process starts slowly on a machine that is busy.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly string[] Known = [GuardedDatabase.Password, ClientSecret, RefreshToken];
    private static readonly string[] Never = [.. Known, .. Known.Select(Uri.EscapeDataString), SessionIds, Uri.EscapeDataString(SessionIds), Assertions];

    private static FlowSettings Settings { get; } = new()
    {
        Org = new OrgServerOptions { ClientSecret = ClientSecret, RefreshToken = RefreshToken, JwtCertificate = TestKey.Certificate },
    };

    [Fact]
    public async Task No_secret_is_in_the_output_the_tables_or_the_sessions_of_a_node_that_meets_trouble()
    {
        await using var guarded = await GuardedDatabase.CreateAsync();
        await using var sync = await RunningSync.PrepareAsync(Settings, guarded.Database, guarded.NodeLogin);
        await sync.UseSecretFilesAsync(ClientSecret);
        await using var node = ChildProcess.StartActorSync(["--verbose", "run", "-c", sync.ConfigFile]);
        await node.LineAsync("mapped: ", Patience);
        await sync.ConvergedAsync();

        // A session that ends, a record that is refused and parked, a connection that is cut.
        sync.Server.ExpireSessions();
        await guarded.AsApplicationAsync("update salesforce.contact set email = 'no address' where sfid = (select min(sfid) from salesforce.contact)");
        await Eventually.HoldsAsync("the record to be parked", async () => await sync.QueryAsync<long>("select count(*) from actorsync.actor where parked") == 1);
        var said = new StringBuilder();
        var parked = await sync.QueryAsync<Guid>("select external_id from actorsync.actor where parked");
        foreach (var command in new[]
        {
            "status", "status --json", $"audit {parked}", $"audit {parked} --json", "parked", "parked --json", "plan", "plan --json", "config check", "config check --json",
        })
        {
            said.AppendLine(await CommandAsync(sync.ConfigFile, ExitCode.Ok, command));
        }

        said.AppendLine(await SessionsAsync(sync)).AppendLine(await TablesAsync(sync));
        said.ToString().ShouldContain("actorsync flow");
        said.ToString().ShouldContain("no address");
        // Whichever loop meets it first, and one of them says nothing; --verbose tells the stack trace too.
        await Eventually.PassesAsync("a loop to tell of a connection that was cut", async () =>
        {
            await guarded.Database.ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{guarded.Node}'");
            node.Output.ShouldContain(line => line.StartsWith("   at ", StringComparison.Ordinal));
        });
        node.Terminate();
        (await node.ExitAsync()).ShouldBe(0);
        ShouldHoldNoSecret(string.Join('\n', node.Output) + said);
    }

    [Fact]
    public async Task No_secret_is_in_what_a_start_that_fails_says()
    {
        await using var guarded = await GuardedDatabase.CreateAsync();
        await using var sync = await RunningSync.PrepareAsync(Settings, guarded.Database, guarded.NodeLogin);
        await sync.UseSecretFilesAsync(ClientSecret);
        var login = new NpgsqlConnectionStringBuilder(guarded.NodeLogin);
        var (host, password) = ($"{login.Host}:{login.Port}/{login.Database}", Uri.EscapeDataString(GuardedDatabase.Password));
        var key = $"{sync.ConfigFile}.pem";
        await File.WriteAllTextAsync(key, TestKey.Pkcs8);
        (string Name, string Configuration)[] starts =
        [
            // The password of another role, of a server that is down, in texts that are no address, and in one with a password that nobody encoded.
            ("password", $"actorsync.postgres.url = \"postgres://{guarded.Node}:x{password}@{host}\""),
            ("down", $"actorsync.postgres.url = \"postgres://{guarded.Node}:{password}@127.0.0.1:1/c\""),
            ("malformed", $"actorsync.postgres.url = \"postgres://{guarded.Node}:{GuardedDatabase.Password}@{host}\""),
            ("string", $"actorsync.postgres.url = \"Host=x;{GuardedDatabase.Password};Password={GuardedDatabase.Password}\""),
            ("secret", $"actorsync.salesforce {{ client-secret-file = null, client-secret = \"{RefreshToken}\" }}"),
            ("token", $"actorsync.salesforce.refresh-token = \"x{RefreshToken}\""),
            ("login", $"actorsync.salesforce.login-url = \"https://user:{Uri.EscapeDataString(ClientSecret)}@example.com\""),
            ("jwt", $"actorsync.salesforce.jwt {{ username = \"nobody@acme.example\", key-file = \"{key}\" }}"),
        ];
        var outputs = new StringBuilder();
        foreach (var (name, configuration) in starts)
        {
            var file = $"{sync.ConfigFile}.{name}";
            var noUrlFile = configuration.StartsWith("actorsync.postgres", StringComparison.Ordinal) ? "actorsync.postgres.url-file = null\n" : "";
            await File.WriteAllTextAsync(file, $"include required(\"{Path.GetFileName(sync.ConfigFile)}\")\n{noUrlFile}{configuration}");
            outputs.AppendLine(await StartAsync(file));
            outputs.AppendLine(await CommandAsync(file, null, "status --json"));
            outputs.AppendLine(await CommandAsync(file, null, "plan"));
            outputs.AppendLine(await CommandAsync(file, null, "config check --json"));
        }

        ShouldHoldNoSecret(outputs.ToString());
        foreach (var told in new[] { "password authentication failed", "127.0.0.1:1", "is not a postgres:// URL", "invalid client credentials", "expired access/refresh token", "holds a user name", "nobody@acme.example" })
        {
            outputs.ToString().ShouldContain(told);
        }
    }

    // What the patterns above look for is what the org hands out.
    [Fact]
    public async Task Sessions_of_the_simulator_look_as_this_test_looks_for_them()
    {
        await using var server = await OrgServer.StartAsync(new OrgServerOptions(), CancellationToken.None);
        using var client = new HttpClient();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials", ["client_id"] = server.ClientId, ["client_secret"] = server.ClientSecret,
        });
        var answer = await client.PostAsync(new Uri(server.Url, "/services/oauth2/token"), form);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(SessionIds);
    }

    private static void ShouldHoldNoSecret(string text)
    {
        foreach (var secret in Never)
        {
            var at = text.IndexOf(secret, StringComparison.Ordinal);
            at.ShouldBe(-1, at < 0 ? "" : $"{secret} in: {text[Math.Max(0, at - 300)..Math.Min(text.Length, at + 50)]}");
        }

        TestKey.ShouldNotBeIn(text);
    }

    // A node limits the memory of the process it runs in: that must not be the tests'.
    private static async Task<string> StartAsync(string configFile)
    {
        await using var node = ChildProcess.StartActorSync(["--verbose", "run", "-c", configFile]);
        await node.ExitAsync();
        return string.Join('\n', node.Output);
    }

    private static async Task<string> CommandAsync(string configFile, ExitCode? expected, string command)
    {
        var file = command.StartsWith("config", StringComparison.Ordinal) ? new[] { configFile } : ["-c", configFile];
        var output = new StringWriter();
        var code = (ExitCode)await CommandLine.RunAsync([.. command.Split(' '), .. file], output, output, Stream.Null, TimeProvider.System, CancellationToken.None);
        if (expected is { } wanted)
        {
            code.ShouldBe(wanted, output.ToString());
        }

        return output.ToString();
    }

    private static async Task<string> SessionsAsync(RunningSync sync) =>
        await sync.QueryAsync<string>("select string_agg(a::text, E'\\n') from pg_stat_activity a where datname = current_database()") ?? "";

    // Every row of every table, whatever its columns are called.
    private static async Task<string> TablesAsync(RunningSync sync)
    {
        var text = new StringBuilder();
        var tables = await sync.ListAsync("select oid::regclass::text from pg_class where relkind = 'r' and relnamespace in ('actorsync'::regnamespace, 'salesforce'::regnamespace)");
        tables.Count.ShouldBeGreaterThan(10);
        foreach (var table in tables)
        {
            text.AppendLine(await sync.QueryAsync<string>($"select string_agg(t::text, E'\\n') from {table} t"));
        }

        return text.ToString();
    }
}
