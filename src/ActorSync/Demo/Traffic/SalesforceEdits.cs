using System.Collections.Immutable;
using System.Globalization;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.Demo.Traffic;

/// <summary>The users of the org: they edit, create and delete in Salesforce as people and imports do, on the org's own model.</summary>
internal sealed class SalesforceEdits(OrgModel org, Random random)
{
    private const int BatchMax = 10;

    private static readonly string[] Objects = ["Account", "Contact", "Lead", "Opportunity", "Case"];

    private static readonly ImmutableArray<(string Object, string Field)> Edited =
    [
        ("Account", "Description"), ("Account", "BillingCity"), ("Account", "Website"),
        ("Contact", "Title"), ("Contact", "MailingCity"), ("Lead", "Title"), ("Lead", "City"), ("Opportunity", "Name"), ("Case", "Subject"),
    ];

    private readonly Dictionary<string, List<string>> _ids = Objects.ToDictionary(name => name, name => Ids(org, name), StringComparer.Ordinal);
    private readonly DmlContext _user = new("page", null, org.HumanUser.Id);
    private int _serial;

    /// <summary>What was edited so far.</summary>
    public EditTally Tally { get; } = new();

    /// <summary>Does one thing, as a user would.</summary>
    public void Edit()
    {
        switch (random.Next(100))
        {
            case < 70:
                Update(random.Next(1, 4));
                break;
            case < 87:
                Update(BatchMax);
                break;
            case < 96:
                Create();
                break;
            default:
                Delete();
                break;
        }
    }

    private void Update(int records)
    {
        var (objectName, field) = Edited[random.Next(Edited.Length)];
        var ids = Enumerable.Range(0, records).Select(_ => Any(objectName)).Distinct();
        Tally.Updated(org.Update([.. ids.Select(id => Record(objectName, id, (field, Text(field))))], _user).Count(result => result.Success));
    }

    /// <summary>Writes the field that the application is writing too. May be called beside <see cref="Edit"/>.</summary>
    public void Contest(Guid id)
    {
        if (org.Query($"SELECT Id FROM Account WHERE ActorSync_Id__c = '{id}'").Rows is [var row, ..])
        {
            Tally.Updated(org.Update([Record("Account", row.Id, ("Site", Text("Site")))], _user).Count(result => result.Success));
        }
    }

    private void Create()
    {
        var created = random.Next(3) switch
        {
            0 => ("Account", Record("Account", null, ("Name", Text("Account")))),
            1 => ("Contact", Record("Contact", null, ("LastName", Text("Contact")), ("AccountId", Any("Account")))),
            _ => ("Lead", Record("Lead", null, ("LastName", Text("Lead")), ("Company", Text("Company")))),
        };
        if (org.Create([created.Item2], _user)[0] is { Success: true, Id: { } id })
        {
            _ids[created.Item1].Add(id);
            Tally.Inserted(1);
        }
    }

    private void Delete()
    {
        var objectName = random.Next(3) == 0 ? "Opportunity" : "Lead";
        var ids = _ids[objectName];
        var index = random.Next(ids.Count);
        Tally.Deleted(org.Delete([ids[index]], _user).Count(result => result.Success));
        ids.RemoveAt(index);
    }

    private string Any(string objectName) => _ids[objectName][random.Next(_ids[objectName].Count)];

    private static RecordInput Record(string objectName, string? id, params ReadOnlySpan<(string Field, string? Value)> fields)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (field, value) in fields)
        {
            values[field] = value;
        }

        return new RecordInput(objectName, id, values);
    }

    private static List<string> Ids(OrgModel org, string objectName)
    {
        var ids = new List<string>();
        for (var page = org.Query($"SELECT Id FROM {objectName} ORDER BY Id"); ; page = org.QueryMore(page.Locator))
        {
            ids.AddRange(page.Rows.Select(row => row.Id));
            if (page.Locator is null)
            {
                return ids;
            }
        }
    }

    private string Text(string what) => string.Create(CultureInfo.InvariantCulture, $"{what} {Interlocked.Increment(ref _serial)} user");
}
