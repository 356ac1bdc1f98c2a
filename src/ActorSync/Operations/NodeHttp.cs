using System.Net;
using System.Net.Sockets;
using ActorSync.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorSync.Operations;

/// <summary>A node's HTTP port: <c>/health/live</c>, <c>/health/ready</c> and <c>/status</c>, for reading only. It answers from before the node's first look at PostgreSQL until it has drained.</summary>
internal sealed class NodeHttp : IAsyncDisposable
{
    private const int ConnectionsMax = 100;
    private const int RequestBytesMax = 8 * 1024;

    /// <summary>How long open requests get to end when the node stops.</summary>
    private static readonly TimeSpan StopWait = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;
    private readonly TimeProvider _clock;

    private NodeHttp(WebApplication app, TimeProvider clock) => (_app, _clock) = (app, clock);

    /// <summary>Opens the port and says in the log where it is.</summary>
    /// <param name="config">The address; null is returned where it has no port.</param>
    /// <param name="health">What the probes are answered with.</param>
    /// <param name="status">The status as JSON; an exception is answered as PostgreSQL not being reachable.</param>
    /// <exception cref="PortException">The address cannot be listened on.</exception>
    public static async Task<NodeHttp?> StartAsync(HttpConfig config, NodeHealth health, Func<CancellationToken, Task<string>> status, TimeProvider clock, SyncLog log, CancellationToken stop)
    {
        if (config.Port is not { } port)
        {
            return null;
        }

        var app = Build(new IPEndPoint(config.Host, port));
        app.Run(context => AnswerAsync(context, health, status));
        try
        {
            await app.StartAsync(stop);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            await app.DisposeAsync();
            throw new PortException(Complaint(config.Host, port, error), error);
        }

        log.Say($"this node answers at {app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()}: /health/live, /health/ready and /status");
        return new NodeHttp(app, clock);
    }

    /// <summary>Frees the port.</summary>
    public async ValueTask DisposeAsync()
    {
        using (var wait = new CancellationTokenSource(StopWait, _clock))
        {
            await _app.StopAsync(wait.Token);
        }

        await _app.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext context, NodeHealth health, Func<CancellationToken, Task<string>> status)
    {
        var (code, body) = (context.Request.Method, context.Request.Path.Value) switch
        {
            (not ("GET" or "HEAD"), _) => (StatusCodes.Status405MethodNotAllowed, Problem("read-only", "write GET")),
            (_, "/health/live") => Of(health.Live),
            (_, "/health/ready") => Of(health.Ready),
            (_, "/status") => await StatusAsync(status, context.RequestAborted),
            _ => (StatusCodes.Status404NotFound, Problem("not-found", "there is /health/live, /health/ready and /status")),
        };
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsync(body + "\n", context.RequestAborted);
    }

    private static (int Code, string Body) Of(HealthAnswer answer) => (answer.Ok ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, Commands.Json.Of(answer));

    // What PostgreSQL says of its trouble is in the log; a stranger learns that there is some.
    private static async Task<(int Code, string Body)> StatusAsync(Func<CancellationToken, Task<string>> status, CancellationToken stop)
    {
        try
        {
            return (StatusCodes.Status200OK, await status(stop));
        }
        catch (Exception error) when (error is Npgsql.NpgsqlException or TimeoutException or OperationCanceledException)
        {
            return (StatusCodes.Status503ServiceUnavailable, Problem("database-unreachable", "PostgreSQL does not answer, or has no engine schema yet"));
        }
    }

    private static string Problem(string status, string message) => Commands.Json.Of(new { Ok = false, Status = status, Message = message });

    private static string Complaint(IPAddress host, int port, Exception error)
    {
        var cause = error.GetBaseException();
        return (cause as SocketException)?.SocketErrorCode == SocketError.AddressNotAvailable
            ? $"node.http.host = {host} cannot be listened on ({cause.Message}): write an address of this machine"
            : $"node.http.port = {port} cannot be listened on at {host} ({cause.Message}): free it, or give this node another port";
    }

    private static WebApplication Build(IPEndPoint address)
    {
        // The empty builder reads no environment and no settings file: the configuration alone says where a node listens.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestBufferSize = RequestBytesMax;
            kestrel.Limits.MaxRequestHeadersTotalSize = RequestBytesMax;
            kestrel.Limits.MaxRequestLineSize = RequestBytesMax;
            kestrel.Listen(address);
        });
        return builder.Build();
    }

    /// <summary>Leaves Ctrl-C and signals to the process.</summary>
    private sealed class EmbeddedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
