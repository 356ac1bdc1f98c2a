using System.Globalization;
using System.Text;
using System.Xml;
using ActorSync.OrgSimulator.Http;

namespace ActorSync.OrgSimulator.Soap;

/// <summary>Envelopes and the elements all answers are made of: results unprefixed in the partner namespace, record fields with <c>sf:</c>, as the real org writes them.</summary>
internal static class SoapXml
{
    public const string Partner = "urn:partner.soap.sforce.com";
    public const string SObject = "urn:sobject.partner.soap.sforce.com";
    public const string Fault = "urn:fault.partner.soap.sforce.com";
    public const string Envelope = "http://schemas.xmlsoap.org/soap/envelope/";
    public const string SchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";
    public const string ContentType = "text/xml; charset=utf-8";

    private const int AnswerBytesExpected = 16 * 1024;

    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        CheckCharacters = false,
        CloseOutput = false,
    };

    /// <summary>A good answer: header with the API usage, then <c>{operation}Response</c> filled by <paramref name="results"/>.</summary>
    public static Answer Response(string operation, ApiUsage usage, Action<XmlWriter> results) => Write(200, xml =>
    {
        xml.WriteStartElement("soapenv", "Envelope", Envelope);
        xml.WriteAttributeString("xmlns", "soapenv", null, Envelope);
        xml.WriteAttributeString("xmlns", Partner);
        xml.WriteAttributeString("xmlns", "sf", null, SObject);
        xml.WriteAttributeString("xmlns", "xsi", null, SchemaInstance);
        WriteUsage(xml, usage);
        xml.WriteStartElement("Body", Envelope);
        xml.WriteStartElement($"{operation}Response", Partner);
        results(xml);
        xml.WriteFullEndElement();
        xml.WriteEndElement();
        xml.WriteEndElement();
    });

    public static Answer Write(int status, Action<XmlWriter> document)
    {
        var buffer = new MemoryStream(AnswerBytesExpected);
        using (var xml = XmlWriter.Create(buffer, Settings))
        {
            xml.WriteProcessingInstruction("xml", "version=\"1.0\" encoding=\"UTF-8\"");
            document(xml);
        }

        return new Answer(status, ContentType, buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
    }

    /// <summary><c>&lt;name&gt;text&lt;/name&gt;</c> in the partner namespace, without the characters XML 1.0 cannot carry.</summary>
    public static void Text(this XmlWriter xml, string name, string value)
    {
        xml.WriteStartElement(name, Partner);
        xml.WriteString(Clean(value));
        xml.WriteEndElement();
    }

    /// <summary>The text, or xsi:nil.</summary>
    public static void TextOrNil(this XmlWriter xml, string name, string? value)
    {
        if (value is null)
        {
            xml.Nil(name, Partner);
        }
        else
        {
            xml.Text(name, value);
        }
    }

    public static void OptionalText(this XmlWriter xml, string name, string? value)
    {
        if (value is not null)
        {
            xml.Text(name, value);
        }
    }

    public static void Flag(this XmlWriter xml, string name, bool value) => xml.Text(name, value ? "true" : "false");

    public static void Number(this XmlWriter xml, string name, int value) => xml.Text(name, value.ToString(CultureInfo.InvariantCulture));

    public static void Moment(this XmlWriter xml, string name, DateTimeOffset value) => xml.Text(name, WireValue.SoapDateTime(value));

    public static void Nil(this XmlWriter xml, string name, string ns)
    {
        xml.WriteStartElement(name, ns);
        xml.WriteAttributeString("nil", SchemaInstance, "true");
        xml.WriteEndElement();
    }

    public static void Begin(this XmlWriter xml, string name) => xml.WriteStartElement(name, Partner);

    public static void End(this XmlWriter xml) => xml.WriteEndElement();

    public static string Clean(string value)
    {
        foreach (var c in value)
        {
            if (!XmlConvert.IsXmlChar(c) && !char.IsSurrogate(c))
            {
                return string.Concat(value.Where(v => XmlConvert.IsXmlChar(v) || char.IsSurrogate(v)));
            }
        }

        return value;
    }

    private static void WriteUsage(XmlWriter xml, ApiUsage usage)
    {
        xml.WriteStartElement("Header", Envelope);
        xml.Begin("LimitInfoHeader");
        xml.Begin("limitInfo");
        xml.Number("current", usage.Used);
        xml.Number("limit", usage.PerDayMax);
        xml.Text("type", "API REQUESTS");
        xml.End();
        xml.End();
        xml.End();
    }
}
