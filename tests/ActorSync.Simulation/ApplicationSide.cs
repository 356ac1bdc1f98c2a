using System.Globalization;
using ActorSync.TestKit.Memory;

namespace ActorSync.Simulation;

/// <summary>The application: transactions on mapped rows, some held open, some rolled back, some with triggers behind them.</summary>
internal sealed class ApplicationSide
{
    private readonly World _world;
    private readonly Random _random;
    private readonly Random? _counting;
    private int _values;
    private long _seen;

    public ApplicationSide(World world)
    {
        _world = world;
        _random = world.Draws("application");
        _counting = SimulatedMappings.Counts(world.Mappings) ? world.Draws("counting") : null;
        if (world.Injects(FaultKind.Trigger) && world.Drawn(FaultKind.Trigger).Next(4) == 0)
        {
            world.Faults.Count(FaultKind.Trigger);
            ApplicationTriggers.Put(Database.Tables[SimulatedMappings.Account], world.Drawn(FaultKind.Trigger));
        }
    }

    /// <summary>In a restless run what comes back is worked on at once, and some of what Salesforce has changed is thrown away.</summary>
    public void Begin()
    {
        if (_world.Temper.IsRestless)
        {
            Database.ChangeLog.Rows.Committed += (_, change) =>
            {
                if (_world.IsBusy && change is { Origin: not null, Change.Operation: 'U', Change.New: not null } && _random.Next(20) == 0)
                {
                    _world.After(TimeSpan.FromMilliseconds(_random.NextDouble() * 100), () => Try(change.Change.Mapping, change.Change.Entity, statements => statements.Delete(change.Change.Mapping, change.Change.Entity)));
                }
            };
            _world.After(TimeSpan.FromMilliseconds(100), Welcome);
        }
    }

    /// <summary>Changes one text field of a row, if there is one.</summary>
    public void Work(short mapping, Guid? row, string field)
    {
        if (row is { } key && Text(mapping).Contains(field))
        {
            Try(mapping, key, statements => statements.Update(mapping, key, (field, Value())));
        }
    }

    private MemoryDatabase Database => _world.Database;

    /// <summary>One transaction, begun now.</summary>
    public void Edit()
    {
        var transaction = Database.Begin();
        var statements = new MemoryStatements(Database, transaction, null);
        try
        {
            for (var i = _random.Next(1, 4); i > 0; i--)
            {
                if (_world.Strikes(FaultKind.Rollback, 0.1))
                {
                    transaction.Savepoint();
                    Statement(statements);
                    transaction.RollbackToSavepoint();
                }

                Statement(statements);
            }
        }
        catch (Exception error) when (error is MemoryLockException or MemoryRefusalException)
        {
            transaction.Rollback();
            return;
        }

        if (_world.Strikes(FaultKind.Rollback, 0.08))
        {
            transaction.Rollback();
            return;
        }

        if (_world.Strikes(FaultKind.RowLock, 0.1))
        {
            _world.After(TimeSpan.FromSeconds(_world.Drawn(FaultKind.RowLock).NextDouble() * 4), () => Commit(transaction));
        }
        else
        {
            Commit(transaction);
        }
    }

    /// <summary>Puts values right that Salesforce refuses, as users do when they see FAILED.</summary>
    public void Correct()
    {
        foreach (var (number, table) in Database.Tables)
        {
            foreach (var (key, row) in table.Rows.Scan(null).Where(row => row.Value.LastOp == "FAILED").ToArray())
            {
                var transaction = Database.Begin();
                var fields = number == SimulatedMappings.Account ? new[] { "Name", "Phone" } : ["LastName", "Title"];
                new MemoryStatements(Database, transaction, null).Update(number, key, fields.Select(field => (field, (string?)Value())));
                Commit(transaction);
            }
        }
    }

    private void Welcome()
    {
        foreach (var restored in _world.Org.Arrivals(_seen + 1).Where(arrival => arrival is { Operation: "undelete", Error: null }))
        {
            var mapping = restored.Type == "Account" ? SimulatedMappings.Account : SimulatedMappings.Contact;
            var field = Text(mapping)[_random.Next(Text(mapping).Length)];
            for (var i = 0; i < 4; i++)
            {
                _world.After(TimeSpan.FromSeconds(0.5 + (_random.NextDouble() * 4)), () => Work(mapping, KeyOf(mapping, restored.Id!), field));
            }
        }

        _seen = _world.Org.LastArrival;
        if (_world.IsBusy)
        {
            _world.After(TimeSpan.FromMilliseconds(100), Welcome);
        }
    }

    private Guid? KeyOf(short mapping, string sfid) => Database.Tables[mapping].Rows.Scan(null).Where(row => row.Value.Sfid == sfid).Select(row => (Guid?)row.Key).FirstOrDefault();

