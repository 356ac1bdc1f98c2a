using System.Text.RegularExpressions;
using ActorSync.Commands;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Commands;

public sealed partial class OrgCommandTests
{
    [Fact]
    public async Task The_org_prints_what_a_client_needs_serves_its_page_and_ends_when_stopped()
    {
        using var stop = new CancellationTokenSource();
        using var output = new WatchedWriter();
        var error = new StringWriter();
        var org = CommandLine.RunAsync(["org", "--records", "20"], output, error, Stream.Null, TimeProvider.System, stop.Token);
        await Task.WhenAny(output.Flushed, org).WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);

        var text = output.ToString();
        text.ShouldContain("client id");
        text.ShouldContain("client secret");
        text.ShouldContain("integration@actorsync.example");
        text.ShouldContain("password");
        using (var http = new HttpClient())
        {
            (await http.GetStringAsync(new Uri(Url().Match(text).Value))).ShouldContain("Account");
        }

        await stop.CancelAsync();
        (await org).ShouldBe((int)ExitCode.Ok);
        error.ToString().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_missing_objects_file_is_named()
    {
        var runner = new CommandRunner();

        (await runner.RunAsync("org", "--objects", "missing.json")).ShouldBe(ExitCode.Configuration);

        runner.Error.ShouldContain("missing.json does not exist");
    }

    [GeneratedRegex(@"http://\S+")]
    private static partial Regex Url();

    /// <summary>Tells when the command has printed all of its first message.</summary>
    private sealed class WatchedWriter : StringWriter
    {
        private readonly TaskCompletionSource _flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Flushed => _flushed.Task;

        public override Task FlushAsync()
        {
            _flushed.TrySetResult();
            return Task.CompletedTask;
        }
    }
}
