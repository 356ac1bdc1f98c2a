using System.Text.Json;
using ActorSync.Commands;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Feeds;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Feeds;

public sealed class LoadPlacesTests
{
    [Fact]
    public void Parents_begin_before_their_children_whoever_asks_first()
    {
        var places = new LoadPlaces([Mapping(1, "Contact", "Account"), Mapping(2, "Account", "Account"), Mapping(3, "Case", "Contact", "Account")], 2);
        places.TryEnter(3).ShouldBeFalse();
        places.TryEnter(1).ShouldBeFalse();
        places.TryEnter(2).ShouldBeTrue();
        places.TryEnter(3).ShouldBeFalse();
        places.TryEnter(1).ShouldBeTrue("it may load beside its parent");
        places.TryEnter(3).ShouldBeFalse("two load already");
        places.Leave(2);
        places.TryEnter(3).ShouldBeTrue();
        places.TryEnter(3).ShouldBeTrue();
    }

    [Fact]
    public void A_parent_that_has_nothing_to_load_keeps_nobody_waiting()
    {
        var places = new LoadPlaces([Mapping(1, "Account"), Mapping(2, "Contact", "Account")], 1);
        places.Leave(1);
        places.TryEnter(2).ShouldBeTrue();
    }

    [Fact]
    public void Objects_that_refer_to_each_other_load_in_some_order()
    {
        var places = new LoadPlaces([Mapping(1, "A", "B"), Mapping(2, "B", "C"), Mapping(3, "C", "A")], 3);
        for (var round = 0; round < 3; round++)
        {
            foreach (var mapping in new short[] { 1, 2, 3 })
            {
                places.TryEnter(mapping);
            }
        }

        new short[] { 1, 2, 3 }.ShouldAllBe(mapping => places.TryEnter(mapping));
    }

    [Fact]
    public void A_cursor_of_an_earlier_version_is_read_and_goes_on_by_SOAP_from_where_it_was()
    {
        var cursor = JsonSerializer.Deserialize(
            """{"phase":"loading","loadedTo":"0015g0000010001AAA","loaded":200,"since":"2026-01-01T00:00:00+00:00","deletedSince":"2026-01-01T00:00:00+00:00","deepSince":null}""",
            FeedJson.Default.FeedCursor)!;
        (cursor.Load, cursor.Reloads, cursor.LoadedTo, cursor.Loaded).ShouldBe((null, 0, "0015g0000010001AAA", 200L));
        ObjectLoad.HasBegun(cursor).ShouldBeTrue();
    }

    [Fact]
    public void A_load_tells_its_rate_and_the_time_that_is_left()
    {
        var began = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var cursor = new FeedCursor(FeedCursor.Loading, "", 3_000, began, began)
        {
            Load = new LoadCursor(true, 9_000) { Job = "750A", RateAt = began, RateFrom = 1_000, MovedAt = began.AddSeconds(4) },
        };
        LoadStatus.Of(cursor).ShouldBe(new LoadStatus(3_000, 9_000, 500, 12, "750A"));
        LoadStatus.Of(cursor with { Load = new LoadCursor(true, null) }).ShouldBe(new LoadStatus(3_000, null, null, null, "a query job to be made"));
        LoadStatus.Of(cursor with { Phase = FeedCursor.Live }).ShouldBeNull();
    }

    private static ObjectMapping Mapping(short number, string name, params string[] parents) => new(
        number, name, "public", name, MappingAccess.ReadWrite, "Key__c", "key", ConflictPolicy.LatestWins, Side.Salesforce, TimeSpan.Zero,
        [.. parents.Select(parent => new FieldMapping($"{parent}.Key__c", $"{parent}_key", FieldKind.Parent, 0, 0, true, true, null) { Parent = new ParentLink(parent, $"{parent}Id", parent, "Key__c") })]);
}
