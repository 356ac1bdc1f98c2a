using System.Globalization;
using Npgsql;

namespace ActorSync.Chaos.Cluster;

/// <summary>The configuration of a node: short times, so that a run of minutes sees what takes hours elsewhere.</summary>
internal static class NodeConfiguration
{
    /// <summary>Few shards: each is a row to lease, and three nodes share them.</summary>
    public const int ShardCount = 8;

    /// <summary>A request is given up after this time.</summary>
    public static readonly TimeSpan RequestDeadline = TimeSpan.FromSeconds(2);

    /// <summary>The text of the file.</summary>
    public static string Text(string name, NpgsqlConnectionStringBuilder database, Uri salesforce, (string Id, string Secret) client, ChaosOptions options)
    {
        var mappings = MappedObject.All.Select(type => $"{{ object = {type.Name}, feed = {(options.ChangeEvents ? "cdc" : "polling")}, fields = [{string.Join(", ", type.Shared.Concat(type.Untold))}] }}");
        var ttl = options.LeaseTtl;
        return string.Create(CultureInfo.InvariantCulture, $$"""
            actorsync {
              node.name = {{name}}
              postgres.url = "{{database.ConnectionString}}"
              salesforce {
                login-url = "{{salesforce.GetLeftPart(UriPartial.Authority)}}"
                client-id = "{{client.Id}}"
                client-secret = "{{client.Secret}}"
                settle-limit = {{ChaosWorld.SettleLimit.TotalMilliseconds}}ms
                request-deadline = {{RequestDeadline.TotalMilliseconds}}ms
                connect-timeout = 1s
              }
              runtime.shard-count = {{ShardCount}}
              runtime.lease { ttl = {{ttl.TotalMilliseconds:0}}ms, renew = {{(ttl / 6).TotalMilliseconds:0}}ms, margin = {{(ttl / 3).TotalMilliseconds:0}}ms }
              coordinator.retry { delay = 200ms, delay-max = 2s, attempts-max = 10 }
              feed { interval = 500ms, overlap = 40s, overlap-interval = {{ChaosWorld.OverlapInterval.TotalMilliseconds}}ms, deleted-interval = 2s, cdc { fallback-interval = 10s, read-interval = 50ms } }
              conflict { policy = latest-wins, clock-tolerance = 1s }
              mappings = [
                {{string.Join("\n    ", mappings)}}
              ]
            }

            """);
    }
}
