namespace ActorSync.OrgSimulator.Org;

/// <summary>Row locks that a test or a person holds.</summary>
internal sealed class RowLocks
{
    /// <summary>No locks, for what the org itself writes.</summary>
    public static readonly RowLocks None = new();

    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);

    public bool IsHeld(string id) => _held.Count > 0 && _held.ContainsKey(id);

    public void Hold(string id) => _held[id] = _held.GetValueOrDefault(id) + 1;

    public void Release(string id)
    {
        if (_held.TryGetValue(id, out int count) && count > 1)
        {
            _held[id] = count - 1;
        }
        else
        {
            _held.Remove(id);
        }
    }

    /// <summary>The error of a record that waited in vain for these rows; ids with 15 characters, as the server writes them.</summary>
    public static RecordError Error(IEnumerable<string> ids)
    {
        string[] short15 = [.. ids.Select(id => id[..15])];
        return new RecordError("UNABLE_TO_LOCK_ROW", $"unable to obtain exclusive access to this record or {short15.Length} records: {string.Join(',', short15)}", []);
    }
}

/// <summary>Errors that a test asked for, drawn from the org's seeded generator.</summary>
internal sealed class ErrorInjections(Random random)
{
    /// <summary>No errors, for what the org itself writes.</summary>
    public static readonly ErrorInjections None = new(new Random(0));

    private readonly List<Active> _active = [];

    public Active Add(ErrorInjection injection)
    {
        var active = new Active(injection);
        _active.Add(active);
        return active;
    }

    public void Remove(Active active) => _active.Remove(active);

    public RecordError? Draw(string type, string operation)
    {
        foreach (Active active in _active)
        {
            ErrorInjection injection = active.Injection;
            if (active.Used < injection.TimesMax
                && (injection.Type is null || injection.Type.Equals(type, StringComparison.OrdinalIgnoreCase))
                && (injection.Operation is null || injection.Operation.Equals(operation, StringComparison.OrdinalIgnoreCase))
                && (injection.Probability >= 1 || random.NextDouble() < injection.Probability))
            {
                active.Used++;
                return new RecordError(injection.StatusCode, injection.Message, injection.Fields ?? []);
            }
        }

        return null;
    }

    internal sealed class Active(ErrorInjection injection)
    {
        public ErrorInjection Injection { get; } = injection;

        public int Used { get; set; }
    }
}
