using System.Net;
using System.Net.Http.Headers;
using ActorSync.Domain.Faults;

namespace ActorSync.Salesforce.Http;

/// <summary>
/// A request body that leaves the process at most once. The gate is asked when a connection is open and nothing has been flushed to it
/// (the handler writes the request line and headers into its buffer and flushes them with the first bytes of the body), so a refusal, as every failure before it, is
/// known to have sent nothing. A second attempt by the transport is refused here, whatever the handler's own rules are.
/// </summary>
internal sealed class OnceContent : HttpContent
{
    private readonly PooledBytes body;
    private readonly Func<SyncFault?> gate;
    private int attempts;

    public OnceContent(PooledBytes body, string contentType, Func<SyncFault?> gate)
    {
        this.body = body;
        this.gate = gate;
        Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
    }

    /// <summary>Bytes may have left the process.</summary>
    public bool Started { get; private set; }

    /// <summary>Why the body was not sent; null if it was, or if nobody asked for it yet.</summary>
    public SyncFault? Refusal { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref attempts) > 1)
        {
            throw new SendRefusedException("the transport tried to send a request a second time");
        }

        if (gate() is { } refusal)
        {
            Refusal = refusal;
            throw new SendRefusedException(refusal.Message);
        }

        Started = true;
        foreach (ReadOnlyMemory<byte> segment in body.Segments())
        {
            cancellationToken.ThrowIfCancellationRequested();
            await stream.WriteAsync(segment, cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}

/// <summary>Nothing may be sent (any more).</summary>
internal sealed class SendRefusedException(string message) : Exception(message);
