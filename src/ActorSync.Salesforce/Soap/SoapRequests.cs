using System.Globalization;
using System.Text;
using System.Xml;
using ActorSync.Domain.Mapping;

namespace ActorSync.Salesforce.Soap;

/// <summary>Writes the request envelopes. Elements come in the order of the partner WSDL, whose types are sequences.</summary>
internal static class SoapRequests
{
    public const string EnvelopeNamespace = "http://schemas.xmlsoap.org/soap/envelope/";
    public const string PartnerNamespace = "urn:partner.soap.sforce.com";
    public const string ObjectNamespace = "urn:sobject.partner.soap.sforce.com";
    public const string InstanceNamespace = "http://www.w3.org/2001/XMLSchema-instance";

    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),

        // A carriage return in a value would otherwise be read as a line feed.
        NewLineHandling = NewLineHandling.Entitize,
        CheckCharacters = true,
        CloseOutput = false,
    };

    /// <summary>Writes a whole envelope around one operation.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="sessionId">The access token.</param>
    /// <param name="call">The operation with its headers.</param>
    public static void Write(Stream output, string sessionId, SoapCall call)
    {
        using XmlWriter xml = XmlWriter.Create(output, Settings);
        xml.WriteStartElement("soapenv", "Envelope", EnvelopeNamespace);
        xml.WriteAttributeString("xmlns", PartnerNamespace);
        xml.WriteAttributeString("xmlns", "sf", null, ObjectNamespace);
        xml.WriteStartElement("Header", EnvelopeNamespace);
        WriteHeader(xml, "SessionHeader", "sessionId", sessionId);
        if (call.Client is not null)
        {
            WriteHeader(xml, "CallOptions", "client", call.Client);
        }

        if (call.Options is { } options)
        {
            WriteOptionHeaders(xml, options);
        }

        if (call.QueryRows is { } rows)
        {
            WriteHeader(xml, "QueryOptions", "batchSize", rows.ToString(CultureInfo.InvariantCulture));
        }

        xml.WriteEndElement();
        xml.WriteStartElement("Body", EnvelopeNamespace);
        xml.WriteStartElement(call.Name, PartnerNamespace);
        call.WriteChildren(xml);
        xml.WriteEndDocument();
    }

    public static void Records(XmlWriter xml, string objectName, IEnumerable<SoapRecord> records)
    {
        foreach (SoapRecord record in records)
        {
            Record(xml, objectName, record);
        }
    }

    public static void Ids(XmlWriter xml, IEnumerable<string> ids)
    {
        foreach (string id in ids)
        {
            Element(xml, "ids", id);
        }
    }

    public static void Element(XmlWriter xml, string name, string value) => xml.WriteElementString(name, PartnerNamespace, value);

    public static void Element(XmlWriter xml, string name, DateTimeOffset value) =>
        Element(xml, name, value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    /// <summary>sObject is the sequence type, fieldsToNull*, Id, any*. An empty value is null to Salesforce and is written as such.</summary>
    private static void Record(XmlWriter xml, string objectName, SoapRecord record)
    {
        xml.WriteStartElement("sObjects", PartnerNamespace);
        xml.WriteElementString("type", ObjectNamespace, objectName);
        foreach ((string name, string? value) in record.Fields)
        {
            if (string.IsNullOrEmpty(value))
            {
                xml.WriteElementString("fieldsToNull", ObjectNamespace, name);
            }
        }

        if (record.Id is not null)
        {
            xml.WriteElementString("Id", ObjectNamespace, record.Id);
        }

        foreach ((string name, string? value) in record.Fields)
        {
            if (!string.IsNullOrEmpty(value))
            {
                xml.WriteElementString(name, ObjectNamespace, value);
            }
        }

        foreach ((string relationship, ParentByExternalId parent) in record.Parents)
        {
            xml.WriteStartElement(relationship, ObjectNamespace);
            xml.WriteElementString("type", ObjectNamespace, parent.ObjectName);
            xml.WriteElementString(parent.FieldName, ObjectNamespace, parent.Value);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    /// <summary>Only what is asked for: without its header Salesforce runs no assignment rule, refuses duplicates and refuses texts that are too long.</summary>
    private static void WriteOptionHeaders(XmlWriter xml, WriteOptions options)
    {
        // Of rule id and useDefaultRule one is given, never both.
        if (options.AssignmentRuleId is { } rule)
        {
            WriteHeader(xml, "AssignmentRuleHeader", "assignmentRuleId", rule);
        }
        else if (options.DefaultAssignmentRule)
        {
            WriteHeader(xml, "AssignmentRuleHeader", "useDefaultRule", "true");
        }

        if (options.TruncateTexts)
        {
            WriteHeader(xml, "AllowFieldTruncationHeader", "allowFieldTruncation", "true");
        }

        if (options.SaveDuplicates)
        {
            // The WSDL wants all three; the last two say what holds without this header.
            xml.WriteStartElement("DuplicateRuleHeader", PartnerNamespace);
            Element(xml, "allowSave", "true");
            Element(xml, "includeRecordDetails", "false");
            Element(xml, "runAsCurrentUser", "false");
            xml.WriteEndElement();
        }
    }

    private static void WriteHeader(XmlWriter xml, string header, string child, string value)
    {
        xml.WriteStartElement(header, PartnerNamespace);
        Element(xml, child, value);
        xml.WriteEndElement();
    }
}

/// <summary>One operation with its headers.</summary>
/// <param name="Name">Element name of the operation, such as <c>upsert</c>.</param>
/// <param name="WriteChildren">Writes the operation's parameters.</param>
internal sealed record SoapCall(string Name, Action<XmlWriter> WriteChildren)
{
    /// <summary>Origin of a write.</summary>
    public string? Client { get; init; }

    /// <summary>What is asked for beside an upsert or update; null: nothing.</summary>
    public WriteOptions? Options { get; init; }

    /// <summary>Page size of a query.</summary>
    public int? QueryRows { get; init; }
}
