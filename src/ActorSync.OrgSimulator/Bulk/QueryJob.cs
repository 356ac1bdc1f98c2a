using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>One query job: its state and the rows as they stood when it ran. Thread-safe.</summary>
internal sealed class QueryJob(string id, int number, QueryJobSpec spec, BulkJobOwner owner, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BulkJobStatus _status = new(BulkJobState.UploadComplete, clock.GetUtcNow(), 0, 0, TimeSpan.Zero, TimeSpan.Zero, null);
    private QueryResult? _result;
    private long? _startedAt;

    public string Id => id;

    /// <summary>1, 2, 3 ... in the order of creation.</summary>
    public int Number => number;

    public QueryJobSpec Spec => spec;

    public BulkJobOwner Owner => owner;

    public DateTimeOffset CreatedAt { get; } = clock.GetUtcNow();

    /// <summary>Completes when a caller aborts the job.</summary>
    public Task Aborted => _aborted.Task;

    public BulkJobStatus Status
    {
        get
        {
            lock (_gate)
            {
                return _status;
            }
        }
    }

    /// <summary>Bytes of results that are kept.</summary>
    public long ResultBytes
    {
        get
        {
            lock (_gate)
            {
                return _result?.Bytes ?? 0;
            }
        }
    }

    /// <exception cref="OrgFaultException">The job has ended already.</exception>
    public void Abort()
    {
        lock (_gate)
        {
            Change(BulkJobState.Aborted, _status.IsFinal ? BulkErrors.State("Aborting", _status.State) : null);
        }

        _aborted.TrySetResult();
    }

    /// <summary>Makes sure that the job can be forgotten.</summary>
    /// <exception cref="OrgFaultException">The job has not ended.</exception>
    public void Dismiss()
    {
        lock (_gate)
        {
            if (!_status.IsFinal)
            {
                throw BulkErrors.Undeletable(_status.State);
            }
        }
    }

    /// <returns>False when the job was aborted before.</returns>
    public bool TryStart()
    {
        lock (_gate)
        {
            if (_status.State != BulkJobState.UploadComplete)
            {
                return false;
            }

            _startedAt = clock.GetTimestamp();
            Change(BulkJobState.InProgress, null);
            return true;
        }
    }

    /// <summary>So many rows have been read.</summary>
    public void Advance(int processed)
    {
        lock (_gate)
        {
            if (_status.State == BulkJobState.InProgress)
            {
                _status = _status with { Processed = processed };
            }
        }
    }

    /// <summary>Ends the run, unless the job was aborted meanwhile.</summary>
    /// <param name="result">The rows; null when the job fails.</param>
    /// <param name="error">The job's errorMessage when it fails.</param>
    public void End(QueryResult? result, string? error)
    {
        lock (_gate)
        {
            if (_status.State == BulkJobState.InProgress)
            {
                _result = result;
                _status = _status with { ErrorMessage = error };
                Change(result is null ? BulkJobState.Failed : BulkJobState.JobComplete, null);
            }
        }
    }

    /// <exception cref="OrgFaultException">The job is not complete.</exception>
    public QueryResult Result()
    {
        lock (_gate)
        {
            return _result ?? throw BulkErrors.NoResults(_status.State);
        }
    }

    private void Change(BulkJobState state, OrgFaultException? refused)
    {
        if (refused is not null)
        {
            throw refused;
        }

        _status = _status with
        {
            State = state,
            ChangedAt = clock.GetUtcNow(),
            Total = _startedAt is { } started ? clock.GetElapsedTime(started) : TimeSpan.Zero,
        };
    }
}
