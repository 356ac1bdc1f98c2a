namespace ActorSync.Domain.Faults;

/// <summary>
/// What went wrong with a row or a call at the other side, as a value. The set is closed, and each case names its next step,
/// so nobody matches on message texts.
/// </summary>
public abstract record SyncFault
{
    private SyncFault(string code, string message) => (Code, Message) = (code, message);

    /// <summary>The other side's own code (<c>UNABLE_TO_LOCK_ROW</c>), or one of ours in the same style (<c>CONNECT_FAILED</c>). Never a secret.</summary>
    public string Code { get; init; }

    /// <summary>One line for a person. Never holds a secret.</summary>
    public string Message { get; init; }

    /// <summary>What the receiver of this fault does next.</summary>
    public abstract NextStep NextStep { get; }

    /// <summary>True only for <see cref="InDoubt"/>: the write may have been applied and must be probed before anything else is done.</summary>
    public bool MayHaveRun => this is InDoubt;

    /// <summary>The code and the message in one line.</summary>
    public sealed override string ToString() => $"{Code}: {Message}";

    /// <summary>Nothing was changed and the same write may succeed in a moment (a lock held by somebody else). Also every lost <b>read</b>.</summary>
    public sealed record Transient(string Code, string Message) : SyncFault(Code, Message)
    {
        /// <inheritdoc/>
        public override NextStep NextStep => NextStep.Retry;
    }

    /// <summary>A limit of the org is used up. Nothing was changed. Wait at least <paramref name="WaitAtLeast"/>, and send less often.</summary>
    public sealed record Throttled(string Code, string Message, TimeSpan WaitAtLeast) : SyncFault(Code, Message)
    {
        /// <inheritdoc/>
        public override NextStep NextStep => NextStep.Wait;
    }

    /// <summary>
    /// The same request will be refused again. Of a row: park the record. Of a whole call: nothing ran because something in it is
    /// not acceptable (a malformed id, too many rows), so divide the call to find the row.
    /// </summary>
    /// <param name="Code">See <see cref="SyncFault"/>.</param>
    /// <param name="Message">See <see cref="SyncFault"/>.</param>
    /// <param name="Fields">API names of the fields the other side blames; may be empty.</param>
    public sealed record Rejected(string Code, string Message, FieldNames Fields) : SyncFault(Code, Message)
    {
        /// <inheritdoc/>
        public override NextStep NextStep => NextStep.Park;
    }

    /// <summary>The whole call is known not to have run: session, maintenance, refused connection. Send the same rows again after <paramref name="RetryAfter"/>.</summary>
    public sealed record NotExecuted(string Code, string Message, TimeSpan RetryAfter) : SyncFault(Code, Message)
    {
        /// <inheritdoc/>
        public override NextStep NextStep => NextStep.SendAgain;
    }

    /// <summary>The call may have run, wholly or in part: timeout, lost connection, unreadable answer. Settle, then probe; never send again before.</summary>
    public sealed record InDoubt(string Code, string Message) : SyncFault(Code, Message)
    {
        /// <inheritdoc/>
        public override NextStep NextStep => NextStep.Probe;
    }

    /// <summary>The call did not run and will not until a person changes something: credentials, a permission, an object or a field.</summary>
    /// <param name="Code">See <see cref="SyncFault"/>.</param>
    /// <param name="Message">See <see cref="SyncFault"/>.</param>
    /// <param name="WhatToDo">One sentence that tells the person what to change and where.</param>
    public sealed record Misconfigured(string Code, string Message, string WhatToDo) : SyncFault(Code, Message)
    {
        /// <inheritdoc/>
        public override NextStep NextStep => NextStep.FixConfiguration;
    }
}
