using ActorSync.Configuration;

namespace ActorSync;

/// <summary>The node.</summary>
internal static class SyncNode
{
    public static Task<int> RunAsync(SyncConfig config, TimeProvider clock, CancellationToken stop) => throw new NotSupportedException("this build has no node");
}
