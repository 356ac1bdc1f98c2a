using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>Limits of jobs: Salesforce's, and where it has none, the simulator's own.</summary>
internal static class BulkLimits
{
    /// <summary>The first API version that has ingest jobs.</summary>
    public const int FirstVersion = 41;

    /// <summary>From this version on, failedResults tell the id of a row that named one.</summary>
    public const int FailedIdsVersion = 53;

    /// <summary>Bytes of an upload's body. Salesforce counts 150 MB after its conversion to base64.</summary>
    public const int BodyBytesMax = 150 * 1024 * 1024;

    public const int HeaderCharactersMax = 32_000;

    public const int ColumnsMax = 5_000;

    public const int FieldCharactersMax = 32_000;

    public const int RecordCharactersMax = 400_000;

    /// <summary>Records of an internal batch, the unit of the daily allowance.</summary>
    public const int BatchRecords = 10_000;

    /// <summary>Records of a chunk: one transaction.</summary>
    public const int ChunkRecords = OrgModel.RecordsPerCallMax;

    /// <summary>Jobs of one page of the list.</summary>
    public const int PageJobs = 1_000;

    /// <summary>Jobs the simulator keeps; for a new one the oldest ended one is forgotten (Salesforce: after seven days).</summary>
    public const int JobsMax = 1_000;

    /// <summary>The first API version that has query jobs.</summary>
    public const int FirstQueryVersion = 47;

    /// <summary>Rows of a page of query results, where fewer were not asked for.</summary>
    public const int QueryPageRows = 50_000;

    /// <summary>Rows a query job reads at a time; each takes the time of a chunk.</summary>
    public const int QueryChunkRows = 2_000;

    /// <summary>Bytes of query results the simulator keeps; for a new job the oldest ended ones are forgotten above that.</summary>
    public const long QueryResultBytesMax = 256 * 1024 * 1024;
}
