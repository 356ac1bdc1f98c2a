using System.Globalization;
using System.Text.Json;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.OAuth;
using ActorSync.OrgSimulator.Org.Changes;
using Microsoft.AspNetCore.Http;

namespace ActorSync.OrgSimulator.Streaming;

/// <summary>Change Data Capture over CometD at <c>/cometd/{version}</c>: Bayeux by long polling, with the replay extension. Clients may append the operation to the path.</summary>
internal sealed class StreamEndpoint(OrgServices org, StreamServices streams)
{
    public const string Prefix = "/cometd";

    /// <summary>The surface's name for faults and holds.</summary>
    public const string Api = "stream";

    /// <summary>Gives an event to the log as the faults of this server want it.</summary>
    public static OrgChangeEvent Publish(OrgFaults faults, OrgChangeEvent change)
    {
        var call = new OrgCall(Api, "publish", [change.Definition.Name], change.Transaction.Client, change.RecordIds.Count) { Part = CallPart.Publish };
        return faults.Draw(call).OfType<OrgFault.LoseEvent>().FirstOrDefault() is { } lost
            ? change with { Gap = lost.Overflow ? ChangeGap.Overflow : ChangeGap.Values, Fields = [] }
            : change;
    }

    public async Task HandleAsync(HttpContext http)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            // A client that tries a WebSocket first falls back to long polling on this.
            await Answer.Text(400, "text/plain", "Bayeux messages are POST requests: long polling is the only transport.").SendAsync(http);
            return;
        }

        var body = await RequestBody.ReadAsync(http, StreamLimits.RequestBytesMax);
        List<BayeuxMessage> messages;
        try
        {
            messages = body is null ? [] : BayeuxMessage.ReadAll(body.GetBuffer().AsMemory(0, (int)body.Length));
        }
        catch (JsonException error)
        {
            await Answer.Text(400, "text/plain", $"No Bayeux message: {error.Message}").SendAsync(http);
            return;
        }

        if (messages.Count == 0)
        {
            await Answer.Text(body is null ? 413 : 400, "text/plain", body is null ? StreamErrors.TooLarge : StreamErrors.NoChannel).SendAsync(http);
            return;
        }

        await RunAsync(http, new StreamCalls(org, streams, messages, http.Request.Cookies[StreamCalls.CookieName], http.RequestAborted));
    }

    private async Task RunAsync(HttpContext http, StreamCalls calls)
    {
        var session = BearerToken.Read(http.Request);
        if (Refusal(http.Request.Path) is { } refusal)
        {
            await calls.Fail(refusal).SendAsync(http);
            return;
        }

        if (session.Length == 0)
        {
            await (calls.Fail(StreamErrors.AuthenticationRequired) with { Status = StatusCodes.Status401Unauthorized }).SendAsync(http);
            return;
        }

        var call = new OrgCall(Api, calls.Main.Operation, calls.Objects(), null, 0) { SessionId = session };
        var answering = new CallAnswering(NeedsSession: true, calls.Answer, fault => calls.Fail(StreamErrors.Of(fault))) { Ready = calls.ReadyAsync, IsCounted = false };
        await org.Pipeline.RunAsync(http, call, answering);
    }

    /// <summary>What is wrong with the path; null for nothing.</summary>
    private static string? Refusal(PathString path)
    {
        var parts = path.Value![Prefix.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 0 || !char.IsAsciiDigit(parts[0][0]) ? StreamErrors.NoVersion
            : ApiVersion.Parse(parts[0]) is >= StreamLimits.FirstVersion and <= ApiVersion.Newest ? null
            : StreamErrors.WrongVersion;
    }
}
