using System.Net;
using System.Text;
using System.Text.Json;
using ActorSync.OrgSimulator;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.OrgSimulator;

public sealed class SimulatorHttpTests
{
    private static async Task<(HttpStatusCode Status, JsonElement Json)> SendAsync(OrgCaller org, HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await org.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.StartsWith('{') || text.StartsWith('[') ? JsonDocument.Parse(text).RootElement.Clone() : default);
    }

    [Fact]
    public async Task A_fault_is_added_counted_listed_and_removed_by_HTTP()
    {
        await using var org = await OrgCaller.StartAsync();
        var (added, rule) = await SendAsync(org, HttpMethod.Post, "/simulator/faults", "{\"kind\":\"error\",\"code\":\"SERVER_UNAVAILABLE\",\"message\":\"later\",\"operation\":\"create\",\"object\":\"Account\",\"count\":3}");
        added.ShouldBe(HttpStatusCode.Created);
        (await org.RestAsync(HttpMethod.Post, "/sobjects/Account", "{\"Name\":\"a\"}")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var (_, list) = await SendAsync(org, HttpMethod.Get, "/simulator/faults");
        list[0].GetProperty("hits").GetInt32().ShouldBe(1);
        (await SendAsync(org, HttpMethod.Delete, $"/simulator/faults/{rule.GetProperty("id").GetInt64()}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await org.RestAsync(HttpMethod.Post, "/sobjects/Account", "{\"Name\":\"a\"}")).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("{}", "\"kind\"")]
    [InlineData("{\"kind\":\"drop\",\"probability\":2}", "\"probability\" must be between 0 and 1")]
    [InlineData("{\"kind\":\"latency\"}", "\"ms\" is missing: milliseconds")]
    [InlineData("{\"kind\":\"drop\",\"opration\":\"create\"}", "\"opration\" is no property of a fault")]
    [InlineData("nonsense", "invalid")]
    public async Task A_wrong_fault_is_told_what_to_write(string body, string message)
    {
        await using var org = await OrgCaller.StartAsync();
        var (status, json) = await SendAsync(org, HttpMethod.Post, "/simulator/faults", body);
        status.ShouldBe(HttpStatusCode.BadRequest);
        json.GetProperty("error").GetString()!.ShouldContain(message);
    }

    [Fact]
    public async Task Arrivals_are_told_from_a_sequence_on()
    {
        await using var org = await OrgCaller.StartAsync();
        await org.CreateAccountAsync("one");
        await org.CreateAccountAsync("two");
        var (_, all) = await SendAsync(org, HttpMethod.Get, "/simulator/arrivals");
        all.GetArrayLength().ShouldBe(2);
        var (_, later) = await SendAsync(org, HttpMethod.Get, $"/simulator/arrivals?since={all[0].GetProperty("sequence").GetInt64()}");
        later.GetArrayLength().ShouldBe(1);
        later[0].GetProperty("after").GetProperty("Name").GetString().ShouldBe("two");
        later[0].GetProperty("operation").GetString().ShouldBe("create");
    }

    [Fact]
    public async Task Two_servers_run_side_by_side_and_free_their_ports()
    {
        await using var first = await OrgCaller.StartAsync();
        var second = await OrgCaller.StartAsync();
        second.Server.Url.Port.ShouldNotBe(first.Server.Url.Port);
        await second.CreateAccountAsync("only here");
        first.AccountNames().ShouldBeEmpty();
        var port = second.Server.Url.Port;
        await second.DisposeAsync();
        await using var again = await OrgServer.StartAsync(new OrgServerOptions { Port = port }, CancellationToken.None);
        again.Url.Port.ShouldBe(port);
    }
}
