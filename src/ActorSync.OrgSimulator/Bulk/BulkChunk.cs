using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>Up to 200 rows of a job, read as records; rows that are none have their errors already.</summary>
internal sealed class BulkChunk
{
    private readonly BulkJob _job;
    private readonly RecordResult?[] _refused;
    private readonly string?[] _ids;
    private readonly List<RecordInput> _records = [];

    public BulkChunk(BulkJob job, BulkColumns columns, int first)
    {
        _job = job;
        _refused = new RecordResult?[Math.Min(BulkLimits.ChunkRecords, job.Data.RowCount - first)];
        _ids = new string?[_refused.Length];
        for (var i = 0; i < _refused.Length; i++)
        {
            var (cells, error) = job.Data.Read(first + i);
            if (error is not null)
            {
                _refused[i] = Refused(BulkErrors.Row(error));
                continue;
            }

            var record = columns.Read(cells);
            _ids[i] = record.Id;
            _refused[i] = job.Spec.Operation == BulkOperation.Delete && DeleteError(record) is { } wrong ? Refused(wrong) : null;
            if (_refused[i] is null)
            {
                _records.Add(record);
            }
        }
    }

    public int RowCount => _refused.Length;

    /// <summary>True if the write would meet a lock now.</summary>
    public bool AnyLocked(OrgModel model) => model.AnyLocked(_records, _job.Spec.ExternalIdField);

    /// <summary>Writes the records in one call of the org model.</summary>
    /// <returns>A result for each row, in the order of the rows.</returns>
    public IReadOnlyList<RecordResult> Write(Func<Func<OrgModel, IReadOnlyList<RecordResult>>, IReadOnlyList<RecordResult>> run)
    {
        using var written = Written(run).GetEnumerator();
        var results = new RecordResult[_refused.Length];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = WithId(_refused[i] ?? Next(written), _ids[i]);
        }

        return results;
    }

    private IReadOnlyList<RecordResult> Written(Func<Func<OrgModel, IReadOnlyList<RecordResult>>, IReadOnlyList<RecordResult>> run)
    {
        try
        {
            return _records.Count == 0 ? [] : run(Dml);
        }
        catch (OrgFaultException fault)
        {
            var refused = Refused(new RecordError(fault.ExceptionCode, fault.Message, []));
            return [.. Enumerable.Repeat(refused, _records.Count)];
        }
    }

    private IReadOnlyList<RecordResult> Dml(OrgModel model)
    {
        var context = new DmlContext("bulkapi", _job.Owner.Client, _job.Owner.UserId)
        {
            ApiVersion = _job.Owner.Version,
            AssignmentRuleId = _job.Spec.AssignmentRuleId,
        };
        return _job.Spec.Operation switch
        {
            BulkOperation.Insert => model.Create(_records, context),
            BulkOperation.Update => model.Update(_records, context),
            BulkOperation.Upsert => model.Upsert(_job.Spec.ExternalIdField!, _records, context),
            _ => model.Delete([.. _records.Select(r => r.Id!)], context),
        };
    }

    private RecordError? DeleteError(RecordInput record) =>
        record.Id is null ? new RecordError("MISSING_ARGUMENT", "Id not specified in a delete call", [])
        : SalesforceId.TryNormalize(record.Id, out var id) && !id.StartsWith(_job.Spec.Type.KeyPrefix, StringComparison.Ordinal)
            ? new RecordError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])
        : null;

    /// <summary>A refused row tells the id it named, in the versions that do.</summary>
    private RecordResult WithId(RecordResult result, string? id) =>
        result.Success || id is null || _job.Owner.Version < BulkLimits.FailedIdsVersion ? result : result with { Id = id };

    private static RecordResult Next(IEnumerator<RecordResult> written)
    {
        written.MoveNext();
        return written.Current;
    }

    private static RecordResult Refused(RecordError error) => new(null, false, false, [error]);
}
