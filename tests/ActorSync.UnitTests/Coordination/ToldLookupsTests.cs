using ActorSync.Coordination;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Feeds;
using ActorSync.Records;
using ActorSync.TestKit.Time;
using ActorSync.UnitTests.Records;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Coordination;

/// <summary>Lookups of lost counter writes wait for the stream, and for nothing else.</summary>
public sealed class ToldLookupsTests
{
    private static readonly DateTimeOffset SettledAt = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly FakeClock _clock = new();
    private readonly Told _told = new();

    [Fact]
    public async Task Lost_write_of_a_counter_is_looked_up_when_the_stream_has_told_what_came_before_it_had_settled()
    {
        var lookups = Lookups();
        var lost = Lost(1, Spec.Count);
        (await ReadyAsync(lookups, lost)).ShouldBeEmpty();
        _told.At = SettledAt - TimeSpan.FromTicks(1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await ReadyAsync(lookups, lost)).ShouldBeEmpty();
        _told.At = SettledAt;
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await ReadyAsync(lookups, lost)).ShouldBe([lost]);
    }

    [Fact]
    public async Task Stream_that_stays_silent_holds_a_lookup_up_for_a_while_only()
    {
        var lookups = Lookups();
        var lost = Lost(1, Spec.Count);
        (await ReadyAsync(lookups, lost)).ShouldBeEmpty();
        _clock.Advance(ToldLookups.WaitMax - TimeSpan.FromTicks(1));
        (await ReadyAsync(lookups, lost)).ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromTicks(1));
        (await ReadyAsync(lookups, lost)).ShouldBe([lost]);
    }

    [Fact]
    public async Task What_is_no_counter_or_has_no_stream_waits_for_nothing()
    {
        var (name, other, counter) = (Lost(1, Spec.Name), Lost(2, Spec.Count), Lost(1, Spec.Count));
        (await ReadyAsync(Lookups(), name, other, counter)).ShouldBe([name, other]);
        (await ReadyAsync(new ToldLookups(null, Mappings(), _clock), name, counter)).ShouldBe([name, counter]);
    }

    private ToldLookups Lookups() => new(_told, Mappings(), _clock);

    private static Task<IReadOnlyList<Submission>> ReadyAsync(ToldLookups lookups, params Submission[] lost) =>
        lookups.ReadyAsync([.. lost.Select(submission => (submission, SettledAt))], CancellationToken.None);

    private static Dictionary<short, ObjectMapping> Mappings() => new() { [1] = Spec.Mapping(), [2] = Spec.Mapping() with { Number = 2 } };

    private static Submission Lost(short mapping, string field) => new(
        new Guid(mapping, 0, 0, new byte[8]), mapping, WriteOperation.Update,
        [new OfferedWrite(mapping, Guid.Empty, 1, WriteOperation.Update, "0015g0000010000AAA", FieldValues.Of((field, "1")), FieldValues.Of((field, "0")), SettledAt)], SettledAt) { Doubtful = true };

    private sealed class Told : IStreamTold
    {
        public DateTimeOffset? At { get; set; }

        public bool Tells(short mapping) => mapping == 1;

        public Task<IReadOnlyDictionary<short, DateTimeOffset>> ReadAsync(CancellationToken stop) =>
            Task.FromResult<IReadOnlyDictionary<short, DateTimeOffset>>(At is { } at ? new Dictionary<short, DateTimeOffset> { [1] = at } : []);

        public Task<bool> IsWaitedForAsync(short mapping, DateTimeOffset startedBefore, CancellationToken stop) => Task.FromResult(true);
    }
}
