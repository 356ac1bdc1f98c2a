using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.Domain.Records.RecordMessage;

namespace ActorSync.UnitTests.Records.Walk;

/// <summary>One record driven at random from one seed: an application, a Salesforce user, a feed, a coordinator and a row writer take turns.
/// Each promise is checked as it goes; at the end everything is drained and both sides must be equal.</summary>
internal sealed partial class RecordWalk
{
    private const int DrainRoundsMax = 300;

    private readonly Random _random;
    private readonly ObjectMapping _mapping;
    private readonly bool _overlappingReads;
    private readonly bool _sortedLog;
    private readonly bool _clearsExternalId;
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
        _clearsExternalId = Chance(0.3);
        _mapping = Spec.WithCities(Spec.Mapping((ConflictPolicy)_random.Next(3), (Side)_random.Next(2)));
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
        if (RecordBehavior.Decide(_mapping, Spec.Id, _state, evidence, _now) is { IsEmpty: false } again && !Moved(evidence) && again is not [Unexpected or RemoteDisplaced])
        {
            Fail($"rule 9: the same evidence again gives {string.Join(", ", again)}");
        }

        bool Moved(RecordMessage message) => message is RemoteImage told && told.Row.Stamp != _row.Stamp;
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
                case RemoteUndeletionTaken:
                    _row.Forget();
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
