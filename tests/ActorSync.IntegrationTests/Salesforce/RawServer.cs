using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ActorSync.IntegrationTests.Salesforce;

/// <summary>One request as it arrived.</summary>
internal sealed record Arrival(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The SOAP operation, or the path of anything else.</summary>
    public string Operation => Path.StartsWith("/services/Soap", StringComparison.Ordinal) ? Body.Split("Body><")[1].Split('>', ' ')[0] : Path;
}

/// <summary>What the server does with a request that it has read to its end.</summary>
internal abstract record Reply
{
    public sealed record Answer(int Status, string ContentType, string Text) : Reply
    {
        /// <summary>Closes the connection after the answer without having said so, as an idle timeout does.</summary>
        public bool ThenClose { get; init; }

        public string? Header { get; init; }

        public byte[]? Bytes { get; init; }
    }

    /// <summary>Closes without an answer; with a reset instead of an orderly end if asked.</summary>
    public sealed record Close(bool Reset = false) : Reply;

    /// <summary>Promises more bytes than it sends, then closes.</summary>
    public sealed record HalfAnswer : Reply;

    /// <summary>Never answers.</summary>
    public sealed record Hang : Reply;
}

/// <summary>An HTTP/1.1 server on a raw socket, so that a test decides what happens to a connection at every point and counts what really arrives.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Func<Arrival, Reply> script;
    private readonly Func<TcpClient, Task<Stream>> open;
    private readonly ConcurrentQueue<Arrival> arrivals = new();
    private readonly ConcurrentBag<Task> connections = [];
    private readonly Task accepting;
    private int torn;
    private int accepted;

    public RawServer(Func<Arrival, Reply> script, Func<TcpClient, Task<Stream>>? open = null)
    {
        this.script = script;
        this.open = open ?? (client => Task.FromResult<Stream>(client.GetStream()));
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    public IReadOnlyList<Arrival> Arrivals => [.. arrivals];

    /// <summary>Connections that ended in the middle of a request: some bytes came, but not all.</summary>
    public int Torn => torn;

    public int Accepted => accepted;

    /// <summary>Called on arrival of each request, before the reply.</summary>
    public Action<Arrival>? OnArrival { get; set; }

    /// <summary>Called when a connection has ended, whoever ended it.</summary>
    public Action? OnClosed { get; set; }

    public int Count(string operation) => arrivals.Count(arrival => arrival.Operation == operation);

    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        await stopping.CancelAsync();
        await accepting;
        listener.Stop();
        await Task.WhenAll(connections);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync(stopping.Token);
                Interlocked.Increment(ref accepted);
                connections.Add(Task.Run(() => ServeAsync(client)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await using Stream stream = await open(client);
                while (await ReadAsync(stream) is { } arrival && await ReplyAsync(client, stream, script(arrival)))
                {
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or System.Security.Authentication.AuthenticationException)
        {
        }
        finally
        {
            OnClosed?.Invoke();
        }
    }

    private async Task<bool> ReplyAsync(TcpClient client, Stream stream, Reply reply)
    {
        switch (reply)
        {
            case Reply.Answer answer:
                byte[] body = answer.Bytes ?? Encoding.UTF8.GetBytes(answer.Text);
                string extra = answer.Header is null ? "" : answer.Header + "\r\n";
                await WriteAsync(stream, $"HTTP/1.1 {answer.Status} X\r\nContent-Type: {answer.ContentType}\r\nContent-Length: {body.Length}\r\n{extra}\r\n");
                await stream.WriteAsync(body, stopping.Token);
                return !answer.ThenClose;
            case Reply.HalfAnswer:
                await WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n<soapenv:Envelope");
                return false;
            case Reply.Close close:
                if (close.Reset)
                {
                    client.LingerState = new LingerOption(enable: true, seconds: 0);
                }

                return false;
            default:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping.Token);
                return false;
        }
    }

    private async Task WriteAsync(Stream stream, string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), stopping.Token);

    private async Task<Arrival?> ReadAsync(Stream stream)
    {
        List<byte> head = [];
        byte[] one = new byte[1];
        while (!EndsHead(head))
        {
            if (await ReadOrEndAsync(stream, one) == 0)
            {
                Interlocked.Add(ref torn, head.Count > 0 ? 1 : 0);
                return null;
            }

            head.Add(one[0]);
        }

        string[] lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines[1..])
        {
            headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }

        byte[] body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        if (await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, stopping.Token) < body.Length)
        {
            Interlocked.Increment(ref torn);
            return null;
        }

        Arrival arrival = new(lines[0].Split(' ')[0], lines[0].Split(' ')[1], headers, Encoding.UTF8.GetString(body));
        arrivals.Enqueue(arrival);
        OnArrival?.Invoke(arrival);
        return arrival;
    }

    private async Task<int> ReadOrEndAsync(Stream stream, byte[] buffer)
    {
        try
        {
            return await stream.ReadAsync(buffer, stopping.Token);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static bool EndsHead(List<byte> head) => head.Count >= 4 && head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n';
}
