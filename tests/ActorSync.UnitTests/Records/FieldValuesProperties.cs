using ActorSync.Domain.Records;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Records;

/// <summary>Field values are what a sorted dictionary of their pairs would be. FsCheck names the seed of what fails.</summary>
public sealed class FieldValuesProperties
{
    private static readonly Arbitrary<KeyValuePair<string, string?>[]> Pairs = Gen.Elements("A", "B", "a", "Ä", "Name", "Phone", "Phone__c", "Z")
        .Zip(Gen.Elements<string?>(null, "", "1", "2"), KeyValuePair.Create).ArrayOf().ToArbitrary();

    [Fact]
    public void Names_are_in_order_and_the_later_pair_of_a_name_wins() => Prop.ForAll(Pairs, pairs =>
    {
        FieldValues.From(pairs).ToArray().ShouldBe(Model(pairs).ToArray());
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Values_are_equal_when_all_their_pairs_are() => Prop.ForAll(Pairs, Pairs, (one, other) =>
    {
        FieldValues.From(one).Equals(FieldValues.From(other)).ShouldBe(Model(one).SequenceEqual(Model(other)));
        FieldValues.From(one).ShouldBe(FieldValues.From(one.Reverse().DistinctBy(pair => pair.Key)));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void What_is_kept_of_values_keeps_its_order() => Prop.ForAll(Pairs, pairs =>
    {
        FieldValues.From(pairs).Where((name, value) => name.Length > 1 || value is null).ToArray()
            .ShouldBe(Model(pairs).Where(pair => pair.Key.Length > 1 || pair.Value is null).ToArray());
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    private static SortedDictionary<string, string?> Model(KeyValuePair<string, string?>[] pairs)
    {
        var sorted = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, value) in pairs)
        {
            sorted[name] = value;
        }

        return sorted;
    }
}
