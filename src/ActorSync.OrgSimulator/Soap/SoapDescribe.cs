using System.Xml;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soap;

/// <summary>Describe answers in the WSDL's order.</summary>
internal static class SoapDescribe
{
    /// <summary>Objects of one describeSObjects call (partner WSDL: maxOccurs 100).</summary>
    public const int ObjectsPerCallMax = 100;

    public static void WriteObject(XmlWriter xml, ObjectDefinition described, OrgSchema schema, string baseUrl)
    {
        xml.Begin("result");
        DescribeObjects.WriteFull(new Sink(xml), described, schema, sink =>
        {
            sink.NillableText("urlDetail", $"{baseUrl}/{{ID}}");
            sink.NillableText("urlEdit", $"{baseUrl}/{{ID}}/e");
            sink.NillableText("urlNew", $"{baseUrl}/{described.KeyPrefix}/e");
        });
        xml.End();
    }

    public static void WriteGlobal(XmlWriter xml, OrgSchema schema)
    {
        xml.Begin("result");
        xml.Text("encoding", "UTF-8");
        xml.Number("maxBatchSize", DescribeObjects.BatchRecordsMax);
        var sink = new Sink(xml);
        foreach (var described in schema.Objects)
        {
            xml.Begin("sobjects");
            DescribeObjects.WriteShort(sink, described);
            xml.End();
        }

        xml.End();
    }

    private sealed class Sink(XmlWriter xml) : DescribeSink
    {
        public override bool IsRest => false;

        public override void Flag(string name, bool value) => xml.Flag(name, value);

        public override void RareFlag(string name, bool value)
        {
            if (value)
            {
                xml.Flag(name, true);
            }
        }

        public override void Number(string name, int value) => xml.Number(name, value);

        public override void Text(string name, string? value)
        {
            if (name == "defaultValue" && value is not null)
            {
                // anyType in the WSDL: the reader needs to be told the type.
                xml.Begin(name);
                xml.WriteAttributeString("xmlns", "xsd", null, "http://www.w3.org/2001/XMLSchema");
                xml.WriteAttributeString("type", SoapXml.SchemaInstance, "xsd:string");
                xml.WriteString(SoapXml.Clean(value));
                xml.End();
                return;
            }

            xml.OptionalText(name, value);
        }

        public override void NillableText(string name, string? value) => xml.TextOrNil(name, value);

        public override void List(string name, IReadOnlyList<string> values)
        {
            foreach (var value in values)
            {
                xml.Text(name, value);
            }
        }

        public override void Group<T>(string name, IReadOnlyList<T> items, Action<DescribeSink, T> write)
        {
            foreach (var item in items)
            {
                xml.Begin(name);
                write(this, item);
                xml.End();
            }
        }
    }
}
