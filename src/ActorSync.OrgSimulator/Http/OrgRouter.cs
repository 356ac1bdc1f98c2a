using ActorSync.OrgSimulator.OAuth;
using ActorSync.OrgSimulator.Page;
using ActorSync.OrgSimulator.Rest;
using ActorSync.OrgSimulator.Soap;
using ActorSync.OrgSimulator.Streaming;
using Microsoft.AspNetCore.Http;

namespace ActorSync.OrgSimulator.Http;

/// <summary>Gives each request to its surface by the beginning of its path.</summary>
internal sealed class OrgRouter(OrgServices org)
{
    private readonly SoapEndpoint _soap = new(org);
    private readonly OAuthEndpoint _oauth = new(org);
    private readonly RestEndpoint _rest = new(org);
    private readonly SimulatorEndpoint _simulator = new(org);
    private readonly PageEndpoint _page = new(org);
    private readonly StreamEndpoint? _stream = org.Streams is { } streams ? new StreamEndpoint(org, streams) : null;

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await RouteAsync(http);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The caller went away while its request was read or its answer written; what took effect stays.
            http.Abort();
        }
    }

    private Task RouteAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "/";
        if (path.StartsWith(SoapEndpoint.Prefix, StringComparison.Ordinal))
        {
            return _soap.HandleAsync(http);
        }

        if (path.StartsWith(OAuthEndpoint.Prefix, StringComparison.Ordinal) || path.StartsWith(OAuthEndpoint.IdentityPrefix, StringComparison.Ordinal))
        {
            return _oauth.HandleAsync(http);
        }

        if (path == RestEndpoint.Prefix || path.StartsWith($"{RestEndpoint.Prefix}/", StringComparison.Ordinal))
        {
            return _rest.HandleAsync(http);
        }

        if (path.StartsWith(SimulatorEndpoint.Prefix, StringComparison.Ordinal))
        {
            return _simulator.HandleAsync(http);
        }

        if (_stream is not null && (path == StreamEndpoint.Prefix || path.StartsWith($"{StreamEndpoint.Prefix}/", StringComparison.Ordinal)))
        {
            return _stream.HandleAsync(http);
        }

        if (path == "/" || path.StartsWith(PageEndpoint.Prefix, StringComparison.Ordinal))
        {
            return _page.HandleAsync(http);
        }

        return Answer.Text(404, "text/plain", $"No such resource: {path}").SendAsync(http);
    }
}
