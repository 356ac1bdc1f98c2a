using ActorSync.Salesforce.Http;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Http;

public sealed class PooledBytesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(300_000)]
    public async Task Bytes_come_back_as_written_over_segment_borders(int length)
    {
        byte[] sent = new byte[length];
        new Random(7).NextBytes(sent);
        using PooledBytes bytes = new(length);
        foreach (byte[] part in sent.Chunk(1_000))
        {
            bytes.Write(part);
        }

        using PooledBytes copy = new(length);
        await copy.FillAsync(bytes, CancellationToken.None);
        copy.Length.ShouldBe(length);
        copy.Segments().SelectMany(segment => segment.ToArray()).SequenceEqual(sent).ShouldBeTrue();
    }

    [Fact]
    public void Bound_is_kept()
    {
        using PooledBytes bytes = new(10);
        bytes.Write(new byte[10]);
        Should.Throw<BytesExceededException>(() => bytes.Write(new byte[1]));
    }
}
