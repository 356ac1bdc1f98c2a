using ActorSync.Salesforce;
using ActorSync.Salesforce.Session;
using ActorSync.Salesforce.Soap;

namespace ActorSync.IntegrationTests.Salesforce;

/// <summary>
/// A sign-in that works and whatever a test wants for the rest. Each sign-in gives another token (<c>00D!t1</c>, <c>00D!t2</c> ...).
/// </summary>
internal sealed class StubOrg : IAsyncDisposable
{
    public const string Secret = "the+client/secret";
    private int signIns;

    public StubOrg(Func<Arrival, Reply> script, SalesforceOptions? options = null, TimeProvider? time = null)
    {
        Server = new RawServer(arrival => arrival.Path == "/services/oauth2/token" ? SignIn() : script(arrival));
        Session = new SalesforceSession(
            new SalesforceCredentials.ClientCredentials(Server.Url, "key", Secret), options ?? new SalesforceOptions(), time ?? TimeProvider.System);
        Soap = new SoapClient(Session);
    }

    public RawServer Server { get; }

    public SalesforceSession Session { get; }

    public SoapClient Soap { get; }

    public int SignIns => signIns;

    public static IReadOnlyList<SoapRecord> OneAccount { get; } =
        [new SoapRecord("001000000000001AAA", new Dictionary<string, string?> { ["Name"] = "Acme" }, SoapRecord.NoParents)];

    public static Reply Updated { get; } =
        Envelope("<updateResponse><result><id>001000000000001AAA</id><success>true</success></result></updateResponse>");

    public static Reply.Answer Envelope(string body, int status = 200) => new(
        status,
        "text/xml; charset=utf-8",
        $"""<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:sobject.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>""");

    public static Reply.Answer Fault(string code, string message) => Envelope(
        $"""<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring><detail><sf:UnexpectedErrorFault xmlns:sf="urn:fault.partner.soap.sforce.com" xsi:type="sf:UnexpectedErrorFault"><sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>{message}</sf:exceptionMessage></sf:UnexpectedErrorFault></detail></soapenv:Fault>""",
        status: 500);

    public Task<IReadOnlyList<WriteResult>> UpdateAsync(CancellationToken cancellation = default) =>
        Soap.UpdateAsync("Account", OneAccount, "actorsync/1", cancellation);

    public async ValueTask DisposeAsync()
    {
        Session.Dispose();
        await Server.DisposeAsync();
    }

    private Reply.Answer SignIn()
    {
        int number = Interlocked.Increment(ref signIns);
        return new Reply.Answer(
            200, "application/json;charset=UTF-8", $$"""{"access_token":"00D!t{{number}}","instance_url":"{{Server.Url.OriginalString}}","id":"x","token_type":"Bearer","issued_at":"1278448832702","signature":"x"}""");
    }
}
