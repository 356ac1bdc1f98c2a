using System.Globalization;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.Chaos;

/// <summary>What people had entered before the sync began. Contacts belong to Accounts, those that are hot to hot ones.</summary>
internal static class Population
{
    /// <summary>Names of hot records begin so, until somebody renames them.</summary>
    public const string HotPrefix = "Hot ";

    /// <summary>Every fifth hot record may be deleted; the others stay, so that what was counted on them can be checked to the last one.</summary>
    public const string MortalPrefix = "Hot mortal ";

    private const int MortalEvery = 5;

    /// <summary>Fills an empty org.</summary>
    public static void Fill(OrgModel org, ChaosOptions options)
    {
        var person = new DmlContext("ui", null, org.HumanUser.Id);
        var random = options.Stream(1);
        var accounts = new List<string>();
        var accountCount = options.Records * 2 / 5;
        Create(org, person, accountCount, i => new RecordInput("Account", null, Values(("Name", Name("Account", i, options)), ("Phone", "+1 555 0100"), ("NumberOfEmployees", "0"))), accounts);
        Create(org, person, options.Records - accountCount, i =>
        {
            var parent = accounts[i < options.HotOfEach ? i : random.Next(options.HotOfEach, accounts.Count)];
            return new RecordInput("Contact", null, Values(("LastName", Name("Contact", i, options)), ("AccountId", parent)));
        }, []);
    }

    private static string Name(string type, int number, ChaosOptions options) =>
        string.Create(CultureInfo.InvariantCulture, $"{(number >= options.HotOfEach ? "" : number % MortalEvery == 0 ? MortalPrefix : HotPrefix)}{type} {number}");

    private static void Create(OrgModel org, DmlContext person, int count, Func<int, RecordInput> record, List<string> ids)
    {
        foreach (var numbers in Enumerable.Range(0, count).Chunk(OrgModel.RecordsPerCallMax))
        {
            ids.AddRange(org.Create([.. numbers.Select(record)], person).Select(result => result.Id ?? throw new InvalidOperationException(result.Errors[0].Message)));
        }
    }

    private static Dictionary<string, object?> Values(params ReadOnlySpan<(string Field, string Value)> fields)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (field, value) in fields)
        {
            values[field] = value;
        }

        return values;
    }
}
