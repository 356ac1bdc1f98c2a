using System.Globalization;
using Spectre.Console;

namespace ActorSync.Commands;

/// <summary>The nodes for a person.</summary>
internal static class NodeView
{
    /// <summary>A row for each, the dead ones too.</summary>
    public static Table Of(IReadOnlyCollection<NodeStatus> nodes)
    {
        var table = new Table { Border = TableBorder.Simple }.AddColumns("node", "id", "state", "version", "started", "expires", "shards", "coordinator", "feeds");
        foreach (var node in nodes)
        {
            table.AddRow(
                Markup.Escape(node.Name), node.NodeId.ToString(), node.State, Markup.Escape(node.Version), Time(node.StartedAt), Time(node.ExpiresAt),
                Number(node.Shards), node.Coordinator ? "yes" : "", Number(node.Feeds));
        }

        return nodes.Count == 0 ? table.AddRow("none is running") : table;
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Number(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
