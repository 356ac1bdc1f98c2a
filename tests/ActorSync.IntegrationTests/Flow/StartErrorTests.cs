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
    public async Task A_missing_privilege_on_a_mapped_table()
    {
        await using var sync = await RunningSync.PrepareAsync();
        var role = new NpgsqlConnectionStringBuilder(sync.ConnectionString).Database + "_clerk";
        await sync.ExecuteAsync($"create role {role} login password 'clerk'");
        try
        {
            var login = new NpgsqlConnectionStringBuilder(sync.ConnectionString) { Username = role, Password = "clerk" };
            (await FailureAsync(sync, Unreachable, $"actorsync.postgres.url = \"{login}\"")).ShouldContain("permission denied");
        }
        finally
        {
            await sync.ExecuteAsync($"drop role {role}");
        }
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
}
