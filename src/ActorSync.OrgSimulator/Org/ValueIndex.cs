namespace ActorSync.OrgSimulator.Org;

/// <summary>Records by the value of one field. One record a value costs no list: most indexed fields are unique.</summary>
internal sealed class ValueIndex(bool caseSensitive)
{
    private readonly Dictionary<string, object> _byKey = new(caseSensitive ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);

    public void Add(object? value, StoredRecord record)
    {
        if (value is null)
        {
            return;
        }

        string key = FieldText.Format(value)!;
        if (!_byKey.TryGetValue(key, out object? held))
        {
            _byKey.Add(key, record);
        }
        else if (held is HashSet<StoredRecord> many)
        {
            many.Add(record);
        }
        else
        {
            _byKey[key] = new HashSet<StoredRecord> { (StoredRecord)held, record };
        }
    }

    public void Remove(object? value, StoredRecord record)
    {
        if (value is null || FieldText.Format(value) is not { } key || !_byKey.TryGetValue(key, out object? held))
        {
            return;
        }

        if (held is HashSet<StoredRecord> many)
        {
            many.Remove(record);
            if (many.Count > 0)
            {
                return;
            }
        }
        else if (!ReferenceEquals(held, record))
        {
            return;
        }

        _byKey.Remove(key);
    }

    /// <summary>Records with that value, deleted ones included, in the order of their ids.</summary>
    public IReadOnlyList<StoredRecord> Find(string key)
    {
        if (!_byKey.TryGetValue(key, out object? held))
        {
            return [];
        }

        return held is StoredRecord one ? [one] : [.. ((HashSet<StoredRecord>)held).OrderBy(r => r.Id, StringComparer.Ordinal)];
    }
}
