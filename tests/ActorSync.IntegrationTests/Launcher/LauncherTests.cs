using ActorSync.TestKit.Processes;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Launcher;

/// <summary>The launcher against a stand-in for dotnet: what it calls, when it builds, what it passes on.</summary>
public sealed class LauncherTests : IDisposable
{
    private readonly LauncherFixture _clone = new();

    public void Dispose() => _clone.Dispose();

    [Fact]
    public async Task Arguments_and_exit_code_pass_through_unchanged()
    {
        var (code, output) = await RunAsync(_clone.Start("status", "--json", "two words", "*"));

        code.ShouldBe(7);
        output.ShouldContain("program got: status --json two words *");
    }

    [Fact]
    public async Task It_works_from_another_folder_and_through_links()
    {
        Directory.CreateSymbolicLink(_clone["linked"], _clone["clone"]);
        File.CreateSymbolicLink(_clone["first"], "linked/actorsync");
        File.CreateSymbolicLink(_clone["home/second"], "../first");

        var (code, output) = await RunAsync(_clone.StartFrom(_clone["home/second"], "/", "x"));

        code.ShouldBe(7);
        output.ShouldContain("program got: x");
        Directory.Exists(_clone["clone/.actorsync"]).ShouldBeTrue();
    }

    [Fact]
    public async Task It_builds_once_and_again_when_a_source_changed_was_added_or_removed()
    {
        await RunAsync(_clone.Start("x"));
        await RunAsync(_clone.Start("x"));
        _clone.Builds.ShouldBe(1);

        _clone.Write("clone/src/ActorSync/Program.cs", "return 1;");
        await RunAsync(_clone.Start("x"));
        _clone.Builds.ShouldBe(2);

        _clone.Write("clone/src/ActorSync/New.cs", "");
        await RunAsync(_clone.Start("x"));
        File.Delete(_clone["clone/src/ActorSync/New.cs"]);
        await RunAsync(_clone.Start("x"));
        _clone.Builds.ShouldBe(4);
    }

    // The tests were built from changed sources; then the change is taken back. What lies there is not what the first stamp says.
    [Fact]
    public async Task A_change_taken_back_after_another_build_is_built_again()
    {
        _clone.SetResults("One.UnitTests", 1, 0, 0, 0);
        _clone.SetResults("Two.IntegrationTests", 1, 0, 0, 0);
        await RunAsync(_clone.Start("x"));
        _clone.Write("clone/src/ActorSync/Program.cs", "return 1;");
        await RunAsync(_clone.Start("test"));
        _clone.Write("clone/src/ActorSync/Program.cs", "return 0;");

        await RunAsync(_clone.Start("x"));

        _clone.Builds.ShouldBe(3);
    }

    [Fact]
    public async Task Two_launchers_at_once_build_once()
    {
        var first = _clone.Start("x");
        var second = _clone.Start("x");

        (await RunAsync(first)).Code.ShouldBe(7);
        (await RunAsync(second)).Code.ShouldBe(7);
        _clone.Builds.ShouldBe(1);
    }

    [Fact]
    public async Task A_failed_build_shows_its_errors_and_is_tried_again()
    {
        _clone.Write("broken", "");
        var (code, output) = await RunAsync(_clone.Start("x"));
        File.Delete(_clone["broken"]);

        code.ShouldBe(1);
        output.ShouldContain("error CS0001: broken");
        (await RunAsync(_clone.Start("x"))).Code.ShouldBe(7);
    }

    [Fact]
    public async Task A_signal_reaches_the_program_itself()
    {
        await using var launcher = _clone.Start("wait");
        await launcher.LineAsync($"^pid {launcher.Id}$");

        launcher.Terminate();

        (await launcher.ExitAsync()).ShouldBe(128 + 15);
    }

    [Fact]
    public async Task A_home_in_which_dotnet_was_never_used_stays_untouched()
    {
        await RunAsync(_clone.Start("x"));

        Directory.EnumerateFileSystemEntries(_clone["home"]).ShouldBe([_clone["home/x"]]);
    }

    [Fact]
    public async Task The_last_line_sums_all_test_projects()
    {
        _clone.SetResults("One.UnitTests", passed: 40, failed: 0, skipped: 1, exitCode: 0);
        _clone.SetResults("Two.IntegrationTests", passed: 2, failed: 0, skipped: 0, exitCode: 0);

        var (code, output) = await RunAsync(_clone.Start("test"));

        code.ShouldBe(0);
        output.ShouldContain("42 passed, 0 failed, 1 skipped");
    }

    [Theory]
    [InlineData(5, 1, 1, "7 passed, 1 failed, 0 skipped")]
    [InlineData(5, 0, 134, "7 passed, 0 failed, 0 skipped")] // the test host crashed
    public async Task A_failure_or_a_crash_in_any_project_fails_the_run(int passed, int failed, int exitCode, string summary)
    {
        _clone.SetResults("One.UnitTests", passed, failed, 0, exitCode);
        _clone.SetResults("Two.IntegrationTests", 2, 0, 0, 0);

        var (code, output) = await RunAsync(_clone.Start("test"));

        code.ShouldBe(1);
        output.ShouldContain(summary);
        output.ShouldContain("  Failed Two [1 ms]");
        output.ShouldNotContain("  Passed One [1 ms]");
    }

    [Fact]
    public async Task No_test_at_all_is_a_failure()
    {
        _clone.SetResults("One.UnitTests", 0, 0, 0, 0);
        _clone.SetResults("Two.IntegrationTests", 0, 0, 0, 0);

        var (code, output) = await RunAsync(_clone.Start("test", "Misspelt"));

        code.ShouldBe(1);
        output.ShouldContain("0 passed, 0 failed, 0 skipped");
        File.ReadAllText(_clone["calls"]).ShouldContain("--filter FullyQualifiedName~Misspelt ");
    }

    [Fact]
    public async Task A_test_run_that_is_stopped_takes_its_processes_along()
    {
        _clone.Write("hang", "");
        await using var launcher = _clone.Start("test");
        var host = (await launcher.LineAsync("^host ", TimeSpan.FromMinutes(1)))["host ".Length..];

        launcher.Terminate();

        (await launcher.ExitAsync()).ShouldBe(130);
        Directory.Exists($"/proc/{host}").ShouldBeFalse();
    }

    private static async Task<(int Code, IReadOnlyList<string> Output)> RunAsync(ChildProcess launcher)
    {
        await using (launcher)
        {
            var code = await launcher.ExitAsync(Eventually.DefaultMax);
            return (code, launcher.Output);
        }
    }
}
