using ActorSync.TestKit;
using ActorSync.TestKit.Seeds;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>What stops a node from starting is told in one line, without a stack trace, and with an exit code of its kind.</summary>
public sealed class StartErrorTests
{
    private const int Configuration = 3;
    private const int Unreachable = 4;

    [Fact]
    public async Task A_wrong_password()
    {
        await using var sync = await RunningSync.PrepareAsync();
        var login = new NpgsqlConnectionStringBuilder(sync.ConnectionString) { Password = "wrong" };
        (await FailureAsync(sync, Unreachable, $"actorsync.postgres.url = \"{login}\"")).ShouldContain("password");
    }

    [Fact]
    public async Task An_unreachable_database()
    {
        await using var sync = await RunningSync.PrepareAsync();
        (await FailureAsync(sync, Unreachable, "actorsync.postgres.url = \"postgres://a:b@127.0.0.1:1/c\"")).ShouldContain("postgres.url");
    }

    [Fact]
    public async Task A_database_that_does_not_exist()
    {
        await using var sync = await RunningSync.PrepareAsync();
        var login = new NpgsqlConnectionStringBuilder(sync.ConnectionString) { Database = "nowhere" };
        (await FailureAsync(sync, Unreachable, $"actorsync.postgres.url = \"{login}\"")).ShouldContain("\"nowhere\"");
    }

    [Fact]
    public async Task An_unreachable_org()
    {
        await using var sync = await RunningSync.PrepareAsync();
        (await FailureAsync(sync, Unreachable, "actorsync.salesforce.login-url = \"http://127.0.0.1:1\"")).ShouldContain("127.0.0.1");
    }

    [Fact]
    public async Task A_wrong_client_secret()
    {
        await using var sync = await RunningSync.PrepareAsync();
        var line = await FailureAsync(sync, Configuration, "actorsync.salesforce.client-secret = wrong-secret");
        line.ShouldContain("client");
        line.ShouldNotContain("wrong-secret");
    }

    [Fact]
    public async Task A_key_whose_certificate_the_app_does_not_have()
    {
        await using var sync = await RunningSync.PrepareAsync();
        using var folder = TemporaryFolder.Create();
        await File.WriteAllTextAsync(folder["key.pem"], TestKey.Pkcs8);
        var line = await FailureAsync(sync, Configuration, $$"""actorsync.salesforce.jwt { username = "{{sync.Server.UserName}}", key-file = "{{folder["key.pem"]}}" }""");
        line.ShouldContain($"certificate that belongs to {folder["key.pem"]}");
        TestKey.ShouldNotBeIn(line);
    }

    [Fact]
    public async Task A_missing_external_id_field()
    {
        await using var sync = await RunningSync.PrepareAsync();
        var line = await FailureAsync(sync, Configuration, "actorsync.mapping-defaults.external-id = Missing__c");
        line.ShouldContain("Missing__c");
        line.ShouldContain("Account");
    }

    [Fact]
    public async Task A_missing_field()
    {
        await using var sync = await RunningSync.PrepareAsync();
        (await FailureAsync(sync, Configuration, "actorsync.mappings += { object = Lead, fields = [LastName, Companny] }")).ShouldContain("Companny");
    }

    [Fact]
    public async Task A_login_without_privileges()
    {
        await using var sync = await RunningSync.PrepareAsync();
        await using var clerk = await Clerk.CreateAsync(sync);
        (await FailureAsync(sync, Unreachable, $"actorsync.postgres.url = \"{clerk.Login}\"")).ShouldContain("permission denied");
    }

    [Fact]
    public async Task A_login_without_privileges_on_a_mapped_table()
    {
        await using var sync = await RunningSync.PrepareAsync();
        await using var clerk = await Clerk.CreateAsync(sync);
        await sync.ExecuteAsync($"""
            drop schema actorsync cascade;
            create schema salesforce;
            create table salesforce.account(actorsync_id__c uuid primary key, name varchar(255));
            grant create on database {clerk.Database} to {clerk.Name};
            grant all on schema salesforce to {clerk.Name};
            grant select, insert, update, delete on salesforce.account to {clerk.Name}
            """);
        var line = await FailureAsync(sync, Configuration, $"actorsync.postgres.url = \"{clerk.Login}\"");
        line.ShouldContain("table salesforce.account belongs to ");
    }

    [Fact]
    public async Task A_configuration_with_several_errors_is_told_all_of_them_with_file_and_line()
    {
        await using var sync = await RunningSync.PrepareAsync();
        var lines = await File.ReadAllLinesAsync(sync.ConfigFile);
        await File.AppendAllTextAsync(sync.ConfigFile, """
            actorsync.runtime.shard-count = 3
            actorsync.feed.interval = 200
            actorsync.salesforce.login-ulr = "https://x.example"
            """);
        var node = sync.StartProcess();

        (await node.ExitAsync()).ShouldBe(Configuration);
        foreach (var (key, line) in new[] { ("actorsync.runtime.shard-count", 1), ("actorsync.feed.interval", 2), ("actorsync.salesforce.login-ulr", 3) })
        {
            node.Output.ShouldContain(text => text.Contains($"{sync.ConfigFile}:{lines.Length + line}: {key}", StringComparison.Ordinal), string.Join('\n', node.Output));
        }

        ShouldShowNoStack(node.Output);
    }

    // The one line of failure.
    private static async Task<string> FailureAsync(RunningSync sync, int code, string configuration)
    {
        await File.AppendAllTextAsync(sync.ConfigFile, $"\n{configuration}\n");
        var node = sync.StartProcess();
        (await node.ExitAsync()).ShouldBe(code, string.Join('\n', node.Output));
        ShouldShowNoStack(node.Output);
        return node.Output.Where(line => line.StartsWith("actorsync: ", StringComparison.Ordinal)).ShouldHaveSingleItem();
    }

    private static void ShouldShowNoStack(IReadOnlyList<string> output) =>
        output.Where(line => line.TrimStart().StartsWith("at ", StringComparison.Ordinal) || line.Contains("Exception", StringComparison.Ordinal)).ShouldBeEmpty();

    // A login that may connect and nothing else.
    private sealed class Clerk(RunningSync sync) : IAsyncDisposable
    {
        public string Database { get; } = new NpgsqlConnectionStringBuilder(sync.ConnectionString).Database!;

        public string Name => Database + "_clerk";

        public string Login => new NpgsqlConnectionStringBuilder(sync.ConnectionString) { Username = Name, Password = "clerk" }.ToString();

        public static async Task<Clerk> CreateAsync(RunningSync sync)
        {
            var clerk = new Clerk(sync);
            await sync.ExecuteAsync($"create role {clerk.Name} login password 'clerk'");
            return clerk;
        }

        public async ValueTask DisposeAsync() => await sync.ExecuteAsync($"drop owned by {Name}; drop role {Name}");
    }
}
