using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Http;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Http;

/// <summary>The last line of defence: even a transport that repeats requests by itself finds no second body.</summary>
public sealed class OnceContentTests
{
    [Fact]
    public async Task Second_attempt_by_the_transport_gets_nothing()
    {
        using PooledBytes body = Body();
        using OnceContent content = new(body, "text/xml", () => null);
        using MemoryStream first = new();
        using MemoryStream second = new();

        await content.CopyToAsync(first);
        await Should.ThrowAsync<SendRefusedException>(() => content.CopyToAsync(second));

        first.ToArray().ShouldBe([1, 2, 3]);
        second.Length.ShouldBe(0);
        content.Started.ShouldBeTrue();
    }

    [Fact]
    public async Task Refusal_of_the_gate_is_kept_and_nothing_written()
    {
        SyncFault refusal = TransportFaults.NotAllowed();
        using PooledBytes body = Body();
        using OnceContent content = new(body, "text/xml", () => refusal);
        using MemoryStream stream = new();

        await Should.ThrowAsync<SendRefusedException>(() => content.CopyToAsync(stream));

        content.Refusal.ShouldBe(refusal);
        content.Started.ShouldBeFalse();
        stream.Length.ShouldBe(0);
    }

    private static PooledBytes Body()
    {
        PooledBytes body = new(10);
        body.Write([1, 2, 3]);
        return body;
    }
}
