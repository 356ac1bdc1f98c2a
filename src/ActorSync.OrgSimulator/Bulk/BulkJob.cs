using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>Where a job is in its life. The last three are final.</summary>
internal enum BulkJobState
{
    Open,
    UploadComplete,
    InProgress,
    JobComplete,
    Failed,
    Aborted,
}

/// <summary>Who made a job, and how.</summary>
/// <param name="Client">client= of the creating call's Sforce-Call-Options; the job's writes carry it.</param>
/// <param name="Version">API version of the creating call.</param>
internal sealed record BulkJobOwner(string UserId, string? Client, int Version);

/// <summary>What a job tells about itself at one moment.</summary>
internal sealed record BulkJobStatus(BulkJobState State, DateTimeOffset ChangedAt, int Processed, int Failed, TimeSpan Total, TimeSpan Active, string? ErrorMessage)
{
    public bool IsFinal => State is BulkJobState.JobComplete or BulkJobState.Failed or BulkJobState.Aborted;
}

/// <summary>
/// One ingest job: its state, its upload and the results of its rows. Thread-safe. A chunk is written under the job's lock and only while the job is in progress,
/// so that nothing more arrives once a caller was told Aborted or Failed.
/// </summary>
internal sealed class BulkJob(string id, int number, BulkJobSpec spec, BulkJobOwner owner, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Lazy<BulkData> _data = new(new BulkData([], spec));
    private bool _uploaded;
    private RecordResult?[] _results = [];
    private BulkJobStatus _status = new(BulkJobState.Open, clock.GetUtcNow(), 0, 0, TimeSpan.Zero, TimeSpan.Zero, null);
    private long? _startedAt;

    public string Id => id;

    /// <summary>1, 2, 3 ... in the order of creation.</summary>
    public int Number => number;

    public BulkJobSpec Spec => spec;

    public BulkJobOwner Owner => owner;

    public DateTimeOffset CreatedAt { get; } = clock.GetUtcNow();

    /// <summary>Completes when a caller aborts the job.</summary>
    public Task Aborted => _aborted.Task;

    /// <summary>The uploaded rows; none before the upload. The first use reads the upload.</summary>
    public BulkData Data
    {
        get
        {
            Lazy<BulkData> data;
            lock (_gate)
            {
                data = _data;
            }

            return data.Value;
        }
    }

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

    /// <exception cref="OrgFaultException">The job is not open, or has its upload already.</exception>
    public void Upload(ReadOnlyMemory<byte> csv)
    {
        lock (_gate)
        {
            if (_status.State != BulkJobState.Open)
            {
                throw BulkErrors.State("Uploading to", _status.State);
            }

            if (_uploaded)
            {
                throw BulkErrors.SecondUpload(id);
            }

            _uploaded = true;
            _data = new Lazy<BulkData>(() => new BulkData(csv.Span, spec));
        }
    }

    /// <summary>The upload is complete: the job waits for its turn.</summary>
    /// <exception cref="OrgFaultException">The job is not open.</exception>
    public void Close()
    {
        lock (_gate)
        {
            Change(BulkJobState.UploadComplete, _status.State == BulkJobState.Open ? null : BulkErrors.State("Closing", _status.State));
        }
    }

    /// <summary>Stops the job where it is; no row is written after this.</summary>
    /// <exception cref="OrgFaultException">The job has ended already.</exception>
    public void Abort()
    {
        lock (_gate)
        {
            Change(BulkJobState.Aborted, _status.IsFinal ? BulkErrors.State("Aborting", _status.State) : null);
        }

        _aborted.TrySetResult();
    }

    /// <summary>Makes sure that the job writes nothing more, so that it can be forgotten.</summary>
    /// <exception cref="OrgFaultException">The job is open or in progress.</exception>
    public void Dismiss()
    {
        lock (_gate)
        {
            if (!_status.IsFinal)
            {
                Change(BulkJobState.Aborted, _status.State == BulkJobState.UploadComplete ? null : BulkErrors.Undeletable(_status.State));
            }
        }
    }

    /// <summary>Begins the run.</summary>
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

    /// <summary>Writes a chunk and keeps its results.</summary>
    /// <param name="firstRow">The row its first result belongs to.</param>
    /// <param name="took">Time of the chunk, for the job's status.</param>
    /// <returns>False, without effect, when the job is no longer in progress.</returns>
    public bool TryWrite(int firstRow, TimeSpan took, Func<IReadOnlyList<RecordResult>> write)
    {
        var rows = Data.RowCount;
        lock (_gate)
        {
            if (_status.State != BulkJobState.InProgress)
            {
                return false;
            }

            if (_results.Length == 0)
            {
                _results = new RecordResult?[rows];
            }

            var results = write();
            for (var i = 0; i < results.Count; i++)
            {
                _results[firstRow + i] = results[i];
            }

            _status = _status with
            {
                Processed = _status.Processed + results.Count,
                Failed = _status.Failed + results.Count(r => !r.Success),
                Active = _status.Active + took,
            };
            return true;
        }
    }

    /// <summary>Ends the run, unless the job was aborted meanwhile.</summary>
    /// <param name="error">The job's errorMessage when it fails; null when it is complete.</param>
    public void End(string? error)
    {
        lock (_gate)
        {
            if (_status.State == BulkJobState.InProgress)
            {
                _status = _status with { ErrorMessage = error };
                Change(error is null ? BulkJobState.JobComplete : BulkJobState.Failed, null);
            }
        }
    }

    /// <summary>The result of each row, null where it was not processed.</summary>
    /// <exception cref="OrgFaultException">The job has not ended.</exception>
    public IReadOnlyList<RecordResult?> Results()
    {
        var rows = Data.RowCount;
        lock (_gate)
        {
            return !_status.IsFinal ? throw BulkErrors.Unfinished(_status.State)
                : _results.Length == 0 ? new RecordResult?[rows]
                : _results;
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
