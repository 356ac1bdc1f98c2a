using System.Globalization;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.Chaos.Traffic;

/// <summary>People and imports in Salesforce, on the org's own model. Some of their commits come late: their SystemModstamp lies before others that were seen already.</summary>
internal sealed class PeopleTraffic(OrgModel org, Roster roster, EditLedger ledger, ChaosOptions options, TimeProvider clock)
{
    private const int Workers = 2;
    private const int ImportMax = 10;

    private readonly DmlContext _person = new("ui", null, org.HumanUser.Id);

    /// <summary>Edits until stopped.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, Workers).Select(i => WorkAsync(options.Stream(30 + i), (double)options.EditsPerSecond / Workers, stop)));

    private async Task WorkAsync(Random random, double perSecond, CancellationToken stop)
    {
        var pace = new Pace(perSecond, clock);
        while (!stop.IsCancellationRequested)
        {
            Edit(random);
            await pace.NextAsync(stop);
        }
    }

    private void Edit(Random random)
    {
        if (random.Next(25) == 0)
        {
            org.CommitLate(ChaosWorld.LateCommitMax * random.NextDouble());
            ledger.Note("people: commits that came late");
        }

        var type = random.Next(100) < 60 ? MappedObject.Account : MappedObject.Contact;
        switch (random.Next(100))
        {
            case < 74:
                Update(type, 1, random);
                break;
            case < 80:
                Update(type, ImportMax, random);
                break;
            case < 84:
                Save("people: moved to another parent", MappedObject.Contact, roster.Record(MappedObject.Contact, random), ("AccountId", roster.Record(MappedObject.Account, random)));
                break;
            case < 90:
                Untold(type, random);
                break;
            case < 92:
                Note("people: undeletes", roster.Deleted(type, random) is { } back ? org.Undelete([back], _person) : []);
                break;
            case 92:
                Note("people: emptied from the recycle bin", random.Next(3) == 0 && roster.Deleted(type, random) is { } gone ? org.EmptyRecycleBin([gone], _person) : []);
                break;
            default:
                BirthOrDeath(type, random);
                break;
        }
    }

    private void Update(MappedObject type, int records, Random random)
    {
        var field = type.Shared[random.Next(type.Shared.Length)];
        var ids = Enumerable.Range(0, records).Select(_ => roster.Record(type, random)).Distinct();
        var inputs = ids.Select(id => Input(type, id, (field, field != type.Shared[0] && random.Next(15) == 0 ? null : ledger.PeoplesValue())));
        Note("people: updates", org.Update([.. inputs], _person));
    }

    private void Untold(MappedObject type, Random random) => Save(
        "people: updates", type, roster.Record(type, random),
        type == MappedObject.Account
            ? ("AnnualRevenue", random.Next(1_000_000).ToString(CultureInfo.InvariantCulture))
            : ("Birthdate", new DateOnly(1950, 1, 1).AddDays(random.Next(20_000)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));

    private void BirthOrDeath(MappedObject type, Random random)
    {
        if (org.Count(type.Name) < (type == MappedObject.Account ? options.Records * 2 / 5 : options.Records - (options.Records * 2 / 5)))
        {
            var input = type == MappedObject.Account
                ? Input(type, null, ("Name", ledger.PeoplesValue()))
                : Input(type, null, ("LastName", ledger.PeoplesValue()), ("AccountId", random.Next(4) == 0 ? null : roster.Record(MappedObject.Account, random)));
            Note("people: creates", org.Create([input], _person));
        }
        else if (roster.MortalRecord(type, random) is { } id)
        {
            Note("people: deletes", org.Delete([id], _person));
        }
    }

    private void Save(string what, MappedObject type, string id, (string Field, string? Value) field) => Note(what, org.Update([Input(type, id, field)], _person));

    private void Note(string what, IReadOnlyList<RecordResult> results) => ledger.Note(what, results.Count(result => result.Success));

    private static RecordInput Input(MappedObject type, string? id, params ReadOnlySpan<(string Field, string? Value)> fields)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (field, value) in fields)
        {
            values[field] = value;
        }

        return new RecordInput(type.Name, id, values);
    }
}
