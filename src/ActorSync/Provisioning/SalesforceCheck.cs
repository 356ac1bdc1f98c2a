using System.Collections.Concurrent;
using ActorSync.Configuration;
using ActorSync.Domain.Faults;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Rest;

namespace ActorSync.Provisioning;

/// <summary>Asks Salesforce about every mapped object and every parent that a field names.</summary>
/// <param name="describe">Describes one object; throws a <see cref="SalesforceException"/> that no retry mends when there is none for this user.</param>
internal sealed class SalesforceCheck(Func<string, CancellationToken, Task<ObjectDescribe>> describe)
{
    /// <summary>Requests at once; an org allows 25 long ones, and the feeds need theirs.</summary>
    private const int RequestsMax = 4;

    // Suggested when no object has the name that was written: the ones that people map most, besides their own.
    private static readonly string[] CommonObjects =
        ["Account", "Asset", "Campaign", "CampaignMember", "Case", "Contact", "Contract", "Event", "Lead", "Opportunity", "OpportunityLineItem", "Order", "OrderItem", "Pricebook2", "PricebookEntry", "Product2", "Quote", "Task", "User"];

    /// <summary>The describes by object name, without case. An object that does not exist for this user is left out and named in <paramref name="errors"/>.</summary>
    /// <exception cref="SalesforceException">The org cannot be reached or refuses the user: nothing about the mappings is known.</exception>
    public async Task<IReadOnlyDictionary<string, ObjectDescribe>> DescribeAsync(
        IReadOnlyCollection<MappingConfig> mappings, ICollection<string> errors, CancellationToken stop)
    {
        var found = new ConcurrentDictionary<string, ObjectDescribe>(StringComparer.OrdinalIgnoreCase);
        var refused = new ConcurrentDictionary<string, SyncFault>(StringComparer.OrdinalIgnoreCase);
        await DescribeAllAsync(mappings.Select(mapping => mapping.Object), found, refused, stop);
        foreach (var mapping in mappings.Where(mapping => refused.ContainsKey(mapping.Object)))
        {
            errors.Add(Unknown(mapping.Object, refused[mapping.Object], mappings));
        }

        await DescribeAllAsync(mappings.SelectMany(mapping => ParentsOf(mapping, found)).Where(name => !found.ContainsKey(name)), found, refused, stop);
        return found;
    }

    private async Task DescribeAllAsync(
        IEnumerable<string> objects, ConcurrentDictionary<string, ObjectDescribe> found, ConcurrentDictionary<string, SyncFault> refused, CancellationToken stop)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = RequestsMax, CancellationToken = stop };
        await Parallel.ForEachAsync(objects.Distinct(StringComparer.OrdinalIgnoreCase), parallel, async (name, cancellation) =>
        {
            try
            {
                found[name] = await describe(name, cancellation);
            }
            catch (SalesforceException refusal) when (SaysNoSuchObject(refusal.Fault))
            {
                refused[name] = refusal.Fault;
            }
        });
    }

    // NOT_FOUND: REST's answer for a resource that does not exist; the others: SOAP's and REST's for an object that this user has no access to.
    private static bool SaysNoSuchObject(SyncFault fault) => fault.Code is "NOT_FOUND" or "INVALID_TYPE" or "INSUFFICIENT_ACCESS";

    private static IEnumerable<string> ParentsOf(MappingConfig mapping, ConcurrentDictionary<string, ObjectDescribe> found) =>
        found.TryGetValue(mapping.Object, out var described)
            ? mapping.Fields.Select(field => field.Parent).OfType<ParentFieldConfig>()
                .Select(parent => FieldPlanner.ReferenceOf(described, parent.Relationship))
                .Where(reference => reference is { ReferenceTo.Count: 1 })
                .Select(reference => reference!.ReferenceTo[0])
            : [];

    private static string Unknown(string name, SyncFault fault, IReadOnlyCollection<MappingConfig> mappings)
    {
        var known = CommonObjects.Concat(mappings.Select(mapping => mapping.Object)).Where(other => !string.Equals(other, name, StringComparison.OrdinalIgnoreCase));
        return $"mapping {name}: no such object for the integration user ({fault.Code}){NearestApiName.Hint(name, known)} " +
            "Correct the name (custom objects end in __c), or give the user Read on the object";
    }
}
