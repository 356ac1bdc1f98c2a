using System.Text;
using System.Xml;

namespace ActorSync.Salesforce.Soap;

/// <summary>Reads sObjects. Parents and compound fields (<c>BillingAddress</c>) are nested elements and are flattened with dots.</summary>
internal static class RowReader
{
    /// <summary>SOQL goes at most 5 relationships up; a compound field may be below the last.</summary>
    private const int DepthMax = 8;

    /// <summary>Room that is made for a record's fields; it grows.</summary>
    private const int FieldsTypical = 16;

    /// <summary>Reads the present element as a record, null if it is nil.</summary>
    public static QueryRow? Read(XmlReader xml)
    {
        if (SoapAnswer.IsNil(xml))
        {
            xml.Skip();
            return null;
        }

        Dictionary<string, string?> values = new(FieldsTypical, StringComparer.OrdinalIgnoreCase);
        string objectName = ReadFields(xml, prefix: "", values, depth: 0);
        return new QueryRow(objectName, values);
    }

    private static string ReadFields(XmlReader xml, string prefix, Dictionary<string, string?> values, int depth)
    {
        SoapAnswer.Require(depth < DepthMax, "its records are nested too deeply");
        string? objectName = null;
        SoapAnswer.ForEachChild(xml, field =>
        {
            // The first "type" is the object's name; Account has a field "Type" as well, which differs in case only.
            if (objectName is null && field.LocalName == "type")
            {
                objectName = SoapAnswer.RequiredText(field);
                return;
            }

            ReadField(field, prefix + field.LocalName, values, depth);
        });
        return objectName ?? "";
    }

    private static void ReadField(XmlReader xml, string path, Dictionary<string, string?> values, int depth)
    {
        if (SoapAnswer.IsNil(xml))
        {
            // Every record carries an Id element, nil if it was not selected: that is no value.
            if (!path.EndsWith("Id", StringComparison.Ordinal) || (path.Length > 2 && path[^3] != '.'))
            {
                values[path] = null;
            }

            xml.Skip();
            return;
        }

        string? type = xml.GetAttribute("type", SoapRequests.InstanceNamespace);
        SoapAnswer.Require(type is null || !type.EndsWith("QueryResult", StringComparison.Ordinal), $"{path} is a child subquery, which is not supported");
        if (type is not null && (type.EndsWith("sObject", StringComparison.Ordinal) || type.EndsWith(":address", StringComparison.Ordinal) || type.EndsWith(":location", StringComparison.Ordinal)))
        {
            ReadFields(xml, path + ".", values, depth + 1);
            return;
        }

        ReadTextOrFields(xml, path, values, depth);
    }

    /// <summary>An element without a telling type: text, unless its first child is an element.</summary>
    private static void ReadTextOrFields(XmlReader xml, string path, Dictionary<string, string?> values, int depth)
    {
        StringBuilder? text = null;
        string? only = null;
        bool nested = false;
        if (xml.IsEmptyElement)
        {
            xml.Read();
            values[path] = null;
            return;
        }

        xml.Read();
        while (xml.NodeType != XmlNodeType.EndElement)
        {
            SoapAnswer.Require(!xml.EOF, "it ends early");
            if (xml.NodeType == XmlNodeType.Element)
            {
                SoapAnswer.Require(depth + 1 < DepthMax, "its records are nested too deeply");
                bool isType = !nested && xml.LocalName == "type";
                nested = true;
                if (isType)
                {
                    xml.Skip();
                }
                else
                {
                    ReadField(xml, $"{path}.{xml.LocalName}", values, depth + 1);
                }

                continue;
            }

            if (only is null)
            {
                only = xml.Value;
            }
            else
            {
                (text ??= new StringBuilder(only)).Append(xml.Value);
            }

            xml.Read();
        }

        xml.Read();
        if (!nested)
        {
            string? value = text?.ToString() ?? only;
            values[path] = string.IsNullOrEmpty(value) ? null : value;
        }
    }
}
