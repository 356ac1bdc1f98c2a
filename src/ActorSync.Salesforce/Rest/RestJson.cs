using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorSync.Salesforce.Rest;

/// <summary>One entry of the array that REST answers with when it refuses.</summary>
internal sealed record RestError
{
    public required string ErrorCode { get; init; }

    public string? Message { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ObjectDescribe))]
[JsonSerializable(typeof(Dictionary<string, OrgLimit>))]
[JsonSerializable(typeof(List<RestError>))]
internal sealed partial class RestJson : JsonSerializerContext;
