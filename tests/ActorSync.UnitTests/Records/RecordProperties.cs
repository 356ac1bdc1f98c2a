using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Records;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static ActorSync.Domain.Records.RecordMessage;

namespace ActorSync.UnitTests.Records;

/// <summary>Promises 1 and 2 of the domain, over random messages in random order: FsCheck makes them, shrinks what fails, and names the seed.</summary>
public sealed class RecordProperties
{
    private static readonly string?[] Values = [null, "1", "2", "Ada"];

    // A message as three small numbers, so that a failure shrinks to the shortest run of the simplest.
    private static readonly Arbitrary<(int What, int Which, int Value)[]> Runs =
        ArbMap.Default.ArbFor<(int What, int Which, int Value)[]>();

    [Fact]
    [Trait("Invariant", "I6")]
    public void Journal_folds_to_the_state_and_both_survive_being_stored() => Check((mapping, run) =>
    {
        var codec = new RecordCodec();
        var story = new Story(mapping);
        foreach (var step in run)
        {
            story.Tell(step);
            var stored = story.Journal.Select(@event => codec.ReadEvent(codec.NameOf(@event), codec.WriteEvent(@event)));
            RecordEvolve.Fold(RecordState.Initial, stored).ShouldBe(story.State);
            codec.ReadState(codec.WriteState(story.State)).ShouldBe(story.State);
        }
    });

    [Fact]
    [Trait("Rule", "9")]
    public void Same_evidence_taken_again_changes_nothing() => Check((mapping, run) =>
    {
        var story = new Story(mapping);
        foreach (var step in run)
        {
            if (story.Tell(step) is { } told and (RemoteImage or RemoteDeleted or RemoteChanged or RemoteMerged or WriteConfirmed or WriteRefused or DoubtSettled or ReferencesAwaited))
            {
                story.Again(told).ShouldAllBe(@event => @event is RecordEvent.Unexpected || @event is RecordEvent.RemoteDisplaced);
            }
        }
    });

