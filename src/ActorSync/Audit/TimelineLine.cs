using System.Collections.Immutable;

namespace ActorSync.Audit;

/// <summary>Who did what a line tells.</summary>
internal enum Actor
{
    /// <summary>A statement of the application.</summary>
    Application,

    /// <summary>A trigger of the application, inside the engine's own statement.</summary>
    ApplicationTrigger,

    /// <summary>A user or a program of the org.</summary>
    Salesforce,

    /// <summary>A person who looks after the sync.</summary>
    Operator,

    /// <summary>ActorSync.</summary>
    Engine,
}

/// <summary>A field's way from one value to another; null is empty.</summary>
/// <param name="FromUnknown">The journal does not say what was there before.</param>
internal sealed record FieldChange(string Field, string? From, string? To, bool FromUnknown = false);

/// <summary>One line of a record's history.</summary>
/// <param name="Seq">Journal sequence within the record's shard.</param>
/// <param name="At">When it was decided, database clock.</param>
/// <param name="Transaction">The application's transaction id (xid8), where there is one.</param>
/// <param name="Event">Stable name of the journaled event.</param>
/// <param name="Text">What happened, for a person.</param>
/// <param name="Submission">The submission that carried the write, where there is one.</param>
internal sealed record TimelineLine(
    long Seq, DateTimeOffset At, Actor Who, string? Transaction, string Event, string Text, ImmutableArray<FieldChange> Changes, Guid? Submission)
{
    /// <summary>Who did it, for a person.</summary>
    public string WhoText => Who switch
    {
        Actor.Application => Transaction is null ? "application" : $"application, transaction {Transaction}",
        Actor.ApplicationTrigger => "application's trigger",
        Actor.Salesforce => "Salesforce",
        Actor.Operator => "operator",
        _ => "ActorSync",
    };
}

/// <summary>An event as it stands in the journal.</summary>
internal sealed record JournaledEvent(long Seq, DateTimeOffset At, string Name, Domain.Records.RecordEvent Event);
