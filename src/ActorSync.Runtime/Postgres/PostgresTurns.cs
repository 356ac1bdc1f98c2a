using ActorSync.Runtime.Turns;

namespace ActorSync.Runtime.Postgres;

/// <summary>Access to what only a turn in PostgreSQL has.</summary>
public static class PostgresTurns
{
    /// <summary>The turn as a transaction of PostgreSQL; stores that keep rows of their own join it.</summary>
    public static PostgresTurn Postgres(this Turn turn) => (PostgresTurn)turn;
}
