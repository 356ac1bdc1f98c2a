namespace ActorSync.TestKit.Memory;

/// <summary>A transaction would have to wait for another one. PostgreSQL waits or times out; here the statement fails as if it had timed out.</summary>
public sealed class MemoryLockException(string message) : TimeoutException(message);

/// <summary>A table as transactions see it.</summary>
internal interface IMemoryTable
{
    void Commit(MemoryTransaction transaction, object overlay);

    object Copy(object overlay);
}

/// <summary>Rows with read committed isolation and row locks: a transaction sees what was committed and what it wrote itself, and what it writes nobody else may.</summary>
internal sealed class MemoryTable<TKey, TRow>(string name) : IMemoryTable
    where TKey : notnull
    where TRow : class
{
    private readonly Dictionary<TKey, TRow> _committed = [];
    private readonly Dictionary<TKey, MemoryTransaction> _locks = [];

    /// <summary>Told of each row that is committed; null: it is gone.</summary>
    public Action<TKey, TRow?> Committed { get; set; } = static (_, _) => { };

    /// <summary>True when no row is committed.</summary>
    public bool IsEmpty => _committed.Count == 0;

    /// <summary>The row as the transaction sees it; null: as everybody sees it.</summary>
    public TRow? Read(MemoryTransaction? transaction, TKey key) =>
        transaction?.Overlay<Dictionary<TKey, TRow?>>(this) is { } own && own.TryGetValue(key, out var written) ? written : _committed.GetValueOrDefault(key);

    /// <summary>All rows as the transaction sees them, in no order that means anything, the same in each run.</summary>
    public IEnumerable<KeyValuePair<TKey, TRow>> Scan(MemoryTransaction? transaction)
    {
        var own = transaction?.Overlay<Dictionary<TKey, TRow?>>(this);
        return own is null ? _committed
            : _committed.Where(row => !own.ContainsKey(row.Key)).Concat(own.Where(row => row.Value is not null).Select(row => KeyValuePair.Create(row.Key, row.Value!)));
    }

    /// <summary>True when another transaction holds the row.</summary>
    public bool IsHeld(MemoryTransaction? transaction, TKey key) => _locks.TryGetValue(key, out var holder) && holder != transaction;

    /// <summary>Holds the row until the transaction ends; false when another one holds it.</summary>
    public bool TryLock(MemoryTransaction transaction, TKey key)
    {
        if (IsHeld(transaction, key))
        {
            return false;
        }

        if (_locks.TryAdd(key, transaction))
        {
            transaction.Hold(() => _locks.Remove(key));
        }

        transaction.Touch(this, static () => new Dictionary<TKey, TRow?>());
        return true;
    }

    /// <summary>Holds the row until the transaction ends.</summary>
    /// <exception cref="MemoryLockException">Another transaction holds it.</exception>
    public void Lock(MemoryTransaction transaction, TKey key)
    {
        if (!TryLock(transaction, key))
        {
            throw new MemoryLockException($"{name} {key} is held by another transaction");
        }
    }

    /// <summary>Writes a row; null removes it.</summary>
    public void Write(MemoryTransaction transaction, TKey key, TRow? row)
    {
        Lock(transaction, key);
        transaction.Overlay<Dictionary<TKey, TRow?>>(this)![key] = row;
    }

    void IMemoryTable.Commit(MemoryTransaction transaction, object overlay)
    {
        foreach (var (key, row) in (Dictionary<TKey, TRow?>)overlay)
        {
            if (row is null)
            {
                _committed.Remove(key);
            }
            else
            {
                _committed[key] = row;
            }

            Committed(key, row);
        }
    }

    object IMemoryTable.Copy(object overlay) => new Dictionary<TKey, TRow?>((Dictionary<TKey, TRow?>)overlay);
}

/// <summary>A transaction: what it wrote is nobody's until it commits.</summary>
internal sealed class MemoryTransaction(MemorySnapshots snapshots)
{
    private Dictionary<IMemoryTable, object> _overlays = [];
    private readonly List<(Dictionary<IMemoryTable, object> Overlays, int Locks)> _savepoints = [];
    private readonly List<Action> _locks = [];
    private long? _number;

    /// <summary>Drawn at the first write, as PostgreSQL does.</summary>
    public long Number => _number ??= snapshots.Begin();

    public bool IsOpen { get; private set; } = true;

    public T? Overlay<T>(IMemoryTable table)
        where T : class => (T?)_overlays.GetValueOrDefault(table);

    public void Touch(IMemoryTable table, Func<object> empty)
    {
        _ = Number;
        _overlays.TryAdd(table, empty());
    }

    /// <summary>Remembers a lock that was taken now.</summary>
    /// <param name="release">Gives it back.</param>
    public void Hold(Action release) => _locks.Add(release);

    /// <summary>What is written from here on can be undone alone.</summary>
    public void Savepoint() => _savepoints.Add((Copy(_overlays), _locks.Count));

    /// <summary>Undoes what was written since the last savepoint, which stays, and frees the rows that were locked since.</summary>
    public void RollbackToSavepoint()
    {
        var (overlays, locks) = _savepoints[^1];
        _overlays = Copy(overlays);
        Release(locks);
    }

    public void Commit()
    {
        foreach (var (table, overlay) in _overlays)
        {
            table.Commit(this, overlay);
        }

        End();
    }

    public void Rollback() => End();

    private static Dictionary<IMemoryTable, object> Copy(Dictionary<IMemoryTable, object> overlays) =>
        overlays.ToDictionary(entry => entry.Key, entry => entry.Key.Copy(entry.Value));

    private void Release(int from)
    {
        _locks.Skip(from).ToList().ForEach(static release => release());
        _locks.RemoveRange(from, _locks.Count - from);
    }

    private void End()
    {
        Release(0);
        _overlays = [];
        IsOpen = false;
        if (_number is { } number)
        {
            snapshots.End(number);
        }
    }
}

/// <summary>Which transactions are visible to whom, in PostgreSQL's terms: xmin:xmax:running.</summary>
internal sealed class MemorySnapshots
{
    private readonly SortedSet<long> _running = [];
    private long _next = 1000;

    public long Begin()
    {
        _running.Add(_next);
        return _next++;
    }

    public void End(long number) => _running.Remove(number);

    /// <summary>What is committed now.</summary>
    public string Current() => $"{(_running.Count > 0 ? _running.Min : _next)}:{_next}:{string.Join(',', _running)}";
}

/// <summary>A snapshot, read once to be asked often.</summary>
internal readonly struct MemorySnapshot
{
    private readonly long _end;
    private readonly long[] _running;

    public MemorySnapshot(string text)
    {
        var parts = text.Split(':');
        OldestRunning = Number(parts[0]);
        _end = Number(parts[1]);
        _running = parts[2].Length == 0 ? [] : [.. parts[2].Split(',').Select(Number)];
    }

    /// <summary>All transactions before it are shown.</summary>
    public long OldestRunning { get; }

    /// <summary>True when it shows what a transaction wrote.</summary>
    public bool Shows(long transaction) => transaction < _end && Array.IndexOf(_running, transaction) < 0;

    private static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
