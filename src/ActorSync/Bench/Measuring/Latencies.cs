namespace ActorSync.Bench.Measuring;

/// <summary>Milliseconds from the application's commit, a value for each record.</summary>
internal sealed class Latencies
{
    /// <summary>To the request that carries the record: the SOAP call, or the creation of the Bulk job.</summary>
    public List<double> Sent { get; } = [];

    /// <summary>To its effect in the org; of records that come from the org, to the commit of the row.</summary>
    public List<double> Applied { get; } = [];

    /// <summary>To the commit of what PostgreSQL is told about it: the id of a new record.</summary>
    public List<double> WrittenBack { get; } = [];
}
