using System.Xml;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soap;

/// <summary>Results of DML and records of queries, in the element order of the WSDL.</summary>
internal static class SoapRecords
{
    public static void WriteResult(XmlWriter xml, RecordResult result, bool upsert)
    {
        xml.Begin("result");
        if (upsert)
        {
            xml.Flag("created", result.Created);
        }

        foreach (var error in result.Errors)
        {
            WriteError(xml, error);
        }

        xml.TextOrNil("id", result.Id);
        xml.Flag("success", result.Success);
        xml.End();
    }

    public static void WriteQueryResult(XmlWriter xml, QueryPage page)
    {
        xml.Begin("result");
        xml.Flag("done", page.Done);
        xml.TextOrNil("queryLocator", page.Locator);
        foreach (var row in page.Rows)
        {
            WriteRecord(xml, "records", SoapXml.Partner, row);
        }

        xml.Number("size", page.TotalSize);
        xml.End();
    }

    /// <summary>
    /// An sObject: type, Id, then the selected fields. The Id is nil if the query did not select it, and comes a second time among the fields
    /// if it did: that is how the partner API answers.
    /// </summary>
    public static void WriteRecord(XmlWriter xml, string name, string ns, QueryRow row)
    {
        xml.WriteStartElement(name, ns);
        xml.WriteAttributeString("type", SoapXml.SchemaInstance, "sf:sObject");
        xml.WriteElementString("type", SoapXml.SObject, row.Type);
        var selectsId = row.Fields.Any(f => f.Key == "Id");
        if (selectsId)
        {
            xml.WriteElementString("Id", SoapXml.SObject, row.Id);
        }
        else
        {
            xml.Nil("Id", SoapXml.SObject);
        }

        foreach (var (field, value) in row.Fields)
        {
            WriteValue(xml, field, value);
        }

        xml.End();
    }

    private static void WriteError(XmlWriter xml, RecordError error)
    {
        xml.Begin("errors");
        foreach (var field in error.Fields)
        {
            xml.Text("fields", field);
        }

        xml.Text("message", error.Message);
        xml.Text("statusCode", error.StatusCode);
        xml.End();
    }

    private static void WriteValue(XmlWriter xml, string field, object? value)
    {
        switch (value)
        {
            case null:
                xml.Nil(field, SoapXml.SObject);
                break;
            case QueryRow parent:
                WriteRecord(xml, field, SoapXml.SObject, parent);
                break;
            default:
                xml.WriteElementString(field, SoapXml.SObject, Text(value));
                break;
        }
    }

    private static string Text(object value) => value switch
    {
        string text => SoapXml.Clean(text),
        bool flag => flag ? "true" : "false",
        DateTimeOffset moment => WireValue.SoapDateTime(moment),
        DateOnly date => WireValue.Date(date),
        TimeOnly time => WireValue.Time(time),
        decimal number => WireValue.Double(number),
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"a query row holds a {value.GetType().Name}"),
    };
}
