using System.Net;
using ActorSync.Configuration;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Configuration;

public sealed class HttpBinderTests
{
    [Fact]
    public void Without_a_word_nothing_listens_and_the_address_is_the_machines_own() =>
        ConfigFixture.Valid(ConfigFixture.Minimal).Node.Http.ShouldBe(new HttpConfig { Port = null, Host = IPAddress.Loopback });

    [Theory]
    [InlineData("port = 8081", 8081, "127.0.0.1")]
    [InlineData("port = 0, host = \"0.0.0.0\"", 0, "0.0.0.0")]
    [InlineData("port = 65535, host = \"::1\"", 65535, "::1")]
    public void A_port_and_an_address_are_taken_as_they_are(string text, int port, string host) =>
        ConfigFixture.Valid($"{ConfigFixture.Minimal}\nactorsync.node.http {{ {text} }}").Node.Http.ShouldBe(new HttpConfig { Port = port, Host = IPAddress.Parse(host) });

    [Theory]
    [InlineData("port", "65536", "\"65536\" is out of range")]
    [InlineData("port", "-1", "\"-1\" is out of range")]
    [InlineData("port", "on", "\"on\" is not a whole number")]
    [InlineData("host", "localhost", "\"localhost\" is not an IP address")]
    [InlineData("host", "1", "\"1\" is not an IP address")]
    public void What_is_no_port_or_address_is_told_with_its_key(string key, string text, string complaint)
    {
        var error = ConfigFixture.Load($"{ConfigFixture.Minimal}\nactorsync.node.http.{key} = {text}").Report.Errors.ShouldHaveSingleItem();
        error.Key.ShouldBe($"actorsync.node.http.{key}");
        error.Message.ShouldBe(complaint);
    }
}
