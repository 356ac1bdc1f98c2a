using ActorSync.Domain.Records;
using ActorSync.Feeds;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Feeds;

/// <summary>A poll tells again what the one before told; only what it has not told is news.</summary>
public sealed class SeenImagesTests
{
    private static readonly DateTimeOffset Stamp = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);

    private readonly SeenImages _seen = new();

    public static TheoryData<FieldValues> Others =>
    [
        FieldValues.Of(("Name", "Ada"), ("Phone", "2")),
        FieldValues.Of(("Name", "Ada"), ("Phone", null)),
        FieldValues.Of(("Name", "Ada"), ("Phone", "")),
        FieldValues.Of(("Name", "Ada")),
        FieldValues.Of(("Name", "AdaP"), ("hone", "1")),
        FieldValues.Of(("Name", "Ada"), ("Phone", "1"), ("Website", null)),
    ];

    [Fact]
    public void What_was_told_is_no_news()
    {
        _seen.Remember([Image(FieldValues.Of(("Name", "Ada"), ("Phone", "1")))]);

        _seen.IsNews(Image(FieldValues.Of(("Phone", "1"), ("Name", "Ada")))).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void Other_values_within_the_same_second_are_news(FieldValues other)
    {
        _seen.Remember([Image(FieldValues.Of(("Name", "Ada"), ("Phone", "1")))]);

        _seen.IsNews(Image(other)).ShouldBeTrue();
    }

    [Fact]
    public void Empty_value_and_empty_text_are_two_things()
    {
        _seen.Remember([Image(FieldValues.Of(("Phone", null)))]);

        _seen.IsNews(Image(FieldValues.Of(("Phone", "")))).ShouldBeTrue();
        _seen.IsNews(Image(FieldValues.Of(("Phone", null)))).ShouldBeFalse();
    }

    private static ReadRecord Image(FieldValues fields) => new("0015g0000010000AAA", null, Deleted: false, Stamp, fields);
}
