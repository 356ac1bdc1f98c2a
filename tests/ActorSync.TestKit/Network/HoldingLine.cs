using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ActorSync.TestKit.Network;

/// <summary>
/// A network between a client and a server on this machine that keeps one request on its way: its bytes have left the client and reach the server when the test says so, whatever has become of
/// the client. Everything else passes as it comes.
/// </summary>
public sealed class HoldingLine : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly IPEndPoint _to;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _text;
    private readonly Task _accepting;
    private int _taken;

    private HoldingLine(IPEndPoint to, string text)
    {
        (_to, _text) = (to, text);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where the line begins.</summary>
    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Completes when the request is on the line.</summary>
    public Task Arrived => _arrived.Task;

    /// <summary>Opens a line to a server of this machine.</summary>
    /// <param name="server">Where the line ends.</param>
    /// <param name="text">The first request that contains this, in one piece, is held.</param>
    public static HoldingLine To(Uri server, string text)
    {
        ArgumentNullException.ThrowIfNull(server);
        return new HoldingLine(new IPEndPoint(IPAddress.Loopback, server.Port), text);
    }

    /// <summary>Lets the request go on to the server.</summary>
    public void Release() => _released.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _listener.Stop();
        await _accepting;
        _closed.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_closed.Token)));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        using (client)
        {
            try
            {
                client.NoDelay = true;
                await server.ConnectAsync(_to, _closed.Token);
                await Task.WhenAll(PumpAsync(client, server, watched: true), PumpAsync(server, client, watched: false));
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
            {
                // One end went away, or the line is closed.
            }
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, bool watched)
    {
        try
        {
            var (source, target, buffer) = (from.GetStream(), to.GetStream(), new byte[BufferBytes]);
            while (await source.ReadAsync(buffer, _closed.Token) is > 0 and var read)
            {
                if (watched && Encoding.UTF8.GetString(buffer, 0, read).Contains(_text, StringComparison.Ordinal) && Interlocked.Exchange(ref _taken, 1) == 0)
                {
                    _arrived.SetResult();
                    await _released.Task.WaitAsync(_closed.Token);
                }

                await target.WriteAsync(buffer.AsMemory(0, read), _closed.Token);
            }
        }
        catch (Exception error) when (!watched && error is IOException or SocketException)
        {
            // Nobody waits for the answer any more: what is on its way to the server goes on.
            return;
        }

        to.Client.Shutdown(SocketShutdown.Send);
    }
}
