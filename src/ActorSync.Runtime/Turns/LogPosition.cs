namespace ActorSync.Runtime.Turns;

/// <summary>How far changes of the log have been decided: everything visible in a snapshot, and of the window that is being read everything up to an id.</summary>
/// <param name="Snap">Everything visible in it has been decided.</param>
/// <param name="Window">The snapshot up to which the window reaches; null: none is being read, the next one reaches to what is visible then.</param>
/// <param name="After">Within the window, changes up to this id have been decided.</param>
public readonly record struct LogPosition(string Snap, string? Window = null, long After = 0)
{
    /// <summary>Every change that is not visible in <see cref="Snap"/> has a higher id; 0: nothing is known.</summary>
    public long Floor { get; init; }

    /// <summary>As <see cref="Floor"/>, of <see cref="Window"/>.</summary>
    public long WindowFloor { get; init; }

    /// <summary>No change that is visible in <see cref="Window"/> has a higher id; 0: nothing is known.</summary>
    public long Ceiling { get; init; }

    /// <summary>The position without what is only known about it.</summary>
    internal (string, string?, long) Place => (Snap, Window, After);

    /// <summary>The position behind a piece.</summary>
    /// <param name="more">The window goes on behind it.</param>
    internal LogPosition Behind(WindowPiece piece, bool more, long windowFloor) => more
        ? this with { Window = piece.Window, After = piece.Changes[^1].Id, WindowFloor = windowFloor, Ceiling = Ceiling > 0 ? Ceiling : piece.Seen }
        : new LogPosition(piece.Window) { Floor = windowFloor };
}

/// <summary>What is to be read of the change log.</summary>
public sealed record LogRange(IReadOnlyCollection<short> Shards, LogPosition From)
{
    /// <summary>Changes of this mapping only; null: of all, but for <see cref="Without"/>.</summary>
    public short? Only { get; init; }

    /// <summary>Mappings that are passed over.</summary>
    public IReadOnlyCollection<short> Without { get; init; } = [];

    /// <summary>True of a mapping whose changes are read.</summary>
    public bool Has(short mapping) => Only is { } only ? mapping == only : !Without.Contains(mapping);
}

/// <summary>A piece of a window of the change log.</summary>
/// <param name="Window">The snapshot up to which it reaches.</param>
/// <param name="Changes">Ordered by id.</param>
public sealed record WindowPiece(string Window, IReadOnlyList<CapturedChange> Changes)
{
    /// <summary>The piece is shorter than it was asked to be, because its values are long.</summary>
    public bool IsCut { get; init; }

    /// <summary>The last id given to a change, read after the window's snapshot was taken; 0: the store does not say.</summary>
    public long Seen { get; init; }
}