    private void Try(short mapping, Guid key, Action<MemoryStatements> statement)
    {
        if (Database.Tables[mapping].Rows.Read(null, key) is null)
        {
            return;
        }

        var transaction = Database.Begin();
        try
        {
            statement(new MemoryStatements(Database, transaction, null));
        }
        catch (Exception error) when (error is MemoryLockException or MemoryRefusalException)
        {
            transaction.Rollback();
            return;
        }

        Commit(transaction);
    }

    private void Commit(MemoryTransaction transaction)
    {
        transaction.Commit();
        _world.Changed();
    }

    private void Statement(MemoryStatements statements)
    {
        var dice = _random.Next(100);
        var mapping = _random.Next(100) < 75 ? SimulatedMappings.Account : SimulatedMappings.Contact;
        var key = Pick(statements, mapping);
        if (key is null || dice < 9)
        {
            Insert(statements, mapping, (_world.Temper.IsRestless && _random.Next(2) == 0 ? FormerKey(statements, mapping) : null) ?? NewKey());
        }
        else if (dice < (_world.Temper.ComesAndGoes ? 27 : 15))
        {
            statements.Delete(mapping, key.Value);
            if (dice is 9 or > 18)
            {
                Insert(statements, mapping, key.Value);
            }
        }
        else if (dice < 20)
        {
            statements.Update(mapping, key.Value);
        }
        else if (dice < 25)
        {
            // SET a = a
            var field = _world.Mappings[mapping - 1].Fields.FirstOrDefault(field => field.Intent)?.Name ?? Text(mapping)[0];
            var row = statements.Read(mapping, key.Value)!;
            statements.Update(mapping, key.Value, (field, row.Values[_world.Mappings[mapping - 1].Fields.IndexOf(_world.Mappings[mapping - 1].Field(field)!)]));
        }
        else if (dice < 30 && mapping == SimulatedMappings.Contact)
        {
            statements.Update(mapping, key.Value, (SimulatedMappings.ParentField, Pick(statements, SimulatedMappings.Account)?.ToString()));
        }
        else if (mapping == SimulatedMappings.Account && _counting is { } counting && counting.Next(2) == 0)
        {
            // SET n = n + 1
            var row = statements.Read(mapping, key.Value)!;
            var sum = int.Parse(row.Values[SimulatedMappings.CounterIndex] ?? "0", CultureInfo.InvariantCulture) + counting.Next(1, 10);
            statements.Update(mapping, key.Value, (SimulatedMappings.Counter, sum.ToString(CultureInfo.InvariantCulture)));
        }
        else
        {
            statements.Update(mapping, key.Value, Changes(mapping));
        }
    }

    private IEnumerable<(string, string?)> Changes(short mapping)
    {
        var fields = Text(mapping);
        foreach (var field in fields.OrderBy(_ => _random.Next()).Take(_random.Next(1, 3)).ToArray())
        {
            var isRequired = field == fields[0];
            yield return (field, !isRequired && _random.Next(12) == 0 ? null
                : !isRequired && _world.Strikes(FaultKind.BadValue, 0.02) ? Value() + new string('x', 200)
                : _random.Next(10) == 0 ? $"  {Value()} " : Value());
        }
    }

    private void Insert(MemoryStatements statements, short mapping, Guid key)
    {
        var fields = Text(mapping).Take(_random.Next(1, 4)).Select(field => (field, (string?)Value())).ToList();
        if (mapping == SimulatedMappings.Contact && _random.Next(3) > 0)
        {
            fields.Add((SimulatedMappings.ParentField, Pick(statements, SimulatedMappings.Account)?.ToString()));
        }

        statements.Insert(mapping, key, fields);
    }

    private Guid? Pick(MemoryStatements statements, short mapping)
    {
        var rows = Database.Tables[mapping].Rows.Scan(statements.Transaction).Select(row => row.Value).ToArray();
        // The first one is hot; where records come and go, or are few, it is the one that people are busy with.
        var keys = (_world.Temper.ComesAndGoes || _world.Temper.IsCrowded ? rows.OrderBy(row => row.Sfid ?? "~", StringComparer.Ordinal).ThenBy(row => row.Key) : rows.OrderBy(row => row.Key)).Select(row => row.Key).ToArray();
        return keys.Length == 0 ? null : keys[_world.Temper.PicksFirst(_random) ? 0 : _random.Next(keys.Length)];
    }

    // Of the row of this mapping that went last and is still gone.
    private Guid? FormerKey(MemoryStatements statements, short mapping) => Database.ChangeLog.All
        .LastOrDefault(change => change.Change.Operation == 'D' && change.Change.Mapping == mapping && Database.Tables[mapping].Rows.Read(statements.Transaction, change.Change.Entity) is null)?.Change.Entity;

    private Guid NewKey()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    private string Value() => $"L{++_values}";

    private static string[] Text(short mapping) => mapping == SimulatedMappings.Account ? ["Name", "Phone", "Fax", "Site"] : ["LastName", "Title"];
}
