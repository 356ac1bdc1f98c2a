using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Http;

/// <summary>Runs DML with the faults that were drawn for its call. One at a time, so that a fault meets its own call and no other.</summary>
internal sealed class OrgWrites(OrgModel model)
{
    private readonly Lock _gate = new();

    /// <summary>DML that no fault concerns: a person's.</summary>
    public IReadOnlyList<RecordResult> Run(Func<OrgModel, IReadOnlyList<RecordResult>> dml)
    {
        lock (_gate)
        {
            return dml(model);
        }
    }

    public IReadOnlyList<RecordResult> Run(CallScope scope, Func<OrgModel, IReadOnlyList<RecordResult>> dml)
    {
        lock (_gate)
        {
            var injected = scope.Faults.OfType<OrgFault.RowError>()
                .Select(f => model.InjectError(new ErrorInjection(null, null, f.StatusCode, f.Message, f.RecordProbability, Fields: f.Fields)))
                .ToList();
            if (scope.Faults.OfType<OrgFault.CommitLate>().FirstOrDefault() is { } late)
            {
                model.CommitLate(late.Behind);
            }

            try
            {
                return dml(model);
            }
            finally
            {
                injected.ForEach(i => i.Dispose());
            }
        }
    }
}
