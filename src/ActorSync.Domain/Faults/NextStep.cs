namespace ActorSync.Domain.Faults;

/// <summary>What follows from a <see cref="SyncFault"/>; one per case.</summary>
public enum NextStep
{
    /// <summary>Try the same row again after the delay of the <see cref="RetryPolicy"/>.</summary>
    Retry,

    /// <summary>Wait for the limit to free, then try again.</summary>
    Wait,

    /// <summary>Park the record; of a whole call: divide it, and park the row that is left alone with the fault.</summary>
    Park,

    /// <summary>Send the same rows again, under a new submission id.</summary>
    SendAgain,

    /// <summary>Settle, then probe every row of the call.</summary>
    Probe,

    /// <summary>Stop and tell the operator what to change.</summary>
    FixConfiguration,
}
