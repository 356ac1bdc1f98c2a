using ActorSync.Domain.Mapping;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Records;

/// <summary>Canonical values: the canonical form of a canonical form is itself, whatever the text.</summary>
public sealed class CanonicalValueProperties
{
    public static TheoryData<FieldKind> Kinds => [.. Enum.GetValues<FieldKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Canonical_form_is_its_own_canonical_form(FieldKind kind)
    {
        var numbers = ArbMap.Default.GeneratorFor<decimal>().Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var moments = ArbMap.Default.GeneratorFor<DateTimeOffset>().Select(at => at.ToString("O"));
        var texts = ArbMap.Default.GeneratorFor<string?>();
        string?[] picked = [" 1.50 ", "1e3", "-0", "t", "F", "23:59:59.9999", "12:00Z", "2026-02-30", "2026-01-02T03:04:05+02:00", "0012300000abcdE", "{7D0C1A52-1111-4222-8333-94A5B6C7D8E9}", "\u00a0x\u00a0"];
        var all = Gen.OneOf(texts, numbers.Select(text => (string?)text), moments.Select(text => (string?)text), Gen.Elements(picked), Gen.Elements(picked).Zip(texts, (a, b) => (string?)(a + b)));
        Prop.ForAll(all.Zip(Gen.Choose(0, 20), (text, scale) => (text, scale)).ToArbitrary(), value =>
        {
            var field = new FieldMapping("F__c", "f__c", kind, value.scale, 0, Creatable: true, Updatable: true, null);
            var canonical = CanonicalValue.Of(field, value.text);
            CanonicalValue.Of(field, canonical).ShouldBe(canonical);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }
}
