using ActorSync.Domain.Records;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.Domain.Records.RecordMessage;

namespace ActorSync.UnitTests.Records.Walk;

/// <summary>What the application and the user of Salesforce do.</summary>
internal sealed partial class RecordWalk
{
    private void Application()
    {
        if (_row.Stamp is null)
        {
            // A record without its external id is another record: the application does not insert one under its UUID meanwhile.
            if (Chance(0.6) && !_org.Records.Any(record => _clearsExternalId || (record.ExternalId is null && !_links.Contains(record.Sfid))))
            {
                ApplicationInserts();
            }

            return;
        }

        switch (_random.Next(12))
        {
            case 0:
                Log(_row.Delete(_now));
                break;
            case 1 when !_clearsExternalId:
                var gone = _row.Delete(_now);
                var born = _row.Insert(Values(), _now);
                // An AFTER DELETE trigger that inserts the row again is captured first.
                Log(Chance(0.3) ? [born, gone] : [gone, born]);
                break;
            case 2:
                Log(_row.Update(FieldValues.Empty, _now));
                break;
            case 3:
                Log(_row.Update(Spec.Fields((Spec.Formula, Local())), _now));
                break;
            case 4 or 5:
                // An AFTER UPDATE trigger that updates the row again is captured first.
                var outer = _row.Update(Change(), _now);
                var inner = _row.Update(Change(), _now);
                Log(inner, outer);
                break;
            default:
                Log(_row.Update(Change(), _now));
                break;
        }
    }

    private void ApplicationInserts()
    {
        var born = _row.Insert(Values(), _now);
        switch (_random.Next(6))
        {
            case 0:
                Log(_row.Update(Change(), _now), born);
                break;
            case 1:
                Log(_row.Delete(_now), born);
                break;
            default:
                Log(born);
                break;
        }
    }

    private void User()
    {
        if (_org.Living is { } living)
        {
            switch (_random.Next(8))
            {
                case 0:
                    _org.SetDeleted(living, true, _now);
                    Note($"user deletes {living.Sfid}");
                    break;
                case 1 when _clearsExternalId && _state.Sfid == living.Sfid && _write is null:
                    _org.Edit(living, Spec.Fields((Spec.ExternalId, null)), _now);
                    Note($"user clears the external id of {living.Sfid}");
                    break;
                default:
                    var values = Spec.Fields((Field(), Chance(0.1) ? null : Remote()));
                    _org.Edit(living, values, _now);
                    Note($"user edits {living.Sfid} {values}");
                    break;
            }
        }
        else if (_org.Records.Count > 0 && _org.Records[^1].ExternalId is not null && Chance(0.4))
        {
            _org.SetDeleted(_org.Records[^1], false, _now);
            Note($"user undeletes {_org.Records[^1].Sfid}");
        }
    }
}
