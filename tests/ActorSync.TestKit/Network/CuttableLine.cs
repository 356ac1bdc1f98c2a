using System.Net;
using System.Net.Sockets;

namespace ActorSync.TestKit.Network;

/// <summary>
/// A network between a client and a server on this machine: bytes pass as they come until it is cut, in one of two ways. <see cref="Cut"/>: every connection is reset and new ones are refused.
/// <see cref="BlackHole"/>: nothing passes and nobody is told, as when packets vanish; what is sent meanwhile never arrives. <see cref="Mend"/> ends both.
/// Who is called finds the caller's own address in the Host header, as behind a real forwarder that does not look into what it carries.
/// </summary>
public sealed class CuttableLine : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;
    private const int Backlog = 512;

    private readonly Lock _gate = new();
    private readonly IPEndPoint _address;
    private readonly HashSet<Carried> _open = [];
    private readonly List<Task> _accepting = [];
    private IPEndPoint _to;
    private TcpListener? _listener;
    private TaskCompletionSource? _hole;
    private int _accepted;

    private CuttableLine(IPEndPoint to, TcpListener listener)
    {
        (_to, _listener, _address) = (to, listener, (IPEndPoint)listener.LocalEndpoint);
        _accepting.Add(AcceptAsync(listener));
    }

    /// <summary>Where the line begins.</summary>
    public Uri Url => new($"http://127.0.0.1:{_address.Port}");

    /// <summary>TCP port of 127.0.0.1 where the line begins.</summary>
    public int Port => _address.Port;

    /// <summary>Connections made so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Opens a line to a server of this machine.</summary>
    public static CuttableLine To(Uri server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return new CuttableLine(EndPoint(server), Listen(0));
    }

    /// <summary>Connections made from now on go to another server, or to another port of the same.</summary>
    public void Redirect(Uri server)
    {
        ArgumentNullException.ThrowIfNull(server);
        lock (_gate)
        {
            _to = EndPoint(server);
        }
    }

    /// <summary>Resets every connection and refuses new ones.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _listener?.Stop();
            _listener = null;
            ResetAll(_ => true);
            LeaveHole();
        }
    }

    /// <summary>Lets everything vanish: connections stay open and silent, a server does not learn that its client has died, and new connections are not answered (but for the first two,
    /// which are silent as well). Does nothing to a line that is cut.</summary>
    public void BlackHole()
    {
        lock (_gate)
        {
            if (_listener is not { } listener || _hole is not null)
            {
                return;
            }

            _hole = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            listener.Server.Listen(0); // once the queue is full the kernel drops what knocks
            foreach (var carried in _open)
            {
                carried.IsLost = true;
            }
        }
    }

    /// <summary>Lets connections be made again, at the same address. Those that were in a black hole are reset: nobody between the ends remembers them.</summary>
    public void Mend()
    {
        lock (_gate)
        {
            if (_listener is null)
            {
                _listener = Listen(_address.Port);
                _accepting.Add(AcceptAsync(_listener));
            }
            else if (_hole is not null)
            {
                while (_listener.Pending())
                {
                    Reset(_listener.AcceptTcpClient());
                }

                _listener.Server.Listen(Backlog);
                ResetAll(carried => carried.IsLost);
                LeaveHole();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        await Task.WhenAll(_accepting);
    }

    private static IPEndPoint EndPoint(Uri server) => new(IPAddress.Loopback, server.Port);

    private static TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        // The port must be had again at once, whatever is left of the connections that were reset.
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start(Backlog);
        return listener;
    }

    private void LeaveHole()
    {
        _hole?.TrySetResult();
        _hole = null;
    }

    private void ResetAll(Func<Carried, bool> which)
    {
        foreach (var carried in _open.Where(which).ToArray())
        {
            Reset(carried.Client);
            Reset(carried.Server);
            _open.Remove(carried);
        }
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref _accepted);
                if (Swallow(client) is { } mended)
                {
                    await mended;
                    continue;
                }

                _ = CarryAsync(client);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }
    }

    /// <returns>Null where there is no black hole.</returns>
    private Task? Swallow(TcpClient client)
    {
        lock (_gate)
        {
            if (_hole is null)
            {
                return null;
            }

            _open.Add(new Carried(client, new TcpClient()) { IsLost = true });
            return _hole.Task;
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        var carried = new Carried(client, new TcpClient { NoDelay = true });
        try
        {
            client.NoDelay = true;
            if (Keep(carried) is not { } to)
            {
                return;
            }

            await carried.Server.ConnectAsync(to);
            await Task.WhenAll(PumpAsync(carried, carried.Client, carried.Server), PumpAsync(carried, carried.Server, carried.Client));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Nobody is there, or the line was cut.
            Reset(client);
        }
        finally
        {
            Forget(carried);
        }
    }

    /// <returns>Where to; null when the line was cut since the connection was made.</returns>
    private IPEndPoint? Keep(Carried carried)
    {
        lock (_gate)
        {
            if (_listener is null)
            {
                Reset(carried.Client);
                return null;
            }

            carried.IsLost = _hole is not null;
            _open.Add(carried);
            return _to;
        }
    }

    // What is lost in a black hole stays open until that ends: neither side may learn of the other.
    private void Forget(Carried carried)
    {
        lock (_gate)
        {
            if (!carried.IsLost || !_open.Contains(carried))
            {
                _open.Remove(carried);
                carried.Client.Dispose();
                carried.Server.Dispose();
            }
        }
    }

    private static async Task PumpAsync(Carried carried, TcpClient from, TcpClient to)
    {
        try
        {
            var (source, target, buffer) = (from.GetStream(), to.GetStream(), new byte[BufferBytes]);
            while (await source.ReadAsync(buffer) is > 0 and var read)
            {
                if (!carried.IsLost)
                {
                    await target.WriteAsync(buffer.AsMemory(0, read));
                }
            }

            if (!carried.IsLost)
            {
                to.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // One end went away, or the line was cut: so goes the other, whose pump may be waiting.
            if (!carried.IsLost)
            {
                Reset(from);
                Reset(to);
            }
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

    private sealed class Carried(TcpClient client, TcpClient server)
    {
        private volatile bool _isLost;

        public TcpClient Client => client;

        public TcpClient Server => server;

        public bool IsLost
        {
            get => _isLost;
            set => _isLost = value;
        }
    }
}
