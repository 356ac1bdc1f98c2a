using System.Globalization;
using System.Xml;
using ActorSync.Salesforce.Http;

namespace ActorSync.Salesforce.Soap;

/// <summary>A SOAP fault as sent.</summary>
/// <param name="Code">The exception code of its detail, else the local part of the fault code.</param>
/// <param name="Message">The exception message of its detail, else the fault string.</param>
internal sealed record SoapFault(string Code, string Message);

/// <summary>
/// Reads answer envelopes. Elements are found by name, in any order and with unknown ones between them, so that newer API versions can add some.
/// Every failure to read is an <see cref="XmlException"/>, <see cref="FormatException"/>, <see cref="OverflowException"/> or <see cref="InvalidDataException"/>.
/// </summary>
internal static class SoapAnswer
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,

        // Old records may hold control characters; one of them must not make a page unreadable.
        CheckCharacters = false,
        CloseInput = false,
    };

    /// <summary>Reads the fault, or the operation's answer by <paramref name="readOperation"/>, and the header's API usage.</summary>
    public static (SoapFault? Fault, T? Answer, ApiUsage? Usage) Read<T>(PooledBytes body, string operation, Func<XmlReader, T> readOperation)
    {
        body.Position = 0;
        using XmlReader xml = XmlReader.Create(body, Settings);
        ApiUsage? usage = null;
        SoapFault? fault = null;
        T? answer = default;
        bool found = false;
        xml.MoveToContent();
        Require(xml.LocalName == "Envelope", "it is no SOAP envelope");
        ForEachChild(xml, part =>
        {
            switch (part.LocalName)
            {
                case "Header":
                    usage = ReadUsage(part);
                    break;
                case "Body":
                    ForEachChild(part, child =>
                    {
                        Require(!found, "it has two answers");
                        found = true;
                        if (child.LocalName == "Fault")
                        {
                            fault = ReadFault(child);
                            return;
                        }

                        Require(child.LocalName == operation + "Response", $"it answers {child.LocalName} instead of {operation}");
                        answer = readOperation(child);
                    });
                    break;
                default:
                    part.Skip();
                    break;
            }
        });
        Require(found, "its body is empty");
        return (fault, answer, usage);
    }

    /// <summary>Calls <paramref name="read"/> at each child element of the present one; it must consume the child. Ends behind the present element.</summary>
    public static void ForEachChild(XmlReader xml, Action<XmlReader> read)
    {
        if (xml.IsEmptyElement)
        {
            xml.Read();
            return;
        }

        xml.Read();
        while (xml.NodeType != XmlNodeType.EndElement)
        {
            Require(!xml.EOF, "it ends early");
            if (xml.NodeType == XmlNodeType.Element)
            {
                read(xml);
            }
            else
            {
                xml.Read();
            }
        }

        xml.Read();
    }

    public static bool IsNil(XmlReader xml) => xml.GetAttribute("nil", SoapRequests.InstanceNamespace) is "true" or "1";

    /// <summary>The text of the present element, null if it is nil.</summary>
    public static string? Text(XmlReader xml)
    {
        if (IsNil(xml))
        {
            xml.Skip();
            return null;
        }

        return xml.ReadElementContentAsString();
    }

    public static string RequiredText(XmlReader xml)
    {
        string name = xml.LocalName;
        return Text(xml) ?? throw new InvalidDataException($"{name} is nil");
    }

    public static bool Boolean(XmlReader xml) => XmlConvert.ToBoolean(RequiredText(xml).Trim());

    public static int Integer(XmlReader xml) => int.Parse(RequiredText(xml), NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);

    public static DateTimeOffset Time(XmlReader xml) =>
        DateTimeOffset.Parse(RequiredText(xml), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    public static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidDataException(otherwise);
        }
    }

    private static SoapFault ReadFault(XmlReader xml)
    {
        string? faultCode = null, faultString = null, exceptionCode = null, exceptionMessage = null;
        ForEachChild(xml, child =>
        {
            switch (child.LocalName)
            {
                case "faultcode":
                    faultCode = child.ReadElementContentAsString();
                    break;
                case "faultstring":
                    faultString = child.ReadElementContentAsString();
                    break;
                case "detail":
                    ForEachChild(child, detail => ForEachChild(detail, field =>
                    {
                        switch (field.LocalName)
                        {
                            case "exceptionCode":
                                exceptionCode = field.ReadElementContentAsString();
                                break;
                            case "exceptionMessage":
                                exceptionMessage = field.ReadElementContentAsString();
                                break;
                            default:
                                field.Skip();
                                break;
                        }
                    }));
                    break;
                default:
                    child.Skip();
                    break;
            }
        });
        string code = exceptionCode ?? faultCode?[(faultCode.LastIndexOf(':') + 1)..] ?? throw new InvalidDataException("its fault has no code");
        return new SoapFault(code.Trim(), exceptionMessage ?? faultString ?? "");
    }

    /// <summary>LimitInfoHeader: current, limit, type; the org's requests are of the type <c>API REQUESTS</c>.</summary>
    private static ApiUsage? ReadUsage(XmlReader xml)
    {
        ApiUsage? usage = null;
        ForEachChild(xml, header =>
        {
            if (header.LocalName != "LimitInfoHeader")
            {
                header.Skip();
                return;
            }

            ForEachChild(header, info =>
            {
                int current = 0, limit = 0;
                string type = "";
                ForEachChild(info, field =>
                {
                    switch (field.LocalName)
                    {
                        case "current":
                            current = Integer(field);
                            break;
                        case "limit":
                            limit = Integer(field);
                            break;
                        case "type":
                            type = RequiredText(field);
                            break;
                        default:
                            field.Skip();
                            break;
                    }
                });
                if (type.StartsWith("API", StringComparison.OrdinalIgnoreCase))
                {
                    usage = new ApiUsage(current, limit);
                }
            });
        });
        return usage;
    }
}
