using ActorSync.Salesforce.Soap;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Soap;

public sealed class WriteChecksTests
{
    private static SoapRecord Keyed(string? key, string? id = null) => new(id, new Dictionary<string, string?> { ["Key__c"] = key }, SoapRecord.NoParents);

    [Fact]
    public void Two_hundred_records_are_allowed_and_one_more_is_not()
    {
        SoapRecord[] records = [.. Enumerable.Range(0, 201).Select(number => Keyed($"{number}"))];

        Should.NotThrow(() => WriteChecks.Upsert(records[..200], "Key__c"));
        Should.Throw<ArgumentOutOfRangeException>(() => WriteChecks.Upsert(records, "Key__c"));
        Should.Throw<ArgumentOutOfRangeException>(() => WriteChecks.Upsert([], "Key__c"));
    }

    [Fact]
    public void No_key_is_twice_in_one_upsert() =>
        Should.Throw<ArgumentException>(() => WriteChecks.Upsert([Keyed("a"), Keyed("a")], "Key__c")).Message.ShouldContain("Key__c a is twice");

    [Fact]
    public void Every_upserted_record_has_a_key_and_no_id()
    {
        Should.Throw<ArgumentException>(() => WriteChecks.Upsert([Keyed(null)], "Key__c"));
        Should.Throw<ArgumentException>(() => WriteChecks.Upsert([Keyed("a", "001000000000001AAA")], "Key__c"));
    }

    [Fact]
    public void Every_updated_record_has_an_id() => Should.Throw<ArgumentException>(() => WriteChecks.Update([Keyed("a")]));

    [Fact]
    public void Short_and_long_form_of_one_id_are_the_same_record() =>
        Should.Throw<ArgumentException>(() => WriteChecks.Delete(["001000000000001", "001000000000001AAA"]));

    [Fact]
    public void Ids_that_differ_in_case_are_different_records() =>
        Should.NotThrow(() => WriteChecks.Delete(["00100000000000a", "00100000000000A"]));
}
