using ActorSync.IntegrationTests.Salesforce;
using ActorSync.TestKit.Network;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.TestKit;

/// <summary>The network that tests cut.</summary>
public sealed class CuttableLineTests : IAsyncLifetime
{
    private readonly RawServer _server = new(arrival => arrival.Path == "/hang" ? new Reply.Hang() : new Reply.Answer(200, "text/plain", "here"));
    private readonly HttpClient _http = new();
    private CuttableLine _line = null!;

    public Task InitializeAsync()
    {
        _line = CuttableLine.To(_server.Url);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _line.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task What_passes_is_what_was_sent() => (await _http.GetStringAsync(_line.Url)).ShouldBe("here");

    [Fact]
    public async Task A_cut_ends_what_waits_refuses_what_comes_and_is_mended_at_the_same_address()
    {
        var address = _line.Url;
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.OnArrival = _ => arrived.TrySetResult();
        var waiting = _http.GetStringAsync(new Uri(address, "/hang"));
        await arrived.Task.WaitAsync(Eventually.DefaultMax, TimeProvider.System);

        _line.Cut();
        await Should.ThrowAsync<HttpRequestException>(waiting);
        await Should.ThrowAsync<HttpRequestException>(_http.GetStringAsync(address));

        _line.Mend();
        (await _http.GetStringAsync(address)).ShouldBe("here");
        _line.Url.ShouldBe(address);
    }

    [Fact]
    public async Task In_a_black_hole_nobody_is_told_anything_and_what_was_sent_into_it_never_arrives()
    {
        var paths = new List<string>();
        _server.OnArrival = arrival => { lock (paths) { paths.Add(arrival.Path); } };
        (await _http.GetStringAsync(_line.Url)).ShouldBe("here");

        _line.BlackHole();
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        string[] lost = ["/old-connection", "/second", "/third", "/fourth"];
        await Task.WhenAll(lost.Select(path => Should.ThrowAsync<OperationCanceledException>(_http.GetStringAsync(new Uri(_line.Url, path), patience.Token))));
        _line.Mend();

        (await _http.GetStringAsync(new Uri(_line.Url, "/after"))).ShouldBe("here");
        lock (paths)
        {
            paths.ShouldBe(["/", "/after"]);
        }
    }

    [Fact]
    public async Task A_line_leads_to_the_server_it_was_last_given()
    {
        await using var other = new RawServer(_ => new Reply.Answer(200, "text/plain", "there"));
        _line.Cut();
        _line.Redirect(other.Url);
        _line.Mend();
        (await _http.GetStringAsync(_line.Url)).ShouldBe("there");
    }
}
