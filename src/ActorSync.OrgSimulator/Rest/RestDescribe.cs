using System.Text.Json;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Rest;

/// <summary>Describe by REST: global, basic and full.</summary>
internal sealed class RestDescribe(OrgModel model)
{
    public RestAction Global(RestRequest request) => new("describeGlobal", [], 0, _ => Answer.Json(200, json =>
    {
        json.WriteStartObject();
        json.WriteString("encoding", "UTF-8");
        json.WriteNumber("maxBatchSize", DescribeObjects.BatchRecordsMax);
        json.WriteStartArray("sobjects");
        foreach (var described in model.Schema.Objects)
        {
            WriteShort(json, request, described);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }));

    public static RestAction Basic(RestRequest request, ObjectDefinition described) => new("describeSObject", [described.Name], 0, _ => Answer.Json(200, json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("objectDescribe");
        WriteShort(json, request, described);
        json.WriteStartArray("recentItems");
        json.WriteEndArray();
        json.WriteEndObject();
    }));

    public RestAction Full(RestRequest request, ObjectDefinition described) => new("describeSObject", [described.Name], 0, _ => Answer.Json(200, json =>
    {
        json.WriteStartObject();
        DescribeObjects.WriteFull(new Sink(json), described, model.Schema, _ => WriteUrls(json, request, described));
        json.WriteEndObject();
    }));

    private static void WriteShort(Utf8JsonWriter json, RestRequest request, ObjectDefinition described)
    {
        json.WriteStartObject();
        DescribeObjects.WriteShort(new Sink(json), described);
        WriteUrls(json, request, described);
        json.WriteEndObject();
    }

    private static void WriteUrls(Utf8JsonWriter json, RestRequest request, ObjectDefinition described)
    {
        var url = $"{request.Root}/sobjects/{described.Name}";
        json.WriteStartObject("urls");
        json.WriteString("rowTemplate", $"{url}/{{ID}}");
        json.WriteString("describe", $"{url}/describe");
        json.WriteString("sobject", url);
        json.WriteEndObject();
    }

    private sealed class Sink(Utf8JsonWriter json) : DescribeSink
    {
        public override bool IsRest => true;

        public override void Flag(string name, bool value) => json.WriteBoolean(name, value);

        public override void RareFlag(string name, bool value) => json.WriteBoolean(name, value);

        public override void Number(string name, int value) => json.WriteNumber(name, value);

        public override void Text(string name, string? value) => json.WriteString(name, value);

        public override void NillableText(string name, string? value) => json.WriteString(name, value);

        public override void List(string name, IReadOnlyList<string> values)
        {
            json.WriteStartArray(name);
            foreach (var value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }

        public override void Group<T>(string name, IReadOnlyList<T> items, Action<DescribeSink, T> write)
        {
            json.WriteStartArray(name);
            foreach (var item in items)
            {
                json.WriteStartObject();
                write(this, item);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    }
}
