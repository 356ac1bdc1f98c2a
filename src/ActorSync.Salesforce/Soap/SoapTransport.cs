using System.Net;
using System.Xml;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Budget;
using ActorSync.Salesforce.Http;
using ActorSync.Salesforce.Session;

namespace ActorSync.Salesforce.Soap;

/// <summary>Sends one SOAP call and says what became of it. The envelope is complete in memory before the first byte leaves.</summary>
/// <param name="reads">What reads are for.</param>
internal sealed class SoapTransport(SalesforceSession session, ApiUse reads = ApiUse.Settle)
{
    private const string XmlType = "text/xml; charset=utf-8";

    /// <summary>The same session, with reads for this.</summary>
    public SoapTransport For(ApiUse use) => new(session, use);

    /// <summary>The operation's answer. An expired session is renewed once and the call made again: that fault comes before execution.</summary>
    public async Task<T> CallAsync<T>(string operation, CallKind kind, SoapCall call, Func<XmlReader, T> read, CancellationToken cancellation)
    {
        SalesforceOptions options = session.Options;
        using RequestDeadline deadline = new(session.Time, kind == CallKind.Write ? options.WriteDeadline : options.ReadDeadline, cancellation);
        AccessToken token = await session.GetAsync(cancellation);
        (SyncFault? fault, T? answer) = await TryAsync(operation, kind, call, read, token, deadline);
        if (SalesforceFaults.IsOfSession(fault))
        {
            token = await session.RenewAsync(token, cancellation);
            (fault, answer) = await TryAsync(operation, kind, call, read, token, deadline);
        }

        return fault is null ? answer! : throw new SalesforceException(fault, operation);
    }

    private async Task<(SyncFault? Fault, T? Answer)> TryAsync<T>(
        string operation, CallKind kind, SoapCall call, Func<XmlReader, T> read, AccessToken token, RequestDeadline deadline)
    {
        using PooledBytes body = new(session.Options.RequestBytesMax);
        try
        {
            SoapRequests.Write(body, token.Secret, call);
        }
        catch (BytesExceededException e)
        {
            return (new SyncFault.Rejected("REQUEST_TOO_LARGE", $"the request has {e.Message}.", FieldNames.None), default);
        }

        ExchangeRequest request = new(operation, kind, HttpMethod.Post, new Uri(token.InstanceUrl, $"/services/Soap/u/{session.Options.ApiVersion}"))
        {
            Body = body,
            ContentType = XmlType,
            WithSoapAction = true,
            Counted = kind == CallKind.Write ? new ApiCall(ApiUse.Write, ApiKind.SoapWrite) : new ApiCall(reads, ApiKind.SoapRead),
            MaySend = kind == CallKind.Write ? session.Options.MaySend : null,
        };
        using ExchangeAnswer answer = await session.SendAsync(request, token, deadline);
        return Interpret(kind, call, read, token, answer);
    }

    private (SyncFault? Fault, T? Answer) Interpret<T>(CallKind kind, SoapCall call, Func<XmlReader, T> read, AccessToken token, ExchangeAnswer answer)
    {
        try
        {
            (SoapFault? fault, T? result, ApiUsage? usage) = SoapAnswer.Read(answer.Body, call.Name, read);
            session.Learn(usage ?? answer.Usage);
            if (fault is not null)
            {
                SyncFault refused = SalesforceFaults.OfCall(fault.Code, OneLine.Of(fault.Message, token.Secret), kind);
                session.Learn(refused);
                return (refused, default);
            }

            SoapAnswer.Require(answer.Status == HttpStatusCode.OK, "the status contradicts the content");
            return (null, result);
        }
        catch (Exception e) when (e is XmlException or FormatException or OverflowException or InvalidDataException)
        {
            return (TransportFaults.Unreadable(kind, answer.Status, answer.ContentType, OneLine.Of(e.Message, token.Secret)), default);
        }
    }
}
