namespace ActorSync.Salesforce.Soap;

/// <summary>One page of a query.</summary>
/// <param name="Rows">The records of this page; at most 2,000.</param>
/// <param name="Done">True on the last page.</param>
/// <param name="Locator">Where the next page begins; null on the last page.</param>
/// <param name="TotalSize">Records in all pages together; the answer of <c>SELECT count()</c>.</param>
public sealed record QueryAnswer(IReadOnlyList<QueryRow> Rows, bool Done, string? Locator, int TotalSize);

/// <summary>
/// One record as read: values in Salesforce's text form by field name, names compared without case. Fields of a parent are flattened:
/// <c>Account.ActorSync_Id__c</c>. Where the parent is null the row holds the relationship name with null, and nothing below it.
/// </summary>
public sealed class QueryRow
{
    private readonly Dictionary<string, string?> values;

    internal QueryRow(string objectName, Dictionary<string, string?> values)
    {
        ObjectName = objectName;
        this.values = values;
    }

    /// <summary>API name of the record's object; <c>AggregateResult</c> for grouped queries.</summary>
    public string ObjectName { get; }

    /// <summary>All values read.</summary>
    public IReadOnlyDictionary<string, string?> Values => values;

    /// <summary>The value of a field, or null if it is null or was not read.</summary>
    public string? this[string field] => values.GetValueOrDefault(field);

    /// <summary>The 18-character record id.</summary>
    /// <exception cref="InvalidOperationException">The query did not select <c>Id</c>.</exception>
    public string Id => this["Id"] ?? throw new InvalidOperationException($"The query of {ObjectName} did not select Id.");
}
