using System.Globalization;
using System.Xml;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soap;

/// <summary>
/// Reads a SOAP request in one pass. Only local names count: clients write the partner and sObject namespaces with any prefix, and several
/// (jsforce) put sObject children into the partner namespace.
/// </summary>
internal static class SoapReader
{
    private const string SoapEnvelope = "http://schemas.xmlsoap.org/soap/envelope/";
    private const string SchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = false,
    };

    /// <exception cref="SoapClientException">The text is not a SOAP envelope with an operation in its body.</exception>
    /// <exception cref="OrgFaultException">A record that the whole call fails for.</exception>
    public static SoapRequest Read(Stream body)
    {
        var request = new SoapRequest();
        try
        {
            using var reader = XmlReader.Create(body, Settings);
            ReadEnvelope(reader, request);
        }
        catch (XmlException error)
        {
            throw new SoapClientException($"Error parsing request: {error.Message}");
        }

        return request.Operation.Length > 0 ? request : throw new SoapClientException("Element Body with an operation expected in the request.");
    }

    private static void ReadEnvelope(XmlReader reader, SoapRequest request)
    {
        reader.MoveToContent();
        if (reader.LocalName != "Envelope" || reader.NamespaceURI != SoapEnvelope)
        {
            throw new SoapClientException($"Expected element {{{SoapEnvelope}}}Envelope, found {{{reader.NamespaceURI}}}{reader.LocalName}");
        }

        foreach (var part in Children(reader))
        {
            switch (part)
            {
                case "Header":
                    ReadHeaders(reader, request.Headers);
                    break;
                case "Body":
                    ReadBody(reader, request);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private static void ReadHeaders(XmlReader reader, SoapHeaders headers)
    {
        foreach (var header in Children(reader))
        {
            if (header is not ("SessionHeader" or "CallOptions" or "AllOrNoneHeader" or "AllowFieldTruncationHeader" or "AssignmentRuleHeader" or "DuplicateRuleHeader" or "QueryOptions"))
            {
                reader.Skip();
                continue;
            }

            foreach (var child in Children(reader))
            {
                Set(headers, header, child, ReadText(reader));
            }
        }
    }

    private static void Set(SoapHeaders headers, string header, string child, string value)
    {
        switch (header, child)
        {
            case ("SessionHeader", "sessionId"):
                headers.SessionId = value.Trim();
                break;
            case ("CallOptions", "client"):
                headers.Client = value.Length > 0 ? value : null;
                break;
            case ("AllOrNoneHeader", "allOrNone"):
                headers.AllOrNone = IsTrue(value);
                break;
            case ("AllowFieldTruncationHeader", "allowFieldTruncation"):
                headers.AllowFieldTruncation = IsTrue(value);
                break;
            case ("AssignmentRuleHeader", "assignmentRuleId"):
                headers.AssignmentRuleId = value.Trim() is { Length: > 0 } rule ? rule : null;
                break;
            case ("AssignmentRuleHeader", "useDefaultRule"):
                headers.UseDefaultRule = IsTrue(value);
                break;
            case ("DuplicateRuleHeader", "allowSave"):
                headers.SaveDuplicates = IsTrue(value);
                break;
            case ("QueryOptions", "batchSize") when int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var rows):
                headers.BatchSize = rows;
                break;
            default:
                break;
        }
    }

    private static bool IsTrue(string value) => value.Trim() is "true" or "1";

    private static void ReadBody(XmlReader reader, SoapRequest request)
    {
        foreach (var operation in Children(reader))
        {
            if (request.Operation.Length > 0)
            {
                reader.Skip();
                continue;
            }

            request.Operation = operation;
            foreach (var argument in Children(reader))
            {
                if (argument == "sObjects")
                {
                    request.Records.Add(ReadRecord(reader));
                }
                else
                {
                    request.Arguments.Add(new(argument, ReadText(reader)));
                }
            }
        }
    }

    private static RecordInput ReadRecord(XmlReader reader)
    {
        string type = "";
        string? id = null;
        var fields = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in Children(reader))
        {
            // A nil element leaves its field alone: only fieldsToNull sets null.
            if (IsNil(reader))
            {
                reader.Skip();
                continue;
            }

            var value = ReadValue(reader, name);
            switch (name)
            {
                case "type":
                    type = Text(value).Trim();
                    break;
                case "Id" or "id":
                    id = Text(value) is { Length: > 0 } text ? text : null;
                    break;
                case "fieldsToNull":
                    Add(fields, Text(value), null);
                    break;
                default:
                    Add(fields, name, value);
                    break;
            }
        }

        return new RecordInput(type, id, fields);
    }

    /// <summary>Salesforce calls it an error to name a field both in fieldsToNull and as a value; which one wins must not depend on luck here either.</summary>
    private static void Add(Dictionary<string, object?> fields, string name, object? value)
    {
        if (!fields.TryAdd(name, value))
        {
            throw new OrgFaultException("INVALID_FIELD", $"Duplicate field: {name} is named twice in one sObject, as a value or in fieldsToNull");
        }
    }

    private static string Text(object? value) => value as string ?? "";

    /// <summary>Text, or a parent named by an external id when the element has children.</summary>
    private static object ReadValue(XmlReader reader, string name)
    {
        if (reader.IsEmptyElement)
        {
            reader.Read();
            return "";
        }

        reader.Read();
        var text = ReadRun(reader);
        if (reader.NodeType == XmlNodeType.EndElement)
        {
            reader.Read();
            return text;
        }

        var parent = ReadParent(reader, name);
        reader.Read();
        return parent;
    }

    private static ParentReference ReadParent(XmlReader reader, string relationship)
    {
        string? type = null;
        KeyValuePair<string, string>? key = null;
        foreach (var child in Siblings(reader))
        {
            if (IsNil(reader))
            {
                reader.Skip();
            }
            else if (child == "type")
            {
                type = ReadText(reader).Trim();
            }
            else if (key is null)
            {
                key = new(child, ReadText(reader));
            }
            else
            {
                throw new OrgFaultException("INVALID_FIELD", $"More than 1 field provided in an external foreign key reference in entity: {type ?? relationship}");
            }
        }

        return key is { } found
            ? new ParentReference(type, found.Key, found.Value)
            : throw new OrgFaultException("INVALID_FIELD", $"No field provided in the external foreign key reference {relationship}");
    }

    private static bool IsNil(XmlReader reader) => reader.HasAttributes && reader.GetAttribute("nil", SchemaInstance) is "true" or "1";

    /// <summary>The element's text; the text of children is skipped. The reader stands behind the element afterwards.</summary>
    private static string ReadText(XmlReader reader)
    {
        if (reader.IsEmptyElement)
        {
            reader.Read();
            return "";
        }

        reader.Read();
        var text = ReadRun(reader);
        while (reader.NodeType != XmlNodeType.EndElement)
        {
            reader.Skip();
        }

        reader.Read();
        return text;
    }

    /// <summary>Adjacent text, CDATA and whitespace.</summary>
    private static string ReadRun(XmlReader reader)
    {
        string text = "";
        while (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
        {
            text = text.Length == 0 ? reader.Value : text + reader.Value;
            reader.Read();
        }

        return text;
    }

    /// <summary>Local names of the child elements; the caller must consume each element before the next is asked for.</summary>
    private static IEnumerable<string> Children(XmlReader reader)
    {
        if (reader.IsEmptyElement)
        {
            reader.Read();
            yield break;
        }

        reader.Read();
        foreach (var child in Siblings(reader))
        {
            yield return child;
        }

        reader.Read();
    }

    private static IEnumerable<string> Siblings(XmlReader reader)
    {
        while (!reader.EOF && reader.MoveToContent() != XmlNodeType.EndElement)
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                yield return reader.LocalName;
            }
            else
            {
                reader.Read();
            }
        }
    }
}
