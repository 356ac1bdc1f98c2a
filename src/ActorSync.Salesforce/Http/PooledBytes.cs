using System.Buffers;

namespace ActorSync.Salesforce.Http;

/// <summary>
/// Bytes of one request or answer in pooled segments, with an upper bound. Written once from the start, then read from the start.
/// As a stream it serves <c>XmlReader</c>, <c>XmlWriter</c> and the JSON reader, none of which then waits for the network.
/// </summary>
internal sealed class PooledBytes(int bytesMax) : Stream
{
    private const int SegmentBytes = 64 * 1024;

    private readonly List<byte[]> segments = [];
    private long written;
    private long readAt;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => written;

    public override long Position
    {
        get => readAt;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, written);
            readAt = value;
        }
    }

    /// <summary>The filled parts of the segments, in order.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Segments()
    {
        long left = written;
        foreach (byte[] segment in segments)
        {
            int filled = (int)Math.Min(left, SegmentBytes);
            yield return segment.AsMemory(0, filled);
            left -= filled;
        }
    }

    /// <summary>Fills itself from a stream to its end.</summary>
    /// <exception cref="BytesExceededException">There are more bytes than the bound.</exception>
    public async Task FillAsync(Stream source, CancellationToken cancellation)
    {
        while (true)
        {
            int count = await source.ReadAsync(FreeSpace(), cancellation);
            if (count == 0)
            {
                return;
            }

            Advance(count);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            Memory<byte> space = FreeSpace();
            int count = Math.Min(space.Length, buffer.Length);
            buffer[..count].CopyTo(space.Span);
            Advance(count);
            buffer = buffer[count..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length && readAt < written)
        {
            int offset = (int)(readAt % SegmentBytes);
            int count = (int)Math.Min(Math.Min(buffer.Length - done, SegmentBytes - offset), written - readAt);
            segments[(int)(readAt / SegmentBytes)].AsSpan(offset, count).CopyTo(buffer[done..]);
            done += count;
            readAt += count;
        }

        return done;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer, offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        foreach (byte[] segment in segments)
        {
            // Requests hold session ids and customers' data: nothing of them is left for the next renter.
            ArrayPool<byte>.Shared.Return(segment, clearArray: true);
        }

        segments.Clear();
        written = readAt = 0;
        base.Dispose(disposing);
    }

    private Memory<byte> FreeSpace()
    {
        if (written == (long)segments.Count * SegmentBytes)
        {
            segments.Add(ArrayPool<byte>.Shared.Rent(SegmentBytes));
        }

        return segments[^1].AsMemory((int)(written % SegmentBytes), SegmentBytes - (int)(written % SegmentBytes));
    }

    private void Advance(int count)
    {
        written += count;
        if (written > bytesMax)
        {
            throw new BytesExceededException(bytesMax);
        }
    }
}

/// <summary>A request or an answer is larger than its bound.</summary>
internal sealed class BytesExceededException(int bytesMax) : Exception($"more than {bytesMax} bytes");
