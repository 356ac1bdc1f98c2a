using ActorSync.OrgSimulator;
using ActorSync.OrgSimulator.Org;
using Shouldly;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>A person who works in Salesforce, and the judge who reads what arrived there.</summary>
internal sealed class SalesforceSide(OrgServer server)
{
    private readonly DmlContext _person = new("test", null, server.Model.HumanUser.Id);

    /// <summary>The org behind it.</summary>
    public OrgModel Model => server.Model;

    /// <summary>Creates a record and gives its id.</summary>
    public string Create(string type, params ReadOnlySpan<(string Field, string? Value)> fields) => One(Model.Create([Input(type, null, fields)], _person));

    /// <summary>Changes fields of a record.</summary>
    public void Update(string type, string sfid, params ReadOnlySpan<(string Field, string? Value)> fields) => One(Model.Update([Input(type, sfid, fields)], _person));

    /// <summary>Changes the same fields of many records in one transaction.</summary>
    public void UpdateAll(string type, IReadOnlyList<string> sfids, params ReadOnlySpan<(string Field, string? Value)> fields)
    {
        var inputs = new List<RecordInput>();
        foreach (var sfid in sfids)
        {
            inputs.Add(Input(type, sfid, fields));
        }

        Model.Update(inputs, _person).ShouldAllBe(result => result.Success);
    }

    /// <summary>Moves many records to the recycle bin in one transaction.</summary>
    public void DeleteAll(IReadOnlyList<string> sfids) => Model.Delete(sfids, _person).ShouldAllBe(result => result.Success);

    /// <summary>Deletes a record for good, past the recycle bin.</summary>
    public void HardDelete(string sfid) => One(Model.HardDelete([sfid], _person));

    /// <summary>Changes fields if the record still lives.</summary>
    public bool TryUpdate(string type, string sfid, params ReadOnlySpan<(string Field, string? Value)> fields) => Model.Update([Input(type, sfid, fields)], _person)[0].Success;

    /// <summary>Moves a record to the recycle bin.</summary>
    public void Delete(string sfid) => One(Model.Delete([sfid], _person));

    /// <summary>Takes a record out of the recycle bin.</summary>
    public void Undelete(string sfid) => One(Model.Undelete([sfid], _person));

    /// <summary>Deletes a record of the recycle bin for good.</summary>
    public void EmptyBin(string sfid) => One(Model.EmptyRecycleBin([sfid], _person));

    /// <summary>One field of the record of a UUID; null when it is empty.</summary>
    public string? Account(Guid id, string field) => Convert.ToString(Accounts(id, field).ShouldHaveSingleItem().Fields[0].Value, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Live accounts of a UUID; more than one is a defect.</summary>
    public IReadOnlyList<QueryRow> Accounts(Guid id, string field = "Name", bool withDeleted = false) =>
        Model.Query($"SELECT {field} FROM Account WHERE ActorSync_Id__c = '{id}'", withDeleted).Rows;

    /// <summary>What the node wrote of a record, in order; refusals left out.</summary>
    public IReadOnlyList<Arrival> WrittenBySync(Guid id) =>
        [.. WrittenBySync().Where(arrival => string.Equals(arrival.ExternalId, id.ToString(), StringComparison.OrdinalIgnoreCase))];

    /// <summary>What the node wrote, in order; refusals left out.</summary>
    public IEnumerable<Arrival> WrittenBySync() =>
        Model.Arrivals().Where(arrival => arrival.Error is null && arrival.Client?.StartsWith("actorsync", StringComparison.Ordinal) == true);

    /// <summary>No UUID has two records, recycle bin included, and none of the node's writes took effect twice.</summary>
    /// <remarks>A write said twice finds its own values: nothing changes from before to after.</remarks>
    public void ShouldHoldNothingTwice()
    {
        foreach (var type in new[] { "Account", "Contact" })
        {
            Model.Query($"SELECT ActorSync_Id__c FROM {type} WHERE ActorSync_Id__c != null", includeDeleted: true).Rows
                .GroupBy(row => (string)row.Fields[0].Value!, StringComparer.OrdinalIgnoreCase)
                .Where(group => group.Count() > 1)
                .Select(group => $"{type} {group.Key}: {string.Join(", ", group.Select(row => row.Id))}")
                .ShouldBeEmpty("records that are in Salesforce twice");
        }

        WrittenBySync()
            .Where(arrival => arrival.Before.Count > 0 && arrival.After.Count > 0 && arrival.After.All(field => arrival.Before.TryGetValue(field.Key, out var before) && before == field.Value))
            .Select(arrival => $"{arrival.Operation} {arrival.Type} {arrival.Id} {string.Join(", ", arrival.After)}")
            .ShouldBeEmpty("writes that changed nothing, as one does that is sent again");
    }

    private static RecordInput Input(string type, string? sfid, ReadOnlySpan<(string Field, string? Value)> fields)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (field, value) in fields)
        {
            values[field] = value;
        }

        return new RecordInput(type, sfid, values);
    }

    private static string One(IReadOnlyList<RecordResult> results)
    {
        results[0].Success.ShouldBeTrue(results[0].Errors.Count > 0 ? results[0].Errors[0].Message : "");
        return results[0].Id!;
    }
}
