namespace ActorSync.Runtime.Sharding;

/// <summary>One holding (term) of an address, with the cursor and counters that advance under it. Owned by the loop that runs the address's turns.</summary>
public sealed class HeldLease
{
    /// <summary>The address.</summary>
    public required int Address { get; init; }

    /// <summary>Number of this term.</summary>
    public required long Epoch { get; init; }

    /// <summary>Random name of this term: after a failover the same epoch may be issued again.</summary>
    public required Guid Token { get; init; }

    /// <summary>Number of commits under all terms; each fence compares and increments it.</summary>
    public long BatchNo { get; set; }

    /// <summary>Sequence of the last journal entry of this address.</summary>
    public long JournalSeq { get; set; }

    /// <summary>Everything visible in this snapshot has been decided.</summary>
    public required string Snap { get; set; }

    /// <summary>The window being read, when it takes several turns.</summary>
    public string? Window { get; set; }

    /// <summary>Within the window, everything up to this change id has been decided.</summary>
    public long WindowId { get; set; }

    /// <summary>What a feed knows of its own position, JSON.</summary>
    public string Cursor { get; set; } = "{}";

    /// <summary>The lease as it is now.</summary>
    internal HeldLease Copy() => (HeldLease)MemberwiseClone();

    /// <summary>Gives cursor and journal sequence back the values they had.</summary>
    internal void TakeBack(HeldLease before) =>
        (JournalSeq, Snap, Window, WindowId, Cursor) = (before.JournalSeq, before.Snap, before.Window, before.WindowId, before.Cursor);
}

/// <summary>The lease is no longer ours, or the history is not the one we remember, and nothing was committed; or nobody can say whether it was. Never retried under this term.</summary>
public sealed class StaleLeaseException(string message) : Exception(message);
