using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.Domain.Records.RecordMessage;

namespace ActorSync.UnitTests.Records.Walk;

/// <summary>One record driven at random from one seed: an application, a Salesforce user, a feed, a coordinator and a row writer take turns.
/// Each promise is checked as it goes; at the end everything is drained and both sides must be equal.</summary>
internal sealed class RecordWalk
{
    private const int DrainRoundsMax = 300;

    private readonly Random _random;
    private readonly ObjectMapping _mapping;
    private readonly bool _overlappingReads;
    private readonly bool _sortedLog;
    private readonly ModelRow _row = new();
    private readonly ModelOrg _org;
    private readonly List<RecordEvent> _journal = [];
    private readonly List<PendingRead> _reads = [];
    private readonly List<(RecordMessage Message, string Why)> _postponed = [];
    private readonly List<RecordMessage> _told = [];
    private readonly List<string> _readBacks = [];
    private readonly HashSet<string> _links = [];
    private readonly Dictionary<string, RemoteDeleted> _orphans = [];
    private readonly List<string> _trace = [];
    private RecordState _state = RecordState.Initial;
    private PendingWrite? _write;
    private DateTimeOffset _now = Spec.Start;
    private bool _calm;
    private int _value;

    public RecordWalk(int seed)
    {
        _random = new Random(seed);
        _overlappingReads = Chance(0.3);
        _sortedLog = Chance(0.7);
        _mapping = Spec.Mapping((ConflictPolicy)_random.Next(3), (Side)_random.Next(2));
        _org = new ModelOrg(TimeSpan.FromMilliseconds(_random.Next(-1500, 1500)));
        _trace.Add($"seed {seed}, {_mapping.Policy}, tie {_mapping.TieBreak}, overlapping reads {_overlappingReads}, log sorted {_sortedLog}");
    }

    public string Trace => string.Join(Environment.NewLine, _trace);

    /// <summary>Walks and drains.</summary>
    /// <exception cref="WalkFailedException">A promise was broken.</exception>
    public void Run(int steps)
    {
        if (Chance(0.3))
        {
            Note($"user creates {_org.Create(Spec.Fields((Spec.Name, Remote()), (Spec.Phone, Remote())), Chance(0.5) ? Spec.Uuid : null, _now)}");
        }

        for (var i = 0; i < steps; i++)
        {
            Step();
        }

        Drain();
        Compare();
    }

    private void Step()
    {
        _now += TimeSpan.FromMilliseconds(_random.Next(1, Chance(0.2) ? 4000 : 400));
        switch (_random.Next(12))
        {
            case 0 or 1 or 2:
                Application();
                break;
            case 3 or 4:
                User();
                break;
            case 5 or 6:
                DeliverLog();
                break;
            case 7:
                Feed();
                break;
            case 8:
                DeliverRead();
                break;
            case 9 or 10:
                Coordinator();
                break;
            default:
                Odds();
                break;
        }
    }

