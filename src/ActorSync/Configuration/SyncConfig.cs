using System.Collections.Immutable;

namespace ActorSync.Configuration;

/// <summary>
/// Everything a node is told: the block <c>actorsync { ... }</c> of the configuration, bound and checked as a whole.
/// Defaults live in <c>hocon/reference.conf</c> only; an instance made by <see cref="SyncConfigLoader"/> is within all ranges and relations.
/// A property's key is its name in lower case with dashes: <c>Runtime.Turn.MessagesMax</c> is <c>actorsync.runtime.turn.messages-max</c>.
/// </summary>
internal sealed record SyncConfig
{
    public required NodeConfig Node { get; init; }

    public required PostgresConfig Postgres { get; init; }

    public required SalesforceConfig Salesforce { get; init; }

    public required RuntimeConfig Runtime { get; init; }

    public required CoordinatorConfig Coordinator { get; init; }

    public required FeedConfig Feed { get; init; }

    public required ConflictConfig Conflict { get; init; }

    public required MappingDefaultsConfig MappingDefaults { get; init; }

    /// <summary>The mapped objects in the order written; at least one; no object, table or column twice.</summary>
    public required ImmutableArray<MappingConfig> Mappings { get; init; }
}

/// <summary>This process among the nodes.</summary>
internal sealed record NodeConfig
{
    /// <summary>What people call this node in logs and <c>status</c>, 1 to 63 bytes. Not an identity: each start draws a new node id.</summary>
    public required string Name { get; init; }

    /// <summary>Answers about this node.</summary>
    public required HttpConfig Http { get; init; }
}
