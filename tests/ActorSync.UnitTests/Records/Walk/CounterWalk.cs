using System.Globalization;
using ActorSync.Domain.Records;
using Shouldly;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.Domain.Records.RecordMessage;

namespace ActorSync.UnitTests.Records.Walk;

/// <summary>One counter that both sides add to at random, with complete change events that come late and twice, writes that are refused in passing or lost, and a row that is
/// locked at times. At rest both sides hold the start plus everything that was added (invariant I4).</summary>
internal sealed class CounterWalk
{
    private readonly Random _random;
    private readonly RecordSpec _spec;
    private readonly Queue<RemoteChanged> _stream = new();
    private readonly Queue<LocalChange> _log = new();
    private readonly List<RemoteChanged> _told = [];
    private WriteOffered? _outside;
    private bool _done;
    private bool _calm;
    private decimal _row = 10;
    private decimal _org = 10;
    private decimal _sum = 10;
    private RowStamp _stamp = new(1, 1);
    private long _commit;
    private double _second = 1;

    public CounterWalk(Random random)
    {
        _random = random;
        _spec = RecordSpec.GivenAgreed(Values);
    }

    private FieldValues Values => Spec.Fields((Spec.Name, "Ada"), (Spec.Count, Text(_row)));

    public void Run(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            _second += 0.25;
            Step(_random.Next(7));
        }

        _calm = true;
        for (var i = 0; i < 400; i++)
        {
            _second += 0.25;
            Step(2 + (i % 5));
        }

        _spec.State.Inbox.ShouldBeEmpty();
        _spec.State.Counters.ShouldBeEmpty();
        (_row, _org).ShouldBe((_sum, _sum));
    }

    private void Step(int what)
    {
        switch (what)
        {
            case 0:
                ApplicationAdds();
                break;
            case 1:
                Commit(_org + Some(), own: null);
                break;
            case 2 when _log.TryDequeue(out var change):
                Tell(change);
                break;
            case 3 when _stream.TryPeek(out var next) && Tell(next with { Row = Row }):
                _told.Add(_stream.Dequeue());
                break;
            case 4 when _told.Count > 0 && !_calm:
                Tell(_told[_random.Next(_told.Count)] with { Row = Row });
                break;
            case 5:
                Write();
                break;
            default:
                WriteRow();
                break;
        }
    }

    private void ApplicationAdds()
    {
        // At times a trigger adds again; the inner change is captured first.
        var outer = Change();
        if (_random.Next(4) == 0)
        {
            _log.Enqueue(Change());
        }

        _log.Enqueue(outer);
    }

    private LocalChange Change()
    {
        var delta = Some();
        _stamp = _stamp with { Revision = _stamp.Revision + 1 };
        var change = Told.Updated(_second, _stamp, (Spec.Count, Text(_row), Text(_row + delta)));
        _row += delta;
        _sum += delta;
        return change;
    }

    private void Commit(decimal value, int? own)
    {
        _sum += own is null ? value - _org : 0;
        _org = value;
        _stream.Enqueue(new RemoteChanged(
            "S1", new StreamPosition(++_commit, 1), Spec.Fields((Spec.Count, Text(value))), Spec.At(Math.Floor(_second)), own, Spec.At(_second), RowImage.None));
    }

    private void Write()
    {
        if (_outside is not { } write)
        {
            return;
        }

        var chance = _calm ? 9 : _random.Next(10);
        if (!_done && chance == 0)
        {
            // A refusal parks the record; an operator lets it try again.
            _outside = null;
            Tell(Told.Refused(write.WriteNo, _second));
            Tell(Told.Retried(_second));
        }
        else if (!_done && chance == 1)
        {
            _outside = null;
            Tell(Told.Settled(write.WriteNo, _second, new DoubtAnswer.NotApplied()));
        }
        else if (!_done)
        {
            _done = true;
            Commit(Counters.Read(write.Fields[Spec.Count]), write.WriteNo);
        }
        else
        {
            _outside = null;
            Tell(Told.Confirmed(write.WriteNo, _second));
        }
    }

    private void WriteRow()
    {
        if (RecordBehavior.Owed(_spec.State) is not { } owed)
        {
            return;
        }

        if (_stamp != _spec.State.Row || (!_calm && _random.Next(4) == 0))
        {
            Tell(Told.NotLanded(_second, new RowWriteOutcome.Moved()));
            return;
        }

        var before = Values;
        _row = owed.Fields.TryGet(Spec.Count, out var sum) ? Counters.Read(sum) : _row;
        _stamp = _stamp with { Revision = _stamp.Revision + 1 };
        Tell(Told.Landed(_second, _stamp, before, Values));
    }

    private RowImage Row => Told.Row(_stamp, Values);

    private bool Tell(RecordMessage message)
    {
        if (RecordBehavior.MustWait(_spec.State, message))
        {
            return false;
        }

        _spec.When(message);
        if (_spec.State.Outstanding is { } outside && outside.WriteNo != _outside?.WriteNo)
        {
            _outside.ShouldBeNull();
            _outside = _spec.Decided.OfType<WriteOffered>().Single();
            _done = false;
        }

        return true;
    }

    private decimal Some() => _random.Next(-300, 700) / 100m;

    private static string Text(decimal value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
