using ActorSync.Domain.Faults;
using ActorSync.Domain.Records;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.Domain.Records.RecordMessage;

namespace ActorSync.UnitTests.Records.Walk;

/// <summary>How the walk sends writes, loses and settles them.</summary>
internal sealed partial class RecordWalk
{
    private void Coordinator()
    {
        if (_write is not { } write)
        {
            return;
        }

        if (!write.Done)
        {
            switch (_calm ? 9 : _random.Next(10))
            {
                case 0:
                    Finish(write, new WriteRefused(write.Offered.WriteNo, write.Submission, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "no", _now));
                    return;
                case 1 or 2 when !write.Lost:
                    write.Lost = true;
                    Note($"write {write.Offered.WriteNo} is lost");
                    return;
                case 3 when write.Lost:
                    Settle(write);
                    return;
                case 4 when !write.Lost && write.Offered.Operation == WriteOperation.Insert && write.Offered.Fields.Has(Spec.City):
                    Finish(write, new ReferencesAwaited(write.Offered.WriteNo, new FieldNames(Spec.City), _now));
                    return;
                default:
                    write.Execute(_org.Execute(write.Offered, Spec.Uuid, _now, Fail));
                    Note($"org executes write {write.Offered.WriteNo}: {write.Sfid ?? "deleted"}");
                    return;
            }
        }

        if (write.Lost || (!_calm && Chance(0.1)))
        {
            Settle(write);
            return;
        }

        Finish(write, write.Sfid is { } sfid
            ? new WriteConfirmed(write.Offered.WriteNo, write.Submission, sfid, _now)
            : new WriteRefused(write.Offered.WriteNo, write.Submission, "ENTITY_IS_DELETED", "entity is deleted", _now));
    }

    // The write can no longer land: only now is it looked up. The answer takes a while to arrive.
    private void Settle(PendingWrite write)
    {
        if (write.Answer is null)
        {
            write.Answer = !_calm && Chance(0.05) ? new DoubtAnswer.Unprovable("two readings") : Probe(write);
            write.Lost = true;
            write.Execute(write.Sfid);
            Note($"probe of write {write.Offered.WriteNo} finds {write.Answer}");
            return;
        }

        if (write.Answer is DoubtAnswer.Unprovable && _calm && _state.Parked is { Source: ParkedError.Doubt })
        {
            write.Answer = Probe(write);
        }

        Finish(write, new DoubtSettled(write.Offered.WriteNo, write.Submission, write.Answer, _now));
    }

    private DoubtAnswer Probe(PendingWrite write)
    {
        var offered = write.Offered;
        var found = offered.Operation == WriteOperation.Insert
            ? _org.Records.FindLast(record => !record.Deleted && record.ExternalId == Spec.Uuid) ?? _org.Records.Find(record => record.Sfid == write.Sfid)
            : _org.Records.Single(record => record.Sfid == offered.Sfid);
        if (found is null)
        {
            return new DoubtAnswer.NotApplied();
        }

        if (found.Deleted)
        {
            return new DoubtAnswer.AppliedThenDeleted(found.Sfid);
        }

        if (offered.Operation == WriteOperation.Delete)
        {
            return write.Sfid is null ? new DoubtAnswer.NotApplied() : new DoubtAnswer.Overwritten(found.Sfid, found.Shown, found.Stamp, _now);
        }

        var same = offered.Fields.All(field => found.Shown.Is(field.Key, field.Value));
        var before = write.Sfid is null && offered.Fields.All(field => offered.Base.Is(field.Key, found.Shown[field.Key]));
        return same ? new DoubtAnswer.Applied(found.Sfid)
            : before ? new DoubtAnswer.NotApplied()
            : new DoubtAnswer.Overwritten(found.Sfid, found.Shown, found.Stamp, _now);
    }

    private void Finish(PendingWrite write, RecordMessage outcome)
    {
        var parks = outcome is DoubtSettled { Answer: DoubtAnswer.Unprovable } && write.Offered.Operation == WriteOperation.Insert;
        _write = null;
        _told.Add(outcome);
        Decide(outcome);
        if (parks && _state.Outstanding?.WriteNo == write.Offered.WriteNo)
        {
            _write = write;
        }
    }
}
