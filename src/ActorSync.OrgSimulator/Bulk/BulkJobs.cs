using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>The ingest jobs of the org, and their runs. Thread-safe.</summary>
internal sealed class BulkJobs(BulkRunner runner, int seed, int uploadBytesMax, TimeProvider clock)
{
    /// <summary>First characters of a job's id.</summary>
    private const string IdPrefix = "750";

    private readonly Lock _gate = new();
    private readonly SortedList<int, BulkJob> _byNumber = [];
    private readonly Dictionary<string, BulkJob> _byId = new(StringComparer.Ordinal);
    private readonly List<Task> _runs = [];
    private int _last;

    /// <summary>Bytes of CSV one job takes.</summary>
    public int UploadBytesMax => uploadBytesMax;

    /// <exception cref="OrgFaultException">A thousand jobs have not ended.</exception>
    public BulkJob Create(BulkJobSpec spec, BulkJobOwner owner)
    {
        lock (_gate)
        {
            if (_byId.Count >= BulkLimits.JobsMax)
            {
                Forget(_byNumber.Values.FirstOrDefault(j => j.Status.IsFinal)
                    ?? throw new OrgFaultException("EXCEEDEDQUOTA", $"{BulkLimits.JobsMax} jobs have not ended: close or abort some first"));
            }

            var job = new BulkJob(SalesforceId.Create(IdPrefix, ++_last), _last, spec, owner, clock);
            _byNumber.Add(job.Number, job);
            _byId.Add(job.Id, job);
            return job;
        }
    }

    /// <summary>The job of that 15- or 18-character id; null if there is none.</summary>
    public BulkJob? Find(string idText)
    {
        lock (_gate)
        {
            return SalesforceId.TryNormalize(idText, out var id) ? _byId.GetValueOrDefault(id) : null;
        }
    }

    /// <summary>Jobs made after <paramref name="number"/>, oldest first.</summary>
    public IReadOnlyList<BulkJob> After(int number, int countMax)
    {
        lock (_gate)
        {
            return [.. _byNumber.Values.Where(j => j.Number > number).Take(countMax)];
        }
    }

    /// <summary>Starts the run of a job that was closed.</summary>
    public void Start(BulkJob job)
    {
        lock (_gate)
        {
            _runs.RemoveAll(r => r.IsCompleted);
            _runs.Add(Task.Run(() => runner.RunAsync(job)));
        }
    }

    /// <exception cref="OrgFaultException">The job is open or in progress.</exception>
    public void Delete(BulkJob job)
    {
        job.Dismiss();
        lock (_gate)
        {
            Forget(job);
        }
    }

    public BulkResults Results(BulkJob job) => new(job, seed);

    /// <summary>Completes when no run writes any more; the server's stop ends them.</summary>
    public Task StoppedAsync()
    {
        lock (_gate)
        {
            return Task.WhenAll(_runs);
        }
    }

    private void Forget(BulkJob job)
    {
        _byNumber.Remove(job.Number);
        _byId.Remove(job.Id);
    }
}
