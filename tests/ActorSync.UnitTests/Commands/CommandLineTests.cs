using System.Text;
using ActorSync.Commands;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Commands;

public sealed class CommandLineTests
{
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    [Theory]
    [InlineData("run")]
    [InlineData("demo")]
    [InlineData("org")]
    [InlineData("status")]
    [InlineData("audit")]
    [InlineData("parked")]
    [InlineData("failover")]
    [InlineData("retry")]
    [InlineData("skip")]
    [InlineData("edit")]
    [InlineData("node", "list")]
    [InlineData("node", "drain")]
    [InlineData("journal", "list")]
    [InlineData("journal", "archive")]
    [InlineData("config", "check")]
    [InlineData("plan")]
    public async Task Every_command_explains_itself_with_examples_and_exit_codes(params string[] command)
    {
        (await RunAsync([.. command, "--help"])).ShouldBe(ExitCode.Ok);

        var help = _output.ToString();
        help.ShouldContain("Examples:");
        help.ShouldContain($"  actorsync {string.Join(' ', command)}");
        help.ShouldContain("Exit codes:");
        _error.ToString().ShouldBeEmpty();
    }

    [Fact]
    public async Task Help_documents_every_exit_code()
    {
        await RunAsync("--help");

        var words = _output.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Enum.GetValues<ExitCode>().Select(code => ((int)code).ToString(System.Globalization.CultureInfo.InvariantCulture)).ShouldAllBe(code => words.Contains(code));
    }

    [Fact]
    public async Task The_option_of_the_demos_node_is_hidden()
    {
        await RunAsync("run", "--help");

        _output.ToString().ShouldNotContain("--exit-with-stdin");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("run")]
    [InlineData("status")]
    [InlineData("status", "-c", "a.conf", "--postgres", "postgres://a@b/c")]
    [InlineData("audit", "--postgres", "postgres://a@b/c")]
    [InlineData("audit", "not-a-uuid", "--postgres", "postgres://a@b/c")]
    [InlineData("parked", "not-a-uuid", "--postgres", "postgres://a@b/c")]
    [InlineData("retry", "--postgres", "postgres://a@b/c")]
    [InlineData("skip", "not-a-uuid", "--postgres", "postgres://a@b/c")]
    [InlineData("edit", "6f1c9a52-6f0e-4c0e-9d0a-0f6a8f0f6c11", "--postgres", "postgres://a@b/c")]
    [InlineData("demo", "--records", "5")]
    [InlineData("node", "drain", "--postgres", "postgres://a@b/c")]
    [InlineData("node", "drain", "node-1", "--wait=long", "--postgres", "postgres://a@b/c")]
    [InlineData("status", "--postgres", "mysql://a@b/c")]
    [InlineData("org", "--host", "here")]
    [InlineData("journal", "archive", "--before", "2026-09-01", "--postgres", "postgres://a@b/c")]
    [InlineData("journal", "archive", "--before", "last week", "--to", "/tmp", "--postgres", "postgres://a@b/c")]
    public async Task A_wrong_command_line_is_exit_code_2_and_says_why(params string[] arguments)
    {
        (await RunAsync(arguments)).ShouldBe(ExitCode.Usage);

        _error.ToString().ShouldStartWith("actorsync: ");
        _error.ToString().ShouldNotContain("   at ");
        _output.ToString().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_missing_configuration_file_is_exit_code_3_for_run_status_and_check()
    {
        (await RunAsync("run", "-c", "missing.conf")).ShouldBe(ExitCode.Configuration);
        (await RunAsync("status", "-c", "missing.conf")).ShouldBe(ExitCode.Configuration);
        (await RunAsync("config", "check", "missing.conf", "--json")).ShouldBe(ExitCode.Configuration);

        _error.ToString().ShouldContain("missing.conf");
        System.Text.Json.JsonDocument.Parse(_output.ToString()).RootElement.GetProperty("valid").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task The_stack_trace_is_shown_only_when_asked_for()
    {
        await RunAsync("status", "--postgres", "postgres://a:b@127.0.0.1:1/c");
        _error.ToString().ShouldNotContain("   at ");

        await RunAsync("status", "--postgres", "postgres://a:b@127.0.0.1:1/c", "--verbose");
        _error.ToString().ShouldContain("   at ");
    }

    private async Task<ExitCode> RunAsync(params string[] arguments) =>
        (ExitCode)await CommandLine.RunAsync(arguments, new StringWriter(_output), new StringWriter(_error), Stream.Null, TimeProvider.System, CancellationToken.None);
}
