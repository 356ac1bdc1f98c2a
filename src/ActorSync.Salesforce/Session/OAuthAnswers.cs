using System.Text.Json.Serialization;

namespace ActorSync.Salesforce.Session;

/// <summary>The token endpoint's answer; only what is used.</summary>
internal sealed record TokenAnswer
{
    [JsonPropertyName("access_token")]
    public required string AccessToken { get; init; }

    [JsonPropertyName("instance_url")]
    public required string InstanceUrl { get; init; }

    [JsonPropertyName("refresh_token")]
    public string? RefreshToken { get; init; }
}

/// <summary>The token endpoint's refusal (RFC 6749, 5.2).</summary>
internal sealed record TokenRefusal
{
    [JsonPropertyName("error")]
    public required string Error { get; init; }

    [JsonPropertyName("error_description")]
    public string? Description { get; init; }
}

[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(TokenRefusal))]
internal sealed partial class OAuthJson : JsonSerializerContext;
