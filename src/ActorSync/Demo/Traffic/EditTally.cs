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
