using ActorSync.Domain.Faults;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Rest;

namespace ActorSync.IntegrationTests.Provisioning;

/// <summary>An org of two objects, described by hand; a test changes what it needs with <see cref="Put"/>.</summary>
internal sealed class SampleOrg
{
    private readonly Dictionary<string, ObjectDescribe> _objects = new(StringComparer.OrdinalIgnoreCase);

    public SampleOrg()
    {
        Put("Account", [
            Text("Name", 255),
            Text("Phone", 40) with { Type = "phone" },
            Text("Description", 32000) with { Type = "textarea" },
            Editable("AnnualRevenue", "currency") with { Precision = 18, Scale = 2 },
            Editable("NumberOfEmployees", "int") with { Digits = 8 },
            Editable("FollowUp__c", "datetime"),
            Editable("Founded__c", "date"),
            Editable("Active__c", "boolean")]);
        Put("Contact", [
            Text("LastName", 80),
            Text("Email", 80) with { Type = "email" },
            Editable("AccountId", "reference") with { Length = 18, ReferenceTo = ["Account"], RelationshipName = "Account" }]);
    }

    /// <summary>The object with these fields besides Id, SystemModstamp and the external id.</summary>
    public void Put(string name, params FieldDescribe[] fields) => _objects[name] = new ObjectDescribe
    {
        Name = name,
        Createable = true,
        Updateable = true,
        Deletable = true,
        Queryable = true,
        Replicateable = true,
        Fields = [
            new FieldDescribe { Name = "Id", Type = "id", Length = 18 },
            new FieldDescribe { Name = "IsDeleted", Type = "boolean" },
            new FieldDescribe { Name = "SystemModstamp", Type = "datetime" },
            Text("ActorSync_Id__c", 36) with { ExternalId = true, Unique = true },
            .. fields],
    };

    public static FieldDescribe Text(string name, int length) => Editable(name, "string") with { Length = length };

    public static FieldDescribe Editable(string name, string type) => new() { Name = name, Type = type, Createable = true, Updateable = true };

    public Task<ObjectDescribe> DescribeAsync(string name, CancellationToken stop) =>
        _objects.TryGetValue(name, out var found)
            ? Task.FromResult(found)
            : Task.FromException<ObjectDescribe>(new SalesforceException(new SyncFault.Misconfigured("NOT_FOUND", "no such object", ""), $"describe {name}"));
}
