namespace ActorSync.Domain.Submissions;

/// <summary>By which API a submission goes.</summary>
public enum SubmissionApi
{
    /// <summary>One call, answered at once.</summary>
    Soap,

    /// <summary>One job of Bulk API 2.0, asked about until it is over.</summary>
    Bulk,
}

/// <summary>Writes that leave together.</summary>
public sealed record SubmissionCut(SubmissionApi Api, IReadOnlyList<WaitingWrite> Writes);

/// <summary>What is outside and occupies a place; what is in doubt does not.</summary>
/// <param name="Calls">SOAP calls.</param>
/// <param name="Jobs">The lane of each job.</param>
public sealed record PlacesTaken(int Calls, IReadOnlyCollection<Lane> Jobs)
{
    /// <summary>Nothing is outside.</summary>
    public static PlacesTaken None { get; } = new(0, []);

    /// <summary>More writes wait than are looked at: none may stay only for want of a place for a job.</summary>
    public bool IsCrowded { get; init; }

    /// <summary>Jobs that may be started now, whatever places there are: fewer while Salesforce cannot be reached. A lane waits for that, and leaves neither by a job nor by SOAP.</summary>
    public int JobStartsMax { get; init; } = int.MaxValue;
}

/// <summary>Limits of a cut.</summary>
/// <param name="RowsMax">Records per submission; SOAP takes 200.</param>
/// <param name="Linger">How long a write waits for company while something is in flight.</param>
/// <param name="SubmissionsMax">SOAP submissions outside at once.</param>
public sealed record CutLimits(int RowsMax, TimeSpan Linger, int SubmissionsMax)
{
    /// <summary>Records Salesforce takes in one SOAP call (EXCEEDED_ID_LIMIT above).</summary>
    public const int SoapRowsMax = 200;

    /// <summary>Limits of jobs; null: everything goes by SOAP.</summary>
    public JobLimits? Jobs { get; init; }
}

/// <summary>Limits of Bulk jobs.</summary>
/// <param name="RowsMin">A lane with as many ready writes goes by jobs.</param>
/// <param name="RowsMax">Records per job: Salesforce runs up to 10,000 as one batch, one chunk after the other.</param>
/// <param name="Linger">How long a job that is not full waits for company.</param>
/// <param name="JobsMax">Jobs outside at once.</param>
/// <param name="BytesMax">Largest upload.</param>
public sealed record JobLimits(int RowsMin, int RowsMax, TimeSpan Linger, int JobsMax, long BytesMax);
