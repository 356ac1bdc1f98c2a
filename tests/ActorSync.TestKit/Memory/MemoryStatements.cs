using System.Collections.Immutable;
using System.Text.Json;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;

namespace ActorSync.TestKit.Memory;

/// <summary>A constraint or trigger of the application refused a row.</summary>
/// <param name="sqlState">PostgreSQL's code for it.</param>
internal sealed class MemoryRefusalException(string message, string sqlState = "23514") : Exception(message)
{
    /// <summary>PostgreSQL's code for it.</summary>
    public string SqlState { get; } = sqlState;
}

/// <summary>Statements on mapped tables inside one transaction, with the triggers that provisioning makes: revise, mark pending, capture.</summary>
/// <param name="origin">Name of the engine's turn; null for the application.</param>
internal sealed class MemoryStatements(MemoryDatabase database, MemoryTransaction transaction, Guid? origin)
{
    private int _depth;

    public MemoryTransaction Transaction { get; } = transaction;

    private Guid? Origin => _depth == 1 ? origin : null;

    public MemoryRow? Read(short mapping, Guid key) => database.Tables[mapping].Rows.Read(Transaction, key);

    /// <summary>Inserts a row. What a column is not given is NULL.</summary>
    /// <exception cref="MemoryLockException">The key is held by another transaction.</exception>
    public MemoryRow? Insert(short mapping, Guid key, params IEnumerable<(string Field, string? Value)> fields) =>
        Insert(mapping, new MemoryRow(key, 0, 0, Set(mapping, [.. new string?[database.Tables[mapping].Values.Mapping.Fields.Length]], fields)));

    /// <summary>Inserts a row as the engine writes it.</summary>
    public MemoryRow? Insert(short mapping, MemoryRow row) => Nested(() =>
    {
        var table = database.Tables[mapping];
        table.Rows.Lock(Transaction, row.Key);
        if (table.Rows.Read(Transaction, row.Key) is not null)
        {
            throw new MemoryRefusalException($"duplicate key {row.Key}", "23505");
        }

        if (Before(table, null, row) is not { } stored)
        {
            return null;
        }

        stored = stored with { Birth = database.NextId(), Revision = 1, LastOp = Origin is null ? "PENDING" : stored.LastOp, Error = Origin is null ? null : stored.Error };
        Store(table, null, stored);
        Capture(table, null, stored, []);
        return stored;
    });

    /// <summary>Updates a row's mapped fields; with none, an unmapped column. False when there is no such row.</summary>
    public bool Update(short mapping, Guid key, params IEnumerable<(string Field, string? Value)> fields)
    {
        var said = fields.ToArray();
        return Update(
            mapping, key, row => said.Length == 0 ? row with { Unmapped = row.Unmapped + 1 } : row with { Values = Set(mapping, row.Values, said) }, [.. said.Select(field => field.Field)]) is not null;
    }

    /// <summary>Updates a row as the engine writes it.</summary>
    public MemoryRow? Update(short mapping, Guid key, Func<MemoryRow, MemoryRow> change) => Update(mapping, key, change, []);

    // What the statement names, changed or not, is said where it is a field of intent; in a transaction of the engine nothing is anybody's intent.
    private MemoryRow? Update(short mapping, Guid key, Func<MemoryRow, MemoryRow> change, IReadOnlyCollection<string> named) => Nested(() =>
    {
        var table = database.Tables[mapping];
        table.Rows.Lock(Transaction, key);
        if (table.Rows.Read(Transaction, key) is not { } old || Before(table, old, change(old)) is not { } stored)
        {
            return null;
        }

        var changed = !stored.Values.SequenceEqual(old.Values);
        stored = stored with
        {
            Birth = old.Birth, Revision = old.Revision + 1,
            LastOp = changed && Origin is null ? "PENDING" : stored.LastOp, Error = changed && Origin is null ? null : stored.Error,
        };
        Store(table, old, stored);
        Capture(table, old, stored, origin is null ? named : []);
        return stored;
    });

    /// <summary>Deletes a row; false when there is none.</summary>
    public bool Delete(short mapping, Guid key) => Nested(() =>
    {
        var table = database.Tables[mapping];
        table.Rows.Lock(Transaction, key);
        if (table.Rows.Read(Transaction, key) is not { } old)
        {
            return null;
        }

        table.Rows.Write(Transaction, key, null);
        Capture(table, old, null, []);
        return old;
    }) is not null;

    /// <summary>SELECT ... FOR UPDATE.</summary>
    public void Lock(short mapping, Guid key) => database.Tables[mapping].Rows.Lock(Transaction, key);

    private MemoryRow? Nested(Func<MemoryRow?> statement)
    {
        _depth++;
        try
        {
            return statement();
        }
        finally
        {
            _depth--;
        }
    }

    private static MemoryRow? Before(MemoryMappedTable table, MemoryRow? old, MemoryRow row) => table.BeforeTrigger is { } trigger ? trigger(old, row) : row;

    private void Store(MemoryMappedTable table, MemoryRow? old, MemoryRow row)
    {
        if (row.Sfid is { } sfid && sfid != old?.Sfid && table.Rows.Scan(Transaction).Any(other => other.Key != row.Key && other.Value.Sfid == sfid))
        {
            throw new MemoryRefusalException($"duplicate sfid {sfid}", "23505");
        }

        if (table.Check?.Invoke(row) is { } wrong)
        {
            throw new MemoryRefusalException(wrong);
        }

        table.Rows.Write(Transaction, row.Key, row);
    }

    private void Capture(MemoryMappedTable table, MemoryRow? old, MemoryRow? row, IReadOnlyCollection<string> named)
    {
        table.AfterTriggerInFront?.Invoke(this, old, row);
        var fields = table.Values.Mapping.Fields;
        var (before, after) = (new Dictionary<string, string?>(StringComparer.Ordinal), new Dictionary<string, string?>(StringComparer.Ordinal));
        for (var i = 0; i < fields.Length; i++)
        {
            if (old is null || row is null || old.Values[i] != row.Values[i] || (fields[i].Intent && named.Contains(fields[i].Name)))
            {
                before[fields[i].Column] = old?.Values[i];
                after[fields[i].Column] = row?.Values[i];
            }
        }

        var id = database.NextId();
        var known = row ?? old!;
        database.ChangeLog.Rows.Write(Transaction, id, new MemoryChange(
            new CapturedChange(
                id, Transaction.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), database.Now(), table.Values.Mapping.Number,
                old is null ? 'I' : row is null ? 'D' : 'U', known.Key, known.Birth, known.Revision,
                old is null ? null : JsonSerializer.Serialize(before), row is null ? null : JsonSerializer.Serialize(after)),
            Transaction.Number, Origin, Addresses.ShardOf(known.Key, database.ShardCount)));
        table.AfterTrigger?.Invoke(this, old, row);
    }

    private ImmutableArray<string?> Set(short mapping, ImmutableArray<string?> values, IEnumerable<(string Field, string? Value)> fields)
    {
        var set = values.ToBuilder();
        foreach (var (name, value) in fields)
        {
            var mapped = database.Tables[mapping].Values.Mapping.Fields;
            var i = mapped.IndexOf(mapped.Single(field => field.Name == name));
            set[i] = value;
        }

        return set.ToImmutable();
    }
}