    private static void Check(Action<ObjectMapping, (int What, int Which, int Value)[]> property)
    {
        foreach (var mapping in Mappings())
        {
            // A failure prints its seed: Config.WithReplay runs it again.
            Prop.ForAll(Runs, run => property(mapping, run)).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(60));
        }
    }

    private static IEnumerable<ObjectMapping> Mappings() =>
    [
        Spec.WithCities(Spec.Mapping()),
        Spec.WithCities(Spec.Mapping(ConflictPolicy.PostgresWins)) with { Mode = WriteMode.Ordered, Delete = DeletePolicy.SoftDelete },
        Spec.Mapping(ConflictPolicy.Manual) with { Delete = DeletePolicy.DeleteLoses },
    ];

    private sealed class Story(ObjectMapping mapping)
    {
        private double _second = 1;
        private long _birth;
        private RowStamp? _row;
        private FieldValues _values = FieldValues.Empty;

        public RecordState State { get; private set; } = RecordState.Initial;

        public List<RecordEvent> Journal { get; } = [];

        /// <summary>Tells the message that a step stands for; null where it makes none, or one that must wait.</summary>
        public RecordMessage? Tell((int What, int Which, int Value) step)
        {
            _second += 0.5;
            if (Message(Math.Abs(step.What % 16), Math.Abs(step.Which % 4), Values[Math.Abs(step.Value % Values.Length)]) is not { } message || RecordBehavior.MustWait(State, message))
            {
                return null;
            }

            Take(message);
            return message;
        }

        /// <summary>What the same evidence gives once more; it meets the row as it is now.</summary>
        public IReadOnlyList<RecordEvent> Again(RecordMessage told)
        {
            var again = told is RemoteImage image ? image with { Row = Row } : told;
            return RecordBehavior.MustWait(State, again) ? [] : RecordBehavior.Decide(mapping, Spec.Id, State, again, Spec.At(_second));
        }

        private RowImage Row => _row is { } stamp ? Told.Row(stamp, _values) : RowImage.None;

        private RecordMessage? Message(int what, int which, string? value)
        {
            var field = which switch { 0 => Spec.Name, 1 => Spec.Phone, 2 => Spec.City, _ => Spec.Count };
            value = field == Spec.Count && value == "Ada" ? "3" : value;
            var sfid = which == 3 ? "S2" : "S1";
            var writeNo = State.Outstanding?.WriteNo ?? State.LastWriteNo;
            return what switch
            {
                0 => Insert(value),
                1 or 2 => Update(field, value),
                3 => Delete(),
                4 or 5 or 6 => Told.Read(_second, Math.Floor(_second) - (which % 2), Spec.Fields((Spec.Name, "Ada"), (Spec.Phone, "1"), (Spec.City, null), (Spec.Count, "1")).With(field, value), Row, sfid),
                7 => Told.ReadGone(_second, Math.Floor(_second), sfid),
                8 or 9 when State.Outstanding is { } outside => Told.Confirmed(writeNo, _second, outside.Sfid ?? sfid),
                10 when State.Outstanding is not null => Told.Refused(writeNo, _second),
                11 when State.Outstanding is not null => Told.Settled(writeNo, _second, which % 2 == 0 ? new DoubtAnswer.NotApplied() : new DoubtAnswer.Unprovable("two readings")),
                12 => WriteRow(),
                13 => Told.Changed(_second, Row, which == 0 ? writeNo : null, (Spec.Count, value)) with { Sfid = sfid },
                14 => which switch { 0 => Told.Retried(_second), 1 => Told.Skipped(_second), 2 => Told.Edited(_second, (Spec.Phone, value)), _ => Told.ChosenValue(_second, Spec.Phone, value) },
                15 when which != 0 && State.Outstanding is not null => Told.Awaited(writeNo, _second, Spec.City),
                15 when which == 0 => new RemoteMerged(sfid, "S9", null, Spec.At(_second), Spec.At(_second)),
                _ => null,
            };
        }

        private LocalChange? Insert(string? value)
        {
            if (_row is not null)
            {
                return null;
            }

            _row = new RowStamp(++_birth, 1);
            _values = Spec.Fields((Spec.Name, value), (Spec.Phone, null), (Spec.City, "Rome"), (Spec.Count, "1"), (Spec.Formula, null));
            return Told.Inserted(_second, _row.Value, _values);
        }

        private LocalChange? Update(string field, string? value)
        {
            if (_row is not { } stamp || _values.Is(field, value))
            {
                return null;
            }

            var change = Told.Updated(_second, stamp with { Revision = stamp.Revision + 1 }, (field, _values[field], value));
            (_row, _values) = (change.Stamp, _values.With(field, value));
            return change;
        }

        private LocalChange? Delete()
        {
            if (_row is not { } stamp)
            {
                return null;
            }

            var gone = new LocalChange(1, "x", Spec.At(_second), RowOperation.Delete, stamp, _values, FieldValues.Empty);
            (_row, _values) = (null, FieldValues.Empty);
            return gone;
        }

        private RowWriteResult? WriteRow()
        {
            if (RecordBehavior.Owed(State) is not { } owed || _row != State.Row)
            {
                return null;
            }

            var before = _values;
            (_row, _values) = owed.Operation == RowOperation.Delete ? ((RowStamp?)null, FieldValues.Empty)
                : (_row is { } stamp ? stamp with { Revision = stamp.Revision + 1 } : new RowStamp(++_birth, 1), _values.With(owed.Fields));
            return Told.Landed(_second, _row, before, _values);
        }

        private void Take(RecordMessage message)
        {
            foreach (var @event in RecordBehavior.Decide(mapping, Spec.Id, State, message, Spec.At(_second)))
            {
                State = RecordEvolve.Evolve(State, @event);
                Journal.Add(@event);
            }
        }
    }
}
