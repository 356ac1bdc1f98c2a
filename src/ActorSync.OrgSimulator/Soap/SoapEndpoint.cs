using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using Microsoft.AspNetCore.Http;

namespace ActorSync.OrgSimulator.Soap;

/// <summary>The partner API at <c>/services/Soap/u/{version}[/{orgId}]</c>. The operation is the first element of the body; SOAPAction is not looked at.</summary>
internal sealed class SoapEndpoint(OrgServices org)
{
    public const string Prefix = "/services/Soap/u/";

    private readonly SoapOperations _operations = new(org);

    public async Task HandleAsync(HttpContext http)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.Headers.Allow = "POST";
            await Answer.Text(405, "text/plain", "SOAP calls are POST requests.").SendAsync(http);
            return;
        }

        var body = await RequestBody.ReadAsync(http);
        if (body is null)
        {
            var tooLarge = new OrgFaultException("EXCEEDED_MAX_SIZE_REQUEST", "Maximum size of request reached. Maximum size of request is 52428800 bytes.");
            await SoapFault.Write(tooLarge).SendAsync(http);
            return;
        }

        SoapRequest request;
        CallAnswering answering;
        try
        {
            request = SoapReader.Read(body);
            answering = _operations.Find(request, Version(http.Request.Path), $"{http.Request.Scheme}://{http.Request.Host}");
        }
        catch (SoapClientException error)
        {
            await SoapFault.Client(error.Message).SendAsync(http);
            return;
        }
        catch (OrgFaultException fault)
        {
            await SoapFault.Write(fault).SendAsync(http);
            return;
        }

        await org.Pipeline.RunAsync(http, Describe(request), answering);
    }

    /// <exception cref="OrgFaultException">UNSUPPORTED_API_VERSION.</exception>
    private static int Version(PathString path)
    {
        var segment = path.Value![Prefix.Length..].Split('/')[0];
        return ApiVersion.Parse(segment) is { } version and >= ApiVersion.Oldest and <= ApiVersion.Newest
            ? version
            : throw new OrgFaultException("UNSUPPORTED_API_VERSION", $"Unsupported API version: {segment}; this org speaks {ApiVersion.Oldest}.0 to {ApiVersion.Newest}.0");
    }

    private OrgCall Describe(SoapRequest request)
    {
        IReadOnlyList<string> types = request.Operation switch
        {
            "create" or "update" or "upsert" => CallTypes.OfRecords(request.Records),
            "delete" or "undelete" or "emptyRecycleBin" => CallTypes.OfIds(org.Model.Schema, request.All("ids")),
            "query" or "queryAll" => CallTypes.OfQuery(request.Argument("queryString")),
            _ => request.All("sObjectType"),
        };
        var records = request.Records.Count > 0 ? request.Records.Count : request.All("ids").Count;
        return new OrgCall("soap", request.Operation, types, request.Headers.Client, records)
        {
            SessionId = request.Headers.SessionId,
            Soql = request.Operation is "query" or "queryAll" ? request.Argument("queryString") : null,
        };
    }
}
