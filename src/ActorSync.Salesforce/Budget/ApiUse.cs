namespace ActorSync.Salesforce.Budget;

/// <summary>What a call is for, the most needed first. As the budget runs low the last of these stop first.</summary>
public enum ApiUse
{
    /// <summary>Asks the org for its count, when that is what stops everything else.</summary>
    Look,

    /// <summary>Settles what was begun: doubt, a job that is outside, the start of a node.</summary>
    Settle,

    /// <summary>Sends changes.</summary>
    Write,

    /// <summary>Reads what a record waits for.</summary>
    Read,

    /// <summary>Looks for changes.</summary>
    Poll,

    /// <summary>Reads a whole object.</summary>
    Load,
}

/// <summary>Calls as they are told apart in a report.</summary>
public enum ApiKind
{
    /// <summary>SOAP upsert, update and delete.</summary>
    SoapWrite,

    /// <summary>SOAP queries and the like.</summary>
    SoapRead,

    /// <summary>Requests about jobs of Bulk API 2.0.</summary>
    Bulk,

    /// <summary>Other REST requests.</summary>
    Rest,
}

/// <summary>How much there is to spend.</summary>
public enum ApiLevel
{
    /// <summary>Enough: nothing is slowed.</summary>
    Plenty,

    /// <summary>Polls slow down and writes wait for company.</summary>
    Saving,

    /// <summary>Used up: writes and reads wait until the window has rolled on.</summary>
    Out,
}

/// <summary>A call that counts against the org's daily API requests.</summary>
public readonly record struct ApiCall(ApiUse Use, ApiKind Kind);
