using System.Globalization;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.Simulation;

/// <summary>People who work in Salesforce.</summary>
internal sealed class PeopleSide(World world)
{
    private readonly Random _random = world.Draws("people");
    private readonly DmlContext _person = new("ui", null, world.Org.HumanUser.Id);
    private readonly Random? _counting = SimulatedMappings.Counts(world.Mappings) ? world.Draws("counting people") : null;
    private int _values;
    private long _seen;

    /// <summary>Records that were there before the sync began.</summary>
    public void Populate(int records)
    {
        for (var i = 0; i < records; i++)
        {
            Create(_random.Next(3) > 0 ? "Account" : "Contact");
        }
    }

    /// <summary>Where records come and go, some of what anybody deletes is restored soon.</summary>
    public void Begin()
    {
        if (world.Temper.ComesAndGoes || world.Temper.IsRestless)
        {
            world.After(TimeSpan.FromMilliseconds(100), Regret);
        }
    }

    /// <summary>One edit, now.</summary>
    public void Edit()
    {
        if (world.Strikes(FaultKind.LateCommit, 0.06))
        {
            world.Org.CommitLate(TimeSpan.FromSeconds(world.Drawn(FaultKind.LateCommit).Next(1, 6)));
        }

        var type = _random.Next(4) > 0 ? "Account" : "Contact";
        var dice = _random.Next(100);
        if (dice < 8)
        {
            Create(type);
        }
        else if (dice < (world.Temper.ComesAndGoes ? 22 : 13))
        {
            if (((world.Temper.ComesAndGoes || world.Temper.IsRestless) && _random.Next(2) == 0 ? Newest(type) : Pick(type, deleted: false)) is { } id)
            {
                Note("deletes", id, "");
                world.Org.Delete([id], _person);
            }
        }
        else if (dice < (world.Temper.ComesAndGoes ? 32 : 16))
        {
            // One of them, the last, or all that are in the bin.
            var how = world.Temper.IsRestless ? _random.Next(4) : 0;
            foreach (var id in how == 3 ? Ids(type, deleted: true) : (how == 0 ? Pick(type, deleted: true) : DeletedLast(type)) is { } one ? [one] : Array.Empty<string>())
            {
                Note("undeletes", id, "");
                world.Org.Undelete([id], _person);
            }
        }
        else if (Pick(type, deleted: false) is { } id)
        {
            if (type == "Account" && _counting is { } counting && counting.Next(2) == 0)
            {
                Count(id, counting.Next(1, 10));
                return;
            }

            if (world.Temper.IsRestless && _random.Next(12) == 0)
            {
                Waver(id, TimeSpan.FromMilliseconds(500));
            }

            var fields = Fields(type).OrderBy(_ => _random.Next()).Take(_random.Next(1, 3)).ToDictionary(field => field, _ => (object?)Value(), StringComparer.Ordinal);
            Note("edits", id, string.Join(", ", fields));
            world.Org.Update([new RecordInput(type, id, fields)], _person);
        }
    }

    // What has just been changed is deleted, and restored.
    private void Waver(string id, TimeSpan longest)
    {
        var deletedAfter = TimeSpan.FromMilliseconds(50 + (_random.NextDouble() * 400));
        world.After(deletedAfter, () =>
        {
            Note("deletes", id, "");
            world.Org.Delete([id], _person);
        });
        world.After(deletedAfter + TimeSpan.FromMilliseconds(50) + (_random.NextDouble() * longest), () => Restore(id));
    }

    private void Restore(string id)
    {
        Note("undeletes", id, "soon");
        world.Org.Undelete([id], _person);
    }

    private void Regret()
    {
        foreach (var arrival in world.Org.Arrivals(_seen + 1).Where(arrival => arrival.Error is null))
        {
            if (arrival.Operation == "delete" && _random.Next(4) == 0)
            {
                world.After(TimeSpan.FromSeconds(_random.NextDouble() * (_random.Next(2) == 0 ? 0.5 : world.Temper.IsRestless ? 4 : 1.5)), () => Restore(arrival.Id!));
            }
            else if (arrival is { Operation: "update", Client: not null } && world.Temper.IsRestless && _random.Next(20) == 0)
            {
                // Its answer may be on its way, or lost.
                Waver(arrival.Id!, TimeSpan.FromSeconds(2));
            }
        }

        _seen = world.Org.LastArrival;
        if (world.IsBusy)
        {
            world.After(TimeSpan.FromMilliseconds(100), Regret);
        }
    }

    private void Create(string type)
    {
        var fields = Fields(type).Take(_random.Next(1, 4)).ToDictionary(field => field, _ => (object?)Value(), StringComparer.Ordinal);
        if (type == "Contact" && _random.Next(2) == 0 && Pick("Account", deleted: false) is { } parent)
        {
            fields["AccountId"] = parent;
        }

        var id = world.Org.Create([new RecordInput(type, null, fields)], _person)[0].Id!;
        Note("creates", id, string.Join(", ", fields));
    }

    // What the page shows and some more: it says an absolute value, as all of Salesforce does.
    private void Count(string id, int more)
    {
        var shown = world.Org.Query($"SELECT {SimulatedMappings.Counter} FROM Account WHERE Id = '{id}'").Rows[0].Fields[0].Value;
        var sum = Convert.ToInt64(shown ?? 0L, CultureInfo.InvariantCulture) + more;
        Note("counts", id, sum.ToString(CultureInfo.InvariantCulture));
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal) { [SimulatedMappings.Counter] = sum.ToString(CultureInfo.InvariantCulture) };
        world.Org.Update([new RecordInput("Account", id, fields)], _person);
    }

    // Born so lately, if there is one, that its row does not know its id yet.
    private string? Newest(string type)
    {
        var known = world.Database.Tables[type == "Account" ? SimulatedMappings.Account : SimulatedMappings.Contact].Rows.Scan(null).Select(row => row.Value.Sfid).ToHashSet(StringComparer.Ordinal);
        var ids = Ids(type, deleted: false);
        return ids.LastOrDefault(id => !known.Contains(id)) ?? ids.LastOrDefault();
    }

    // What was deleted last and is still deleted.
    private string? DeletedLast(string type)
    {
        var deleted = Ids(type, deleted: true).ToHashSet(StringComparer.Ordinal);
        return world.Org.Arrivals().LastOrDefault(arrival => arrival is { Operation: "delete", Error: null } && deleted.Contains(arrival.Id!))?.Id;
    }

    private string[] Ids(string type, bool deleted) =>
        [.. world.Org.Query($"SELECT Id FROM {type} WHERE IsDeleted = {(deleted ? "true" : "false")} ORDER BY Id", includeDeleted: true).Rows.Select(row => row.Id)];

    private string? Pick(string type, bool deleted)
    {
        var ids = Ids(type, deleted);
        return ids.Length == 0 ? null : ids[world.Temper.PicksFirst(_random) ? 0 : _random.Next(ids.Length)];
    }

    private void Note(string does, string id, string what) =>
        world.Trace.Note("people", world.Trace.RecordOf(id), () => $"{does} {id[^6..]} {what}");

    private string Value() => $"R{++_values}";

    private static string[] Fields(string type) => type == "Account" ? ["Name", "Phone", "Fax", "Site"] : ["LastName", "Title"];
}
