using System.Collections.Immutable;
using ActorSync.Domain.Records;
using ActorSync.Records;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Records;

/// <summary>States as they lie in snapshots, and as older versions left them there.</summary>
public sealed class RecordCodecTests
{
    private static readonly DateTimeOffset First = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Second = First.AddSeconds(5);

    private static readonly RecordState Barred = RecordState.Initial with
    {
        Sfid = "0015g0000010000AAA",
        Life = Life.Alive,
        Row = new RowStamp(1, 3),
        LastWriteNo = 2,
        Bars = RecordState.NoBars
            .Add("Name", new FieldBar(["Ada"], First)).Add("Phone", new FieldBar(["1", null], Second)).Add("Website", new FieldBar([null], First)),
    };

    private readonly RecordCodec _codec = new();

    [Fact]
    public void State_names_only_what_the_record_has_and_the_time_of_an_answer_once()
    {
        _codec.WriteState(Barred).ShouldBe(
            """
            {"sfid":"0015g0000010000AAA","row":{"birth":1,"revision":3},"life":"Alive","lastWriteNo":2,"bars":[{"answeredAt":"2026-03-01T10:00:00+00:00","sent":{"Name":["Ada"],"Website":[null]}},{"answeredAt":"2026-03-01T10:00:05+00:00","sent":{"Phone":["1",null]}}]}
            """);
        _codec.ReadState(_codec.WriteState(Barred)).ShouldBe(Barred);
    }

    [Fact]
    public void State_of_an_older_version_that_named_all_members_and_each_bar_with_its_time_is_the_same_state() =>
        _codec.ReadState(
            """
            {"row": {"birth": 1, "revision": 3}, "bars": {"Name": {"sent": ["Ada"], "answeredAt": "2026-03-01T10:00:00+00:00"}, "Phone": {"answeredAt": "2026-03-01T10:00:05+00:00", "sent": ["1", null]},
              "Website": {"sent": [null], "answeredAt": "2026-03-01T10:00:00+00:00"}}, "life": "Alive", "sfid": "0015g0000010000AAA", "inbox": {}, "queue": [], "counters": {}, "readBacks": {}, "streamSeen": [],
              "fieldRounds": {}, "formerSfids": [], "lastWriteNo": 2}
            """).ShouldBe(Barred);

    [Fact]
    public void Record_nobody_has_said_anything_about_survives_being_stored() =>
        _codec.ReadState(_codec.WriteState(RecordState.Initial)).ShouldBe(RecordState.Initial);
}
