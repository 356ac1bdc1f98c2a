using System.Collections.Frozen;
using ActorSync.OrgSimulator.Org;
using Npgsql;

namespace ActorSync.Chaos.Traffic;

/// <summary>The records both sides choose from, as they were a moment ago: what has gone meanwhile is chosen too, as in life.</summary>
internal sealed class Roster
{
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(1.5);

    private readonly NpgsqlDataSource _application;
    private readonly OrgModel _org;
    private readonly FrozenSet<Guid> _leftAlone;
    private readonly FrozenDictionary<string, Hot> _hot;
    private volatile FrozenDictionary<string, View> _views = FrozenDictionary<string, View>.Empty;

    private Roster(NpgsqlDataSource application, OrgModel org, IEnumerable<Guid> leftAlone)
    {
        (_application, _org, _leftAlone) = (application, org, leftAlone.ToFrozenSet());
        _hot = MappedObject.All.ToFrozenDictionary(type => type.Name, type => new Hot(type, org));
    }

    /// <summary>Records that nobody deletes by name: what was counted on them can be checked to the last one.</summary>
    public bool IsImmortal(Guid id) => _hot.Values.Any(hot => hot.Immortal.Contains(id));

    /// <summary>UUIDs of the hot records.</summary>
    public IEnumerable<Guid> HotIds => _hot.Values.SelectMany(hot => hot.Ids);

    /// <summary>Reads both sides, once everything is loaded.</summary>
    /// <param name="leftAlone">Records that are never chosen.</param>
    public static async Task<Roster> ReadAsync(NpgsqlDataSource application, OrgModel org, IEnumerable<Guid> leftAlone)
    {
        var roster = new Roster(application, org, leftAlone);
        await roster.RefreshAsync();
        return roster;
    }

    /// <summary>Reads both sides again and again, until stopped. While the database is away it stays as it was.</summary>
    public async Task KeepAsync(TimeProvider clock, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(RefreshInterval, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await RefreshAsync();
            }
            catch (Exception error) when (DatabaseTrouble.IsAway(error))
            {
                // It is being restarted.
            }
        }
    }

    /// <summary>Rows of an object.</summary>
    public int RowCount(MappedObject type) => _views[type.Name].Rows.Length;

    /// <summary>Some row, half of the time a hot one.</summary>
    public Guid Row(MappedObject type, Random random) =>
        random.Next(2) == 0 ? Any(_hot[type.Name].Ids, random) : Any(_views[type.Name].Rows, random);

    /// <summary>Some row that may be deleted.</summary>
    public Guid? MortalRow(MappedObject type, Random random) => Mortal(random.Next(3) == 0 ? Any(_hot[type.Name].Mortal, random) : Any(_views[type.Name].Rows, random));

    /// <summary>Some live record, half of the time a hot one: its id in Salesforce.</summary>
    public string Record(MappedObject type, Random random)
    {
        var view = _views[type.Name];
        return random.Next(2) == 0 && view.Hot.Length > 0 ? Any(view.Hot, random) : Any(view.Live, random).Sfid;
    }

    /// <summary>Some live record that may be deleted.</summary>
    public string? MortalRecord(MappedObject type, Random random)
    {
        var (sfid, id) = Any(_views[type.Name].Live, random);
        return id is { } key && IsImmortal(key) ? null : sfid;
    }

    /// <summary>Some record of the recycle bin, rather one that was deleted of late.</summary>
    public string? Deleted(MappedObject type, Random random) => _views[type.Name].Deleted is { Length: > 0 } deleted ? Any(deleted, random) : null;

    private Guid? Mortal(Guid id) => IsImmortal(id) ? null : id;

    private static T Any<T>(T[] values, Random random) => values[random.Next(values.Length)];

    private async Task RefreshAsync()
    {
        var views = new Dictionary<string, View>(StringComparer.Ordinal);
        foreach (var type in MappedObject.All)
        {
            await using var command = _application.CreateCommand($"select array_agg({MappedObject.KeyColumn} order by {MappedObject.KeyColumn}) from {type.Table}");
            var rows = ((Guid[])(await command.ExecuteScalarAsync())!).Where(id => !_leftAlone.Contains(id)).ToArray();
            var (live, deleted) = (new List<(string Sfid, Guid? Id)>(), new List<(DateTimeOffset At, string Sfid)>());
            foreach (var record in OrgRecords.Read(_org, $"SELECT Id, {MappedObject.ExternalId}, IsDeleted, SystemModstamp FROM {type.Name}", includeDeleted: true))
            {
                if (record.Fields[2].Value is true)
                {
                    deleted.Add(((DateTimeOffset)record.Fields[3].Value!, record.Id));
                }
                else if (!(Guid.TryParse((string?)record.Fields[1].Value, out var id) && _leftAlone.Contains(id)))
                {
                    live.Add((record.Id, id == Guid.Empty ? null : id));
                }
            }

            var hot = live.Where(record => record.Id is { } id && _hot[type.Name].Ids.Contains(id)).Select(record => record.Sfid).ToArray();
            views[type.Name] = new View(rows, [.. live], hot, [.. deleted.OrderByDescending(record => record.At).ThenBy(record => record.Sfid, StringComparer.Ordinal).Take(30).Select(record => record.Sfid)]);
        }

        _views = views.ToFrozenDictionary();
    }

    private sealed record View(Guid[] Rows, (string Sfid, Guid? Id)[] Live, string[] Hot, string[] Deleted);

    private sealed class Hot
    {
        public Hot(MappedObject type, OrgModel org)
        {
            var key = type.Shared[0];
            var records = OrgRecords.Read(org, $"SELECT {key}, {MappedObject.ExternalId} FROM {type.Name} WHERE {key} LIKE '{Population.HotPrefix}%' ORDER BY Id")
                .Select(record => (Name: (string)record.Fields[0].Value!, Id: Guid.Parse((string)record.Fields[1].Value!))).ToArray();
            Ids = [.. records.Select(record => record.Id)];
            Mortal = [.. records.Where(record => record.Name.StartsWith(Population.MortalPrefix, StringComparison.Ordinal)).Select(record => record.Id)];
            Immortal = Ids.Except(Mortal).ToFrozenSet();
        }

        public Guid[] Ids { get; }

        public Guid[] Mortal { get; }

        public FrozenSet<Guid> Immortal { get; }
    }
}
