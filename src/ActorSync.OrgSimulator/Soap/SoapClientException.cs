namespace ActorSync.OrgSimulator.Soap;

/// <summary>The request is not one Salesforce could dispatch: faultcode <c>soapenv:Client</c>, no fault detail of the API's own.</summary>
internal sealed class SoapClientException(string message) : Exception(message);
