using ActorSync.Domain.Faults;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Submissions;
using ActorSync.Operations;
using ActorSync.Records;
using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Postgres;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;

namespace ActorSync.Coordination;

/// <summary>Batches what record actors want written and submits it. Journal first, then the call, then the outcomes; what a crash or a lost answer leaves
/// unfinished is settled, probed, and answered, never sent again before.</summary>
internal sealed class SubmissionCoordinator(
    SyncStores stores,
    HeldLease lease,
    NodeTerm term,
    IReadOnlyDictionary<short, ObjectMapping> mappings,
    IReadyWrites ready,
    WritePace pace,
    WaitingWrites waiting,
    SoapLane lane,
    BulkLane? bulk,
    DoubtProbe probe,
    RecordMail mail,
    Wakeup wakeup,
    Wakeup records,
    CoordinatorOptions options,
    Random jitter,
    Func<Guid> newId,
    TimeProvider clock,
    SyncLog log)
{
    // Answers that come one after the other do not keep what is fresh from leaving.
    private static readonly TimeSpan FinishMax = TimeSpan.FromMilliseconds(50);

    // Between looks for answers that other nodes bring.
    private static readonly TimeSpan CarriedInterval = TimeSpan.FromMilliseconds(20);

    private readonly SubmissionJournal _journal = new(stores.Submissions, lease);
    private readonly SubmissionCalls _calls = new(lane, bulk, probe, stores.Turns, term, mappings, wakeup, options, clock, log);
    private readonly JobPlaces _jobs = new(options.Retry);
    private readonly ToldLookups _lookups = new(stores.Told, mappings, clock);
    private readonly SuspectWrites _suspects = new(stores.Failovers, options);
    private readonly Dictionary<Guid, Submission> _outside = [];
    private readonly HashSet<Guid> _probing = [];
    private readonly HashSet<Guid> _carried = [];
    private long _carriedAt;
    private DateTimeOffset _now;
    private bool _recovered;
    private CancellationToken _stop;

    /// <summary>Runs until the term is lost or the coordinator goes to another node. Calls that are outside then are <see cref="CarryAsync">carried</see>.</summary>
    /// <param name="abandon">Of the calls: no more waiting for their answers.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        try
        {
            while (!stop.IsCancellationRequested && !term.Lost.IsCancellationRequested)
            {
                var pause = await StepAsync(stop, abandon);
                if (pause > TimeSpan.Zero)
                {
                    await wakeup.WaitAsync(pause, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop: a turn that had not committed changed nothing.
        }
    }

    /// <summary>After the loop has ended: waits for what the calls that are still outside are answered, and journals it while the lease is held, or brings it to whoever holds the coordinator then.</summary>
    /// <param name="abandon">No more waiting for answers: they are in doubt for the next holder.</param>
    public Task CarryAsync(bool isHeld, CancellationToken abandon) =>
        new CarriedCalls(_calls, stores.Submissions, term, clock, log) is var carried && isHeld ? carried.DrainAsync(FinishAsync, abandon) : carried.RunAsync(abandon);

    /// <summary>Takes the answers there are, starts what may leave, looks up what has settled. Never throws but for a stop.</summary>
    /// <returns>How long to rest before the next step, unless woken.</returns>
    public async Task<TimeSpan> StepAsync(CancellationToken stop, CancellationToken abandon)
    {
        _stop = stop;
        try
        {
            if (!_recovered)
            {
                await RecoverAsync(stop);
                _recovered = true;
            }

            _calls.Sweep();
            var worked = await FinishAsync(stop) | await TakeCarriedAsync(stop) | await ReadOffersAsync(stop) | await UntieAsync(stop) | await StartAsync(abandon, stop);
            await ProbeSettledAsync(stop);
            return worked ? TimeSpan.Zero : wakeup.Within(pace.Rest(ready, options.Linger, _now));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (StaleLeaseException error)
        {
            log.Trouble(error, "the coordinator's lease was taken over");
            term.End();
            return TimeSpan.Zero;
        }
        catch (Exception error)
        {
            log.Trouble(error, "the coordinator failed, nothing was changed, it goes on");
            _recovered &= PostgresTrouble.IsEnvironment(error);
            return TimeSpan.FromMilliseconds(500);
        }
    }

    // What was started and has no outcome may have happened: all of it is in doubt, but for Bulk jobs, which can be asked about, and calls that a node which lives has outside.
    private async Task RecoverAsync(CancellationToken stop)
    {
        await _suspects.LoadAsync(stop);
        foreach (var submission in (await _journal.OpenAsync(stop)).Select(_suspects.Open))
        {
            if (!mappings.ContainsKey(submission.Mapping))
            {
                // Its records have no actors here either: it stays as it is until a node knows its object again.
                log.Say($"submission {submission.Id} of {submission.Writes.Count} records is of an object that is not mapped any more; it waits until it is");
            }
            else if (submission.Api == SubmissionApi.Bulk && (submission.JobId is not null || !_suspects.IsLeft(submission)))
            {
                RecoverJob(submission);
            }
            else if (submission.Carrier is not null && !_suspects.IsLeft(submission))
            {
                if (_outside.TryAdd(submission.Id, submission with { Doubtful = false }) && _carried.Add(submission.Id))
                {
                    log.Carried(submission);
                }
            }
            else if (_outside.TryAdd(submission.Id, submission))
            {
                var settledAt = options.SettledAt(submission.StartedAt);
                log.InDoubt(submission.Id, submission.Writes.Count, "it was started before this term and has no outcome", settledAt > _suspects.SettledAt ? settledAt : _suspects.SettledAt);
            }
        }
    }

    private void RecoverJob(Submission submission)
    {
        if (!_outside.TryAdd(submission.Id, submission with { Doubtful = false }))
        {
            return;
        }

        log.Unfinished(submission, canAsk: bulk is not null);
        if (bulk is not null)
        {
            _calls.Settle(submission, _stop);
        }
    }

    private async Task<bool> ReadOffersAsync(CancellationToken stop)
    {
        (var news, _now) = await ready.ReadAsync(_outside.Values, stop);
        return news;
    }

    // Births that wait for each other would wait for ever: one of them goes back to its actor, which offers it again without the reference.
    private async Task<bool> UntieAsync(CancellationToken stop)
    {
        var cycles = ready.Cycles();
        if (cycles.Count == 0)
        {
            return false;
        }

        await using (var turn = await BeginAsync(stop))
        {
            await stores.Offers.TakeAsync(turn, [.. cycles.Select(cycle => cycle.Write.OfferId)], stop);
            mail.Send(turn, cycles.Select(cycle => Outcomes.Awaited(cycle.Write.Write, cycle.Fields, turn.Now)));
            await turn.CommitAsync(stop);
        }

        ready.Untie([.. cycles.Select(cycle => cycle.Write)], _now);
        records.Signal();
        return true;
    }

    private async Task<bool> StartAsync(CancellationToken abandon, CancellationToken stop)
    {
        var all = pace.MayCut(ready.Count) ? pace.Within(ready.Cut(_outside.Values, _now, _jobs.StartsMax(_now)), _outside.Values) : [];
        var (cuts, suspects) = await _suspects.SplitAsync(all, _outside.Values, stop);
        if (suspects.Count > 0)
        {
            await HoldAsync(suspects, stop);
        }

        var calls = cuts.Where(cut => cut.Api == SubmissionApi.Soap).ToList();
        if (calls.Count > 0)
        {
            await StartAsync(calls, abandon, stop);
        }

        // A job is as large as a statement may be: each has a turn of its own, behind that of the calls, which are quicker.
        foreach (var job in cuts.Where(cut => cut.Api == SubmissionApi.Bulk))
        {
            await StartAsync([job], abandon, stop);
            _jobs.Started(_now);
        }

        return cuts.Count + suspects.Count > 0;
    }

    // Started as one starts what leaves, and in doubt from the start: whether it has left nobody here can know.
    private async Task HoldAsync(IReadOnlyList<(IReadOnlyList<ReadyWrite> Writes, DateTimeOffset NotBefore)> suspects, CancellationToken stop)
    {
        var held = suspects.Select(suspect => _suspects.Open(
            new Submission(newId(), suspect.Writes[0].Write.Mapping, suspect.Writes[0].Write.Operation, [.. suspect.Writes.Select(write => write.Write)], suspect.NotBefore) { Doubtful = true })).ToList();
        await using (var turn = await BeginAsync(stop))
        {
            await stores.Offers.TakeAsync(turn, [.. suspects.SelectMany(suspect => suspect.Writes).Select(write => write.OfferId)], stop);
            await _journal.StartAsync(turn, held, stop);
            foreach (var submission in held)
            {
                await _journal.DoubtAsync(turn, submission.Id, "commits were lost in a failover, and it may have been sent by one of them", stop);
            }

            await turn.CommitAsync(stop);
        }

        ready.Remove(suspects.SelectMany(suspect => suspect.Writes));
        held.ForEach(submission => _outside[submission.Id] = submission);
        log.Held(held.Sum(submission => submission.Writes.Count), _suspects.SettledAt);
    }

    private async Task StartAsync(IReadOnlyList<ReadyCut> cuts, CancellationToken abandon, CancellationToken stop)
    {
        var started = new List<Submission>(cuts.Count);
        var began = clock.GetTimestamp();
        await using (var turn = await BeginAsync(stop))
        {
            foreach (var cut in cuts)
            {
                var first = cut.Writes[0].Write;
                started.Add(new Submission(newId(), first.Mapping, first.Operation, [.. cut.Writes.Select(write => write.Write)], turn.Now) { Api = cut.Api, Carrier = cut.Api == SubmissionApi.Soap ? term.Id : null });
            }

            await stores.Offers.TakeAsync(turn, [.. cuts.SelectMany(cut => cut.Writes).Select(write => write.OfferId)], stop);
            await _journal.StartAsync(turn, started, stop);
            await CrashPoints.ReachAsync(CrashPoint.BeforeJournal);
            await turn.CommitAsync(stop);
        }

        await CrashPoints.ReachAsync(CrashPoint.AfterJournal);
        ready.Remove(cuts.SelectMany(cut => cut.Writes));
        foreach (var submission in started)
        {
            _outside[submission.Id] = submission;
            _calls.Send(submission, began, abandon);
        }
    }

    private async Task<bool> FinishAsync(CancellationToken stop)
    {
        var (worked, began) = (false, clock.GetTimestamp());
        while (clock.GetElapsedTime(began) < FinishMax && _calls.Next is { } answered)
        {
            await (answered.Job is { } job ? TakeJobAsync(answered.Submission, job, stop) : TakeAnswerAsync(answered.Submission, answered.Answer, answered.Doubt, stop));
            _calls.Taken();
            worked = true;
        }

        return worked;
    }

    // What another node has outside is neither in doubt nor sent again while that node lives, and no longer than any call may take. Its answer is handled as one of ours.
    private async Task<bool> TakeCarriedAsync(CancellationToken stop)
    {
        if (_carried.Count == 0 || (_carriedAt != 0 && clock.GetElapsedTime(_carriedAt) < CarriedInterval))
        {
            return false;
        }

        _carriedAt = clock.GetTimestamp();
        var worked = false;
        foreach (var call in await stores.Submissions.CarriedAsync(_carried, stop))
        {
            var submission = _outside[call.Submission];
            var answer = call.Answer is { } text ? AnswerText.Read(text, submission.Writes)
                : !call.IsCarried ? AnswerText.Lost("CARRIER_GONE", $"node {submission.Carrier} is gone without having brought its answer")
                : _now >= options.SettledAt(submission.StartedAt) ? AnswerText.Lost("CARRIED_TOO_LONG", $"node {submission.Carrier} has not brought its answer in the time that a call may take") : null;
            if (answer is not null)
            {
                await TakeAnswerAsync(submission, answer, null, stop);
                worked = true;
            }
        }

        return worked;
    }

    // The job is noted before it is given a record: from here on its state says what became of them.
    private async Task TakeJobAsync(Submission submission, string job, CancellationToken stop)
    {
        await using (var turn = await BeginAsync(stop))
        {
            await _journal.OpenJobAsync(turn, submission.Id, job, stop);
            await turn.CommitAsync(stop);
        }

        await CrashPoints.ReachAsync(CrashPoint.AfterJob);
        var opened = submission with { JobId = job };
        _outside[submission.Id] = opened;
        _jobs.Reached();
        _calls.Run(opened, _stop);
    }

    private async Task TakeAnswerAsync(
        Submission submission, LaneAnswer? answer, IReadOnlyList<Domain.Records.DoubtAnswer>? doubt, CancellationToken stop)
    {
        _probing.Remove(submission.Id);
        answer = _suspects.Believe(submission, answer);
        if (answer is null && doubt is null)
        {
            return;
        }

        await using var turn = await BeginAsync(stop);
        await (_carried.Contains(submission.Id) ? stores.Submissions.TakeBroughtAsync(turn, submission.Id, stop) : Task.CompletedTask);
        if (answer?.Fault is SyncFault.InDoubt lost)
        {
            await _journal.DoubtAsync(turn, submission.Id, lost.ToString(), stop);
            await turn.CommitAsync(stop);
            _carried.Remove(submission.Id);
            Doubt(submission, turn.Now, lost.ToString());
            return;
        }

        _jobs.Note(answer, turn.Now, jitter);
        var outcomes = answer is null
            ? Outcomes.OfDoubt(submission, doubt!, turn.Now)
            : Outcomes.Of(submission, answer, options.Retry, waiting.ContendsFor, turn.Now, jitter.NextDouble());
        mail.Send(turn, outcomes.Messages);
        await (doubt is null ? Task.CompletedTask : _suspects.AnswerAsync(turn, submission, stop));
        await stores.Offers.OfferAgainAsync(turn, [.. outcomes.Again.Select(again => (again.Write, again.After == TimeSpan.Zero ? default(DateTimeOffset?) : turn.Now + again.After))], stop);
        var rejected = outcomes.Messages.Count(message => message.Message is Domain.Records.RecordMessage.WriteRefused);
        var isLeft = outcomes.Lost.Count > 0;
        await (isLeft
            ? _journal.LeaveAsync(turn, submission.Id, outcomes.Lost, submission.Writes.Count - outcomes.Lost.Count, outcomes.Fault!, stop)
            : _journal.FinishAsync(turn, new SubmissionFinished(submission.Id, outcomes.Messages.Count - rejected, rejected, outcomes.Again.Count, outcomes.Fault), stop));
        await CrashPoints.ReachAsync(CrashPoint.BeforeOutcomeCommit);
        await turn.CommitAsync(stop);
        _carried.Remove(submission.Id);
        records.Signal();
        if (isLeft)
        {
            Doubt(submission with { Writes = outcomes.Lost }, turn.Now, outcomes.Fault!);
            return;
        }

        _outside.Remove(submission.Id);
        log.Finished(submission, outcomes, rejected);
    }

    private void Doubt(Submission submission, DateTimeOffset now, string reason)
    {
        var lostAt = submission.Api == SubmissionApi.Bulk ? now : default;
        _outside[submission.Id] = submission with { Doubtful = true, JobLostAt = lostAt };
        log.InDoubt(submission.Id, submission.Writes.Count, reason, options.SettledAt(lostAt > submission.StartedAt ? lostAt : submission.StartedAt));
    }

    // A lost write can still land until our deadline and then the server's limit have passed: only then it is looked up.
    private async Task ProbeSettledAsync(CancellationToken stop)
    {
        var settled = _outside.Values
            .Where(submission => pace.MayProbe && submission.Doubtful && !_probing.Contains(submission.Id))
            .Select(submission => (Submission: submission, SettledAt: options.SettledAt(submission.JobLostAt > submission.StartedAt ? submission.JobLostAt : submission.StartedAt)))
            .Where(lost => _now >= lost.SettledAt).ToList();
        foreach (var submission in settled.Count == 0 ? [] : await _lookups.ReadyAsync(settled, stop))
        {
            _probing.Add(submission.Id);
            _calls.Probe(submission, stop);
        }
    }

    private async Task<Turn> BeginAsync(CancellationToken stop)
    {
        var turn = await stores.Turns.BeginAsync(stop);
        await turn.ReadNowAsync(stop);
        turn.Advance(lease);
        return turn;
    }
}
