namespace ActorSync.Salesforce.Http;

/// <summary>What it means when the answer to a call is lost.</summary>
public enum CallKind
{
    /// <summary>Nothing was changed: ask again.</summary>
    Read,

    /// <summary>The write may have been applied: doubt.</summary>
    Write,

    /// <summary>A session may have been opened that nobody knows: the call it was for did not run.</summary>
    SignIn,
}
