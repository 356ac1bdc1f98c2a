using System.Globalization;
using System.Text.Json;

namespace ActorSync.Bench.Growth;

/// <summary>Custom objects with the fields of <see cref="AccountRows"/>, as many as are wanted: their schema for the org, their mappings, their tables. Numbered from one on.</summary>
internal static class CustomObjects
{
    /// <summary>Most that are measured.</summary>
    public const int Max = 64;

    // Name is there by itself; the others in the order of the values of AccountRows.
    private static readonly object[] Fields =
    [
        new { name = "Phone__c", type = "phone" },
        new { name = "Website__c", type = "url" },
        new { name = "Industry__c", type = "text" },
        new { name = "Type__c", type = "text" },
        new { name = "BillingCity__c", type = "text", length = 40 },
        new { name = "NumberOfEmployees__c", type = "number", precision = 8, scale = 0 },
        new { name = "Description__c", type = "textarea", length = 32_000 },
    ];

    private static readonly string[] Names = ["Name", "Phone__c", "Website__c", "Industry__c", "Type__c", "BillingCity__c", "NumberOfEmployees__c", "Description__c"];

    /// <summary>Columns of a table, in the order of the values of <see cref="AccountRows"/>.</summary>
    public static string Columns { get; } = string.Join(", ", Names.Select(name => name.ToLowerInvariant()));

    /// <summary>The table that the node makes.</summary>
    public static string Table(int number) => $"salesforce.{Name(number).ToLowerInvariant()}";

    /// <summary>The tables of all.</summary>
    public static IReadOnlyList<string> Tables(int count) => [.. Enumerable.Range(1, count).Select(Table)];

    /// <summary>HOCON of the mappings of all, for a list.</summary>
    public static string Mappings(int count) =>
        string.Join(", ", Enumerable.Range(1, count).Select(number => $"{{ object = {Name(number)}, fields = [{string.Join(", ", Names)}] }}"));

    /// <summary>The schema file of an org that has them all.</summary>
    public static string Schema(int count) => JsonSerializer.Serialize(
        new { objects = Enumerable.Range(1, count).Select(number => new { @object = Name(number), label = $"Bench {number}", fields = Fields }) });

    /// <summary>Records of each when all together have so many: as even as it goes.</summary>
    public static IReadOnlyList<long> Spread(long records, int count) => [.. Enumerable.Range(0, count).Select(i => (records / count) + (i < records % count ? 1 : 0))];

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"Bench{number:00}__c");
}
