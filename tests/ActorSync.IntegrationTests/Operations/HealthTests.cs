using System.Net;
using System.Text.Json;
using ActorSync.Commands;
using ActorSync.IntegrationTests.Flow;
using ActorSync.OrgSimulator.Http;
using ActorSync.TestKit.Network;
using ActorSync.TestKit.Processes;
using ActorSync.TestKit.Time;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Operations;

/// <summary>A node's HTTP port, asked as an orchestrator asks it.</summary>
public sealed class HealthTests : IDisposable
{
    private const string Unreachable = """
        {
          "ok": false,
          "status": "database-unreachable",
          "message": "PostgreSQL does not answer, or has no engine schema yet"
        }

        """;

    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_node_is_live_throughout_and_ready_from_its_first_term_to_its_end_but_not_without_PostgreSQL()
    {
        await using var sync = await RunningSync.PrepareAsync();
        var address = new NpgsqlConnectionStringBuilder(sync.ConnectionString);
        await using var line = CuttableLine.To(new Uri($"http://127.0.0.1:{address.Port}"));
        (address.Host, address.Port) = ("127.0.0.1", line.Url.Port);
        using var signIn = sync.Server.Faults.HoldNext(new CallMatch("token", Api: "oauth"), HoldPoint.OnTheWay);
        var node = sync.StartProcess(settings: [("ACTORSYNC_NODE_HTTP_PORT", "0"), ("ACTORSYNC_POSTGRES_URL", address.ConnectionString)]);
        var url = await AddressAsync(node);

        await signIn.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        await ShouldAnswerAsync(url, ready: "starting");
        signIn.Release();
        await BecomesAsync(url, "ready");
        await Eventually.PassesAsync("the status to be told", async () =>
        {
            using var status = await _http.GetAsync(new Uri(url, "/status"));
            var said = JsonDocument.Parse(await status.Content.ReadAsStringAsync()).RootElement;
            status.StatusCode.ShouldBe(HttpStatusCode.OK, said.ToString());
            said.GetProperty("nodes")[0].GetProperty("name").GetString().ShouldBe("flow");
        });

        line.Cut();
        await BecomesAsync(url, "database-unreachable");
        await Eventually.PassesAsync("the status to be refused", async () =>
        {
            using var status = await _http.GetAsync(new Uri(url, "/status"));
            (status.StatusCode, await status.Content.ReadAsStringAsync()).ShouldBe((HttpStatusCode.ServiceUnavailable, Unreachable));
        });

        line.Mend();
        await BecomesAsync(url, "ready");

        using var write = sync.Server.Faults.HoldNext(new CallMatch("upsert"), HoldPoint.AfterEffect);
        await sync.InsertAccountAsync("Outside");
        await write.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
        node.Terminate();
        await BecomesAsync(url, "draining");
        write.Release();
        (await node.ExitAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_port_is_for_reading_and_knows_three_pages()
    {
        await using var sync = await RunningSync.PrepareAsync();
        var node = sync.StartProcess(settings: [("ACTORSYNC_NODE_HTTP_PORT", "0")]);
        var url = await AddressAsync(node);

        (await _http.GetAsync(new Uri(url, "/health"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await _http.PostAsync(new Uri(url, "/health/live"), null)).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        using var head = new HttpRequestMessage(HttpMethod.Head, new Uri(url, "/health/live"));
        (await _http.SendAsync(head)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_taken_port_is_an_error_that_names_the_key()
    {
        await using var sync = await RunningSync.PrepareAsync();
        var taken = sync.Server.Url.Port;
        var node = sync.StartProcess(settings: [("ACTORSYNC_NODE_HTTP_PORT", $"{taken}")]);

        (await node.ExitAsync()).ShouldBe((int)ExitCode.Configuration);
        node.Output.ShouldHaveSingleItem().ShouldStartWith($"actorsync: node.http.port = {taken} cannot be listened on at 127.0.0.1 (");
    }

    private static async Task<Uri> AddressAsync(ChildProcess node) =>
        new((await node.LineAsync("this node answers at http")).Split(' ').Single(word => word.StartsWith("http", StringComparison.Ordinal)).TrimEnd(':'));

    // An orchestrator that kills what is not live must find it so whatever happens to PostgreSQL.
    private Task BecomesAsync(Uri url, string status) => Eventually.PassesAsync($"the node to be {status}", () => ShouldAnswerAsync(url, status));

    private async Task ShouldAnswerAsync(Uri url, string ready)
    {
        using var live = await _http.GetAsync(new Uri(url, "/health/live"));
        if (live.StatusCode != HttpStatusCode.OK)
        {
            throw new InvalidOperationException($"not live: {await live.Content.ReadAsStringAsync()}");
        }

        using var answer = await _http.GetAsync(new Uri(url, "/health/ready"));
        var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        (answer.StatusCode, said.GetProperty("status").GetString()).ShouldBe((ready == "ready" ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, ready), said.ToString());
    }
}
