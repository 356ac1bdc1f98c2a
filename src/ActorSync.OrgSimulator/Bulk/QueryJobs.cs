using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>The query jobs of the org, and their runs. Thread-safe.</summary>
internal sealed class QueryJobs(QueryRunner runner, TimeProvider clock)
{
    private const string IdPrefix = "750";

    // Ids of query jobs and of ingest jobs share their prefix and never meet.
    private const int FirstId = 100_000_000;

    private readonly Lock _gate = new();
    private readonly SortedList<int, QueryJob> _byNumber = [];
    private readonly Dictionary<string, QueryJob> _byId = new(StringComparer.Ordinal);
    private readonly List<Task> _runs = [];
    private int _last;

    /// <summary>Makes a job and starts it: a query job waits for no data.</summary>
    /// <exception cref="OrgFaultException">A thousand jobs have not ended.</exception>
    public QueryJob Create(QueryJobSpec spec, BulkJobOwner owner)
    {
        lock (_gate)
        {
            while (_byId.Count >= BulkLimits.JobsMax || _byNumber.Values.Sum(j => j.ResultBytes) > BulkLimits.QueryResultBytesMax)
            {
                Forget(_byNumber.Values.FirstOrDefault(j => j.Status.IsFinal)
                    ?? throw new OrgFaultException("EXCEEDEDQUOTA", $"{BulkLimits.JobsMax} jobs have not ended: abort some first"));
            }

            var job = new QueryJob(SalesforceId.Create(IdPrefix, FirstId + ++_last), _last, spec, owner, clock);
            _byNumber.Add(job.Number, job);
            _byId.Add(job.Id, job);
            _runs.RemoveAll(r => r.IsCompleted);
            _runs.Add(Task.Run(() => runner.RunAsync(job)));
            return job;
        }
    }

    /// <summary>The job of that 15- or 18-character id; null if there is none.</summary>
    public QueryJob? Find(string idText)
    {
        lock (_gate)
        {
            return SalesforceId.TryNormalize(idText, out var id) ? _byId.GetValueOrDefault(id) : null;
        }
    }

    /// <summary>Jobs made after <paramref name="number"/>, oldest first.</summary>
    public IReadOnlyList<QueryJob> After(int number, int countMax)
    {
        lock (_gate)
        {
            return [.. _byNumber.Values.Where(j => j.Number > number).Take(countMax)];
        }
    }

    /// <exception cref="OrgFaultException">The job has not ended.</exception>
    public void Delete(QueryJob job)
    {
        job.Dismiss();
        lock (_gate)
        {
            Forget(job);
        }
    }

    /// <summary>Completes when no run reads any more; the server's stop ends them.</summary>
    public Task StoppedAsync()
    {
        lock (_gate)
        {
            return Task.WhenAll(_runs);
        }
    }

    private void Forget(QueryJob job)
    {
        _byNumber.Remove(job.Number);
        _byId.Remove(job.Id);
    }
}
