namespace ActorSync.Demo.Traffic;

/// <summary>What one side has edited: records changed, each counted once per change. Written by one task, read by others.</summary>
internal sealed class EditTally
{
    private long _updates;
    private long _inserts;
    private long _deletes;

    public long Updates => Volatile.Read(ref _updates);

    public long Inserts => Volatile.Read(ref _inserts);

    public long Deletes => Volatile.Read(ref _deletes);

    public long Total => Updates + Inserts + Deletes;

    public void Updated(long records) => Interlocked.Add(ref _updates, records);

    public void Inserted(long records) => Interlocked.Add(ref _inserts, records);

    public void Deleted(long records) => Interlocked.Add(ref _deletes, records);
}

/// <summary>The record both sides shall edit at the same time now and then; the last one the application edited.</summary>
internal sealed class SharedTarget
{
    private Guid[] _account = [];

    /// <summary>The Account edited last by the application.</summary>
    public Guid? Account
    {
        get => Volatile.Read(ref _account) is [var id] ? id : null;
        set => Volatile.Write(ref _account, value is { } id ? [id] : []);
    }
}
