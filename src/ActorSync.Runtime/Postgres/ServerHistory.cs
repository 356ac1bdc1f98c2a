using ActorSync.Runtime.Hosting;

namespace ActorSync.Runtime.Postgres;

/// <summary>A PostgreSQL server that is promoted or restored goes on with another history (timeline), in which the last commits may be missing. Whatever a node remembers
/// of the other one is worth nothing: not even positions, for transaction ids are given again.</summary>
public static class ServerHistory
{
    /// <summary>SQL that is true as long as the server is on the history that the engine's tables were last used on. Only a server that takes writes can be asked.</summary>
    public const string IsKnownSql = $"(select timeline from {RuntimeOptions.Schema}.cluster) = {RuntimeOptions.Schema}.timeline()";
}
