using ActorSync.Configuration;

namespace ActorSync.Commands;

/// <summary>Which node somebody means.</summary>
internal static class NodeChoice
{
    // The first digits of an id are its time: nodes that started together share them.
    private const int IdCharactersMin = 8;

    /// <summary>The one living node of that name, or of an id that begins so.</summary>
    /// <param name="nodes">All there are, the dead ones too.</param>
    /// <param name="said">A name, an id, or at least the first 8 characters of one.</param>
    /// <exception cref="CommandException">There is none, only a dead one, or more than one; the message lists those that can be meant.</exception>
    public static NodeStatus Of(IReadOnlyCollection<NodeStatus> nodes, string said)
    {
        var named = nodes.Where(node => node.Name == said).ToArray();
        var meant = named.Length > 0 ? named
            : said.Length >= IdCharactersMin ? nodes.Where(node => node.NodeId.ToString().StartsWith(said, StringComparison.OrdinalIgnoreCase)).ToArray() : [];
        return (meant.Where(node => node.Alive).ToArray(), meant) switch
        {
            ([var only], _) => only,
            ([_, _, ..] several, _) => throw new CommandException(ExitCode.Usage, $"{said} is said of {several.Length} nodes; write the id of one: {List(several)}"),
            (_, [.., var dead]) => throw new CommandException(
                ExitCode.NotFound, $"{said} is dead since {dead.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}: the other nodes take over what it held, there is nothing to drain"),
            _ => throw Unknown([.. nodes.Where(node => node.Alive)], said),
        };
    }

    private static CommandException Unknown(NodeStatus[] alive, string said)
    {
        var nearest = NearestWord.Find(said, alive.Select(node => node.Name));
        return new CommandException(
            ExitCode.NotFound,
            $"there is no node {said}" + (alive.Length == 0 ? ": none is running" : $"{(nearest is null ? "" : $"; write {nearest}")}. There is: {List(alive)}"));
    }

    private static string List(IEnumerable<NodeStatus> nodes) => string.Join(", ", nodes.Select(node => $"{node.Name} {node.NodeId} (holds {node.Holds})"));
}
