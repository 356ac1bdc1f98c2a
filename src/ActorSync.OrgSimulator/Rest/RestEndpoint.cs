using System.Globalization;
using ActorSync.OrgSimulator.Bulk;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.OAuth;
using ActorSync.OrgSimulator.Org;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace ActorSync.OrgSimulator.Rest;

/// <summary>The REST API under <c>/services/data</c>.</summary>
internal sealed class RestEndpoint(OrgServices org)
{
    public const string Prefix = "/services/data";

    private readonly RestRoutes _routes = new(org);

    public async Task HandleAsync(HttpContext http)
    {
        var body = await ReadBodyAsync(http);
        RestRequest request;
        RestAction action;
        try
        {
            request = Read(http, body ?? throw RestErrors.TooLong);
            action = _routes.Find(request);
        }
        catch (OrgFaultException fault)
        {
            await Stamp(RestErrors.Write(fault)).SendAsync(http);
            return;
        }

        var call = new OrgCall(action.Api, action.Operation, action.Types, request.Options.Client, action.Records) { SessionId = request.Options.SessionId };
        var answering = new CallAnswering(action.NeedsSession, s => Stamp(action.Effect(s)), f => Stamp(RestErrors.Write(f))) { Locked = action.Locked };
        await org.Pipeline.RunAsync(http, call, answering);
    }

    /// <returns>Null when the body is too long.</returns>
    private static Task<MemoryStream?> ReadBodyAsync(HttpContext http)
    {
        if (!BulkResources.IsUpload(http.Request.Method, http.Request.Path.Value!))
        {
            return RequestBody.ReadAsync(http);
        }

        // The server's own limit is for all other requests, and would close the connection instead of answering.
        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        return RequestBody.ReadAsync(http, BulkLimits.BodyBytesMax);
    }

    private Answer Stamp(Answer answer) => answer with
    {
        Headers =
        [
            .. answer.Headers,
            new("Sforce-Limit-Info", string.Create(CultureInfo.InvariantCulture, $"api-usage={org.Usage.Used}/{org.Usage.PerDayMax}")),
        ],
    };

    private static RestRequest Read(HttpContext http, MemoryStream body)
    {
        // The raw target keeps %2F inside an external id apart from the path's own slashes.
        var target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var path = target.Split('?')[0];
        var segments = path[Prefix.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToList();
        var version = segments.Count > 0 ? Version(segments[0]) : 0;
        var query = http.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var method = http.Request.Method == "POST" && query.GetValueOrDefault("_HttpMethod") is { Length: > 0 } over ? over.ToUpperInvariant() : http.Request.Method;
        var batch = Option(http.Request.Headers["Sforce-Query-Options"].ToString(), "batchSize");
        var options = new RestOptions(
            Option(http.Request.Headers["Sforce-Call-Options"].ToString(), "client"),
            int.TryParse(batch, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) ? rows : null,
            BearerToken.Read(http.Request),
            http.Request.ContentType)
        {
            AutoAssign = http.Request.Headers["Sforce-Auto-Assign"].ToString().Trim(),
            SaveDuplicates = "true".Equals(Option(http.Request.Headers["Sforce-Duplicate-Rule-Header"].ToString(), "allowSave"), StringComparison.OrdinalIgnoreCase),
        };
        return new RestRequest(method, version, [.. segments.Skip(1)], query, body.GetBuffer().AsMemory(0, (int)body.Length), options);
    }

    /// <summary>Reads a request line of a composite: a path under this endpoint with its query.</summary>
    public static RestRequest Read(string method, string url, ReadOnlyMemory<byte> body, RestOptions options)
    {
        var parts = url.Split('?', 2);
        if (!parts[0].StartsWith($"{Prefix}/", StringComparison.Ordinal))
        {
            throw RestErrors.NoResource;
        }

        var segments = parts[0][Prefix.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToList();
        var query = QueryHelpers.ParseQuery(parts.Length > 1 ? parts[1] : "").ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return new RestRequest(method.ToUpperInvariant(), Version(segments[0]), [.. segments.Skip(1)], query, body, options);
    }

    private static int Version(string segment) => ApiVersion.Parse(segment) switch
    {
        { } version when segment.StartsWith('v') && version is >= ApiVersion.Oldest and <= ApiVersion.Newest => version,
        { } version when segment.StartsWith('v') && version < ApiVersion.Oldest =>
            throw new OrgFaultException("UNSUPPORTED_API_VERSION", $"API version {version}.0 is no longer supported; this org speaks {ApiVersion.Oldest}.0 to {ApiVersion.Newest}.0"),
        _ => throw RestErrors.NoResource,
    };

    /// <summary><c>client=my-sync/1.0, defaultNamespace=x</c>: the value behind a name.</summary>
    private static string? Option(string header, string name)
    {
        foreach (var part in header.Split([',', ';'], StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith($"{name}=", StringComparison.OrdinalIgnoreCase))
            {
                return part[(name.Length + 1)..];
            }
        }

        return null;
    }
}
