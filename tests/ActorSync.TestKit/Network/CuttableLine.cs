using System.Net;
using System.Net.Sockets;

namespace ActorSync.TestKit.Network;

/// <summary>
/// A network between a client and a server on this machine: bytes pass as they come until it is cut. Then every connection is reset and new ones are refused, until it is mended.
/// Who is called finds the caller's own address in the Host header, as behind a real forwarder that does not look into what it carries.
/// </summary>
public sealed class CuttableLine : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private volatile IPEndPoint _to;
    private readonly IPEndPoint _address;
    private readonly HashSet<TcpClient> _open = [];
    private readonly List<Task> _accepting = [];
    private TcpListener? _listener;
    private int _accepted;

    private CuttableLine(IPEndPoint to, TcpListener listener)
    {
        (_to, _listener, _address) = (to, listener, (IPEndPoint)listener.LocalEndpoint);
        _accepting.Add(AcceptAsync(listener));
    }

    /// <summary>Where the line begins.</summary>
    public Uri Url => new($"http://127.0.0.1:{_address.Port}");

    /// <summary>Connections made so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Opens a line to a server of this machine.</summary>
    public static CuttableLine To(Uri server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return new CuttableLine(new IPEndPoint(IPAddress.Loopback, server.Port), Listen(0));
    }

    /// <summary>Lets what is connected from now on end at another server of this machine.</summary>
    public void LeadTo(Uri server)
    {
        ArgumentNullException.ThrowIfNull(server);
        _to = new IPEndPoint(IPAddress.Loopback, server.Port);
    }

    /// <summary>Resets every connection and refuses new ones.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _listener?.Stop();
            _listener = null;
            foreach (var client in _open)
            {
                Reset(client);
            }

            _open.Clear();
        }
    }

    /// <summary>Lets connections be made again, at the same address.</summary>
    public void Mend()
    {
        lock (_gate)
        {
            if (_listener is null)
            {
                _listener = Listen(_address.Port);
                _accepting.Add(AcceptAsync(_listener));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        await Task.WhenAll(_accepting);
    }

    private static TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        // The port must be had again at once, whatever is left of the connections that were reset.
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start();
        return listener;
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref _accepted);
                _ = CarryAsync(client);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                if (!Keep(client, server))
                {
                    return;
                }

                await server.ConnectAsync(_to);
                await Task.WhenAll(PumpAsync(client, server), PumpAsync(server, client));
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // Nobody is there, or the line was cut.
                Reset(client);
            }
            finally
            {
                lock (_gate)
                {
                    _open.Remove(client);
                    _open.Remove(server);
                }
            }
        }
    }

    /// <returns>False when the line was cut since the connection was made.</returns>
    private bool Keep(TcpClient client, TcpClient server)
    {
        lock (_gate)
        {
            if (_listener is null)
            {
                Reset(client);
                return false;
            }

            _open.Add(client);
            _open.Add(server);
            return true;
        }
    }

    private static async Task PumpAsync(TcpClient from, TcpClient to)
    {
        try
        {
            var (source, target, buffer) = (from.GetStream(), to.GetStream(), new byte[BufferBytes]);
            while (await source.ReadAsync(buffer) is > 0 and var read)
            {
                await target.WriteAsync(buffer.AsMemory(0, read));
            }

            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // One end went away, or the line was cut: so goes the other, whose pump may be waiting.
            Reset(from);
            Reset(to);
        }
    }

    private static void Reset(TcpClient client)
    {
        try
        {
            if (client.Client is { } socket)
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }

        client.Close();
    }
}
