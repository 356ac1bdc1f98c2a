using ActorSync.OrgSimulator.Bulk;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.OAuth;
using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Streaming;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorSync.OrgSimulator;

/// <summary>A Salesforce org on an HTTP port: OAuth, SOAP partner API, REST, Bulk API 2.0, change events over CometD, a page for people, and faults on demand.</summary>
public sealed class OrgServer : IAsyncDisposable
{
    /// <summary>How long open requests get to end when the server stops; held and hanging ones, connects of streams among them, are cut at once.</summary>
    private static readonly TimeSpan StopWait = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping;
    private readonly OrgServices _services;
    private int _disposed;

    private OrgServer(WebApplication app, OrgServices services, CancellationTokenSource stopping)
    {
        _app = app;
        _services = services;
        _stopping = stopping;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        Url = new Uri(addresses!.Addresses.First());
    }

    /// <summary>Base address, for example <c>http://127.0.0.1:38211/</c>.</summary>
    public Uri Url { get; }

    /// <summary>The org behind the address.</summary>
    public OrgModel Model => _services.Model;

    /// <summary>Consumer key for OAuth.</summary>
    public string ClientId => _services.Credentials.ClientId;

    /// <summary>Consumer secret for OAuth.</summary>
    public string ClientSecret => _services.Credentials.ClientSecret;

    /// <summary>Refresh token for OAuth.</summary>
    public string RefreshToken => _services.Credentials.RefreshToken;

    /// <summary>User name for SOAP login() up to version 64 and for the password grant.</summary>
    public string UserName => _services.Credentials.UserName;

    /// <summary>Password that goes with <see cref="UserName"/>.</summary>
    public string Password => _services.Credentials.Password;

    /// <summary>Faults and holds of this server's calls.</summary>
    public OrgFaults Faults => _services.Faults;

    /// <summary>API requests counted against the daily allowance so far.</summary>
    public int RequestsUsed => _services.Usage.Used;

    /// <summary>Streaming clients that the server knows now.</summary>
    public int StreamsOpen => _services.Streams?.Clients.Count ?? 0;

    /// <summary>Most API requests in any window of the allowance so far, those of other applications included.</summary>
    public int RequestsPeak => _services.Usage.Peak;

    /// <summary>Forgets the API requests so far, as if a day had passed without any.</summary>
    public void ForgetRequests() => _services.Usage.Clear();

    /// <summary>Other applications of the org make so many API requests, at most what is left.</summary>
    public void UseRequests(int requests) => _services.Usage.Spend(requests);

    /// <summary>Ends every session, as an administrator could.</summary>
    public void ExpireSessions() => _services.Sessions.RevokeAll();

    /// <summary>Forgets all streaming clients, as a restart of the streaming hosts does: each is told 403::Unknown client and shakes hands again.</summary>
    public void ForgetStreams() => _services.Streams?.Clients.ForgetAll();

    /// <summary>Starts a server and returns once it accepts connections.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    /// <exception cref="ArgumentException">The certificate is none, or not of an RSA key.</exception>
    /// <exception cref="Org.SchemaFiles.OrgSchemaException">The objects file cannot be read or has errors; the message names each.</exception>
    public static async Task<OrgServer> StartAsync(OrgServerOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        var stopping = new CancellationTokenSource();
        var services = Services(options, stopping.Token);
        var app = Build(options);
        app.Run(new OrgRouter(services).HandleAsync);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch
        {
            await app.DisposeAsync();
            stopping.Dispose();
            throw;
        }

        return new OrgServer(app, services, stopping);
    }

    /// <summary>Stops listening, cuts held and hanging requests, ends the runs of Bulk jobs where they are, and frees the port.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync();
        using (var wait = new CancellationTokenSource(StopWait, TimeProvider.System))
        {
            await _app.StopAsync(wait.Token);
        }

        await _services.Bulk.StoppedAsync();
        await _services.Queries.StoppedAsync();
        if (_services.Streams is { } streams)
        {
            // The org may live on without this server and its faults.
            streams.Log.Publishing = null;
        }

        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private static OrgServices Services(OrgServerOptions options, CancellationToken stopping)
    {
        var model = options.Model ?? OrgModels.Make(options);
        var credentials = new OrgCredentials(options.ClientId, options.ClientSecret, options.RefreshToken, model.IntegrationUser.Username, options.Password)
        {
            AssertionKey = options.JwtCertificate is { } pem ? AssertionKeys.Of(pem) : null,
        };
        var sessions = new OrgSessions(model.OrganizationId, options.Seed, options.Clock, options.SessionIdleMax);
        var usage = new ApiUsage(options.RequestsPerDayMax, options.RequestsWindow, options.Clock);
        var faults = new OrgFaults(options.Seed, options.Clock);
        var limits = new CallLimits(options.RequestLimit, options.LockWait);
        var pipeline = new CallPipeline(faults, sessions, usage, options.Clock, limits, stopping);
        var writes = new OrgWrites(model);
        var batches = new ApiUsage(options.BulkBatchesPerDayMax, options.Clock);
        var points = new RunFaults(faults, options.Clock, stopping);
        var runner = new BulkRunner(model, writes, faults, points, batches, new BulkPace(options.BulkChunkTime, options.LockWait), options.Clock, stopping);
        var jobs = new BulkJobs(runner, options.Seed, options.BulkUploadBytesMax, options.Clock);
        var queries = new QueryJobs(new QueryRunner(model, faults, points, options.BulkChunkTime, options.Clock, stopping), options.Clock);
        return new OrgServices(model, writes, sessions, credentials, usage, faults, pipeline, jobs, batches, options.Clock)
        {
            Queries = queries,
            Streams = Streams(options, model, faults),
        };
    }

    private static StreamServices? Streams(OrgServerOptions options, OrgModel model, OrgFaults faults)
    {
        if (options.ChangeEvents is not { } recorded)
        {
            return null;
        }

        var log = model.RecordChangeEvents(recorded with { Seed = options.Seed });
        log.Publishing = change => StreamEndpoint.Publish(faults, change);
        var limits = new StreamLimits(options.StreamConnectTimeout, options.StreamIdleMax, options.StreamClientsMax);
        return new StreamServices(log, new StreamClients(log, limits, options.Seed, options.Clock), new ChangeEventJson(options.StreamNamesNulledFields));
    }

    private static WebApplication Build(OrgServerOptions options)
    {
        // The empty builder reads no environment, no settings file and logs nothing: an org in a test must not depend on its surroundings.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBody.BytesMax;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(options.Address, options.Port);
        });
        return builder.Build();
    }

    /// <summary>Leaves Ctrl-C and signals to the process that embeds the server.</summary>
    private sealed class EmbeddedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
