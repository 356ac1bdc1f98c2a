using System.Globalization;
using System.Xml;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soap;

/// <summary>SOAP faults: always HTTP 500, code <c>sf:CODE</c>, text <c>CODE: message</c>, and a typed detail whose element order is the WSDL's.</summary>
internal static class SoapFault
{
    /// <summary>What a real org says to an expired or foreign session; REST says less.</summary>
    private const string InvalidSession =
        "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session hash: simulator\nThis error usually occurs after a session expires or a user logs out.";

    public static Answer Write(OrgFaultException fault)
    {
        var message = fault.ExceptionCode == "INVALID_SESSION_ID" ? InvalidSession : fault.Message;
        return Envelope($"sf:{fault.ExceptionCode}", $"{fault.ExceptionCode}: {message}", xml => WriteDetail(xml, fault, message));
    }

    /// <summary>For requests that no operation could be found for.</summary>
    public static Answer Client(string message) => Envelope("soapenv:Client", message, null);

    private static Answer Envelope(string code, string text, Action<XmlWriter>? detail) => SoapXml.Write(500, xml =>
    {
        xml.WriteStartElement("soapenv", "Envelope", SoapXml.Envelope);
        xml.WriteAttributeString("xmlns", "soapenv", null, SoapXml.Envelope);
        xml.WriteAttributeString("xmlns", "sf", null, SoapXml.Fault);
        xml.WriteAttributeString("xmlns", "xsi", null, SoapXml.SchemaInstance);
        xml.WriteStartElement("Body", SoapXml.Envelope);
        xml.WriteStartElement("Fault", SoapXml.Envelope);
        xml.WriteElementString("faultcode", code);
        xml.WriteElementString("faultstring", SoapXml.Clean(text));
        if (detail is not null)
        {
            xml.WriteStartElement("detail");
            detail(xml);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndElement();
    });

    private static void WriteDetail(XmlWriter xml, OrgFaultException fault, string message)
    {
        var type = DetailType(fault.ExceptionCode);
        xml.WriteStartElement("sf", type, SoapXml.Fault);
        xml.WriteAttributeString("type", SoapXml.SchemaInstance, $"sf:{type}");
        xml.WriteElementString("exceptionCode", SoapXml.Fault, fault.ExceptionCode);
        xml.WriteElementString("exceptionMessage", SoapXml.Fault, SoapXml.Clean(message));
        if (IsQueryFault(type))
        {
            // -1 where the fault points at no place of the query; the WSDL wants both.
            xml.WriteElementString("row", SoapXml.Fault, (fault.Row ?? -1).ToString(CultureInfo.InvariantCulture));
            xml.WriteElementString("column", SoapXml.Fault, (fault.Column ?? -1).ToString(CultureInfo.InvariantCulture));
        }

        xml.WriteEndElement();
    }

    private static bool IsQueryFault(string type) => type is "InvalidFieldFault" or "InvalidSObjectFault" or "MalformedQueryFault" or "MalformedSearchFault";

    /// <summary>The detail types of the partner WSDL; every code without a type of its own is an UnexpectedErrorFault.</summary>
    private static string DetailType(string code) => code switch
    {
        "INVALID_LOGIN" or "INVALID_OPERATION_WITH_EXPIRED_PASSWORD" or "LOGIN_MUST_USE_SECURITY_TOKEN" or "PASSWORD_LOCKOUT" or "API_DISABLED_FOR_ORG" => "LoginFault",
        "INVALID_FIELD" => "InvalidFieldFault",
        "INVALID_TYPE" => "InvalidSObjectFault",
        "MALFORMED_QUERY" => "MalformedQueryFault",
        "MALFORMED_SEARCH" => "MalformedSearchFault",
        "MALFORMED_ID" or "INVALID_ID_FIELD" => "InvalidIdFault",
        "INVALID_QUERY_LOCATOR" => "InvalidQueryLocatorFault",
        _ => "UnexpectedErrorFault",
    };
}
