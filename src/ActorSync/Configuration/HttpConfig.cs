using System.Net;

namespace ActorSync.Configuration;

/// <summary>Where a node answers about itself over HTTP.</summary>
internal sealed record HttpConfig
{
    /// <summary>TCP port, 1 to 65535; 0: a free one; null: nothing listens.</summary>
    public required int? Port { get; init; }

    /// <summary>The address listened on.</summary>
    public required IPAddress Host { get; init; }
}
