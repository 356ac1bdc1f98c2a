using ActorSync.Domain.Records;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.Domain.Records.RecordMessage;

namespace ActorSync.UnitTests.Records.Walk;

/// <summary>How the walk comes to rest, and what must hold there.</summary>
internal sealed partial class RecordWalk
{
    private void Drain()
    {
        _calm = true;
        Note("--- drain");
        for (var round = 0; round < DrainRoundsMax; round++)
        {
            _now += TimeSpan.FromMilliseconds(100);
            var idle = _row.Log.Count == 0 && _write is null && _readBacks.Count == 0 && _reads.Count == 0 && _postponed.Count == 0
                && !_org.Records.Any(record => record.Dirty) && RecordBehavior.Owed(_state) is null;
            if (idle)
            {
                if (_state.Parked is null)
                {
                    return;
                }

                // The user corrects what was refused.
                Log(_row.Stamp is null ? _row.Insert(Values(), _now) : _row.Update(Spec.Fields((Spec.Name, Local())), _now));
            }

            DeliverLog();
            Coordinator();
            Feed();
            DeliverRead();
            WriteRow();
            if (_postponed.Count > 0)
            {
                Redeliver();
            }
        }

        Fail("I7: writes and reads never stop");
    }

    private void Compare()
    {
        if (!RecordEvolve.Fold(RecordState.Initial, _journal).Equals(_state))
        {
            Fail("I6: the fold of all events is not the live state");
        }

        var living = _org.Records.Where(record => !record.Deleted).ToList();
        if (living.Count > 1)
        {
            Fail($"I3: {living.Count} living records");
        }

        var there = living.SingleOrDefault();
        if ((_row.Stamp is null) != (there is null))
        {
            Fail($"I7: the row {(_row.Stamp is null ? "is gone" : "exists")}, the record {(there is null ? "is gone" : "exists")}");
        }

        if (there is not null && !_row.Fields.With(Spec.ExternalId, Spec.Uuid).Equals(there.Shown))
        {
            Fail($"I7: the row has {_row.Fields}, Salesforce {there.Shown}");
        }

        if (_row.Sfid != there?.Sfid || _state.Sfid != there?.Sfid || !_state.Queue.IsEmpty || _state.Outstanding is not null || false)
        {
            Fail($"I7: not at rest: row {_row.Sfid}, org {there?.Sfid}, {_state}");
        }
    }
}