    private void Application()
    {
        if (_row.Stamp is null)
        {
            // Nobody but we can know the UUID of a record that was born in Salesforce.
            if (Chance(0.6) && !_org.Records.Any(record => record.ExternalId is null && !_links.Contains(record.Sfid)))
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
            case 1:
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
                case 1 when _state.Sfid == living.Sfid && _write is null:
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

    private void DeliverLog()
    {
        if (_row.Log.TryDequeue(out var transaction))
        {
            foreach (var change in transaction)
            {
                Decide(change, mayWriteRow: change == transaction[^1]);
            }
        }
    }

    private void Feed()
    {
        if (_reads.Count < (_overlappingReads ? 3 : 1) && (!_calm || _readBacks.Count > 0 || _org.Records.Any(record => record.Dirty)))
        {
            var asked = _readBacks.Count > 0 && (_calm || Chance(0.7)) ? _readBacks[0] : null;
            if (asked is not null)
            {
                _readBacks.RemoveAt(0);
            }

            Tick();
            _reads.Add(new PendingRead(asked, _now));
            Note($"read of {asked ?? "what changed"} begins");
        }

        // A read sees the org at some moment between its begin and its end.
        if (_reads.Count > 0 && (_calm || Chance(0.6)))
        {
            See(_reads[_random.Next(_reads.Count)]);
        }
    }

    private void See(PendingRead read)
    {
        if (read.Seen is not null)
        {
            return;
        }

        read.Seen = [];
        foreach (var record in _org.Records.Where(record => read.Asked is null ? record.Dirty : record.Sfid == read.Asked))
        {
            record.Dirty = false;
            read.Seen.Add(record.Deleted
                ? new RemoteDeleted(record.Sfid, record.Stamp, read.Began)
                : new RemoteImage(record.Sfid, record.Shown, record.Stamp, read.Began, RowImage.None));
        }

        Note($"read of {read.Began:ss.fff} sees {string.Join(" and ", read.Seen)}");
    }

    private void DeliverRead()
    {
        if (_reads.Count == 0 || (_reads[0].Seen is null && !_calm && Chance(0.5)))
        {
            return;
        }

        See(_reads[0]);
        var seen = _reads[0].Seen!;
        _reads.RemoveAt(0);
        foreach (var evidence in seen)
        {
            _told.Add(evidence);
            Evidence(evidence);
        }
    }

    private void Evidence(RecordMessage evidence)
    {
        if (evidence is RemoteDeleted deleted && !_links.Contains(deleted.Sfid))
        {
            _orphans[deleted.Sfid] = deleted;
            return;
        }

        if (evidence is RemoteImage image)
        {
            evidence = image with { Row = _row.Image };
        }

        if (RecordBehavior.MustWait(_state, evidence))
        {
            _postponed.Add((evidence, "waits"));
            return;
        }

        Decide(evidence);
        if (RecordBehavior.Decide(_mapping, Spec.Id, _state, evidence, _now) is { IsEmpty: false } again && !Moved(evidence) && again is not [Unexpected])
        {
            Fail($"rule 9: the same evidence again gives {string.Join(", ", again)}");
        }

        bool Moved(RecordMessage message) => message is RemoteImage told && told.Row.Stamp != _row.Stamp;
    }

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

    private void Odds()
    {
        switch (_random.Next(3))
        {
            case 0 when _told.Count > 0:
                // Evidence and outcomes may be told again, however late.
                var again = _told[^_random.Next(1, Math.Min(6, _told.Count + 1))];
                if (again is not DoubtSettled { Answer: DoubtAnswer.Unprovable })
                {
                    Note("told again");
                    Evidence(again);
                }

                break;
            case 1 when _postponed.Count > 0:
                Redeliver();
                break;
            default:
                WriteRow();
                break;
        }
    }

    private void Redeliver()
    {
        var (message, _) = _postponed[0];
        _postponed.RemoveAt(0);
        Evidence(message);
    }

    private void Decide(RecordMessage message, bool mayWriteRow = true)
    {
        var events = RecordBehavior.Decide(_mapping, Spec.Id, _state, message, _now);
        Note($"told {message}");
        Take(events);
        if (mayWriteRow && Chance(0.7))
        {
            WriteRow();
        }

        foreach (var orphan in _orphans.Values.Where(orphan => _links.Contains(orphan.Sfid)).ToList())
        {
            _orphans.Remove(orphan.Sfid);
            Decide(orphan with { At = orphan.ReadBegan });
        }
    }

    private void Take(IEnumerable<RecordEvent> events)
    {
        foreach (var @event in events)
        {
            _trace.Add("        " + @event);
            _state = RecordEvolve.Evolve(_state, @event);
            _journal.Add(@event);
            switch (@event)
            {
                case WriteOffered e:
                    if (_write is not null)
                    {
                        Fail($"I5: write {e.WriteNo} is offered while {_write.Offered.WriteNo} is outside");
                    }

                    if (e.Operation == WriteOperation.Insert && e.Stamp.Birth <= _state.EndedBirth)
                    {
                        Fail($"I3: the ended life {e.Stamp.Birth} is offered");
                    }

                    if (e.Fields.IsEmpty && e.Operation == WriteOperation.Update)
                    {
                        Fail("an update without fields is offered");
                    }

                    _write = new PendingWrite(e);
                    break;
                case WriteApplied e:
                    _links.Add(e.Sfid);
                    if (_write?.Offered.WriteNo == e.WriteNo)
                    {
                        _write = null;
                    }

                    break;
                case WriteOverwritten e:
                    _links.Add(e.Sfid);
                    break;
                case RemoteTaken e:
                    _links.Add(e.Sfid);
                    break;
                case ReadBackAsked e:
                    _links.Add(e.Sfid);
                    _readBacks.Add(e.Sfid);
                    break;
            }
        }
    }

    private void WriteRow()
    {
        if (RecordBehavior.Owed(_state) is not { } owed)
        {
            return;
        }

        var outcome = !_calm && Chance(0.2) ? new RowWriteOutcome.Locked() : _row.Write(owed, _state.Row, Fail);
        Note($"row write {owed.Operation} {owed.Fields} gives {outcome}");
        Take(RecordBehavior.Decide(_mapping, Spec.Id, _state, new RowWriteResult(outcome, _now), _now));
    }

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

        if (_row.Sfid != there?.Sfid || _state.Sfid != there?.Sfid || !_state.Queue.IsEmpty || _state.Outstanding is not null || _state.ReadBackAskedAt is not null)
        {
            Fail($"I7: not at rest: row {_row.Sfid}, org {there?.Sfid}, {_state}");
        }
    }

    private FieldValues Values() =>
        Spec.Fields((Spec.Name, Local()), (Spec.Phone, Chance(0.5) ? Local() : null), (Spec.City, Chance(0.3) ? Local() : null), (Spec.Formula, null));

    private FieldValues Change() => Chance(0.8)
        ? Spec.Fields((Field(), Chance(0.15) ? null : Local()))
        : Spec.Fields((Spec.Name, Local()), (Spec.Phone, Local()));

    private string Field() => _random.Next(3) switch { 0 => Spec.Name, 1 => Spec.Phone, _ => Spec.City };

    private string Local() => $"L{++_value}";

    private string Remote() => $"S{++_value}";

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private void Log(params LocalChange[] changes)
    {
        changes = _sortedLog ? [.. changes.OrderBy(change => change.Stamp).ThenBy(change => change.Operation)] : changes;
        _row.Log.Enqueue(changes);
        foreach (var change in changes)
        {
            Note($"application: {change.Operation} {change.Stamp} {change.New}");
        }
    }

    // What is asked for begins later than it is asked.
    private void Tick() => _now += TimeSpan.FromMilliseconds(1);

    private void Note(string what) => _trace.Add($"{_now:ss.fff} {what}");

    private void Fail(string why)
    {
        _trace.Add("FAILED " + why);
        throw new WalkFailedException(why);
    }

    private sealed class PendingRead(string? asked, DateTimeOffset began)
    {
        public string? Asked { get; } = asked;

        public DateTimeOffset Began { get; } = began;

        public List<RecordMessage>? Seen { get; set; }
    }

    private sealed class PendingWrite(WriteOffered offered)
    {
        public WriteOffered Offered { get; } = offered;

        public Guid Submission { get; } = new(offered.WriteNo, 0, 0, new byte[8]);

        public bool Done { get; private set; }

        public bool Lost { get; set; }

        public string? Sfid { get; private set; }

        public DoubtAnswer? Answer { get; set; }

        public void Execute(string? sfid) => (Done, Sfid) = (true, sfid);
    }
}

/// <summary>A promise was broken.</summary>
internal sealed class WalkFailedException(string message) : Exception(message);
