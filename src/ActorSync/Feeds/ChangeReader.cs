using System.Collections.Immutable;
using ActorSync.Coordination;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Salesforce.Streaming;

namespace ActorSync.Feeds;

/// <summary>What one change event means to one of the records that it names.</summary>
/// <param name="Fields">Mapped fields that it names. Canonical values; of fields whose value it does not tell, null.</param>
/// <param name="Own">The write of ours that it is; null: somebody else's change.</param>
internal sealed record RecordChange(string Sfid, StreamPosition Position, FieldValues Fields, DateTimeOffset AsOf, OfferedWrite? Own)
{
    /// <summary>Why nobody can say from it what happened to counters; null: it tells.</summary>
    public string? Missing { get; init; }

    /// <summary>The record was deleted.</summary>
    public bool IsDeletion { get; init; }

    /// <summary>The record has to be read whoever asks.</summary>
    public bool IsRead { get; init; }

    /// <summary>It carries the client id of a submission of ours and is not what that sent.</summary>
    public bool IsNearMiss { get; init; }

    /// <summary>The message to the record; null: what is read tells everything.</summary>
    public RecordMessage? Message(DateTimeOffset seen) =>
        Missing is { } reason ? new RecordMessage.ChangesMissed(Sfid, reason, seen, Position)
        : IsDeletion || (Fields.IsEmpty && Own is null) ? null
        : new RecordMessage.RemoteChanged(Sfid, Position, Fields, AsOf, Own?.WriteNo, seen, RowImage.None);
}

/// <summary>Reads change events as changes of records. An event is our own write if it carries the client id of one of our submissions and every field that it tells of what was sent has the
/// value that was sent: the origin alone proves nothing, because triggers write under the origin of what set them off. Pure.</summary>
internal sealed class ChangeReader(ObjectMapping mapping)
{
    /// <summary>What our calls name themselves, in front of the submission's id.</summary>
    public const string ClientPrefix = "actorsync/";

    // A day less than what was sent is kept.
    private static readonly TimeSpan KnownFor = SubmissionTable.SentKept - TimeSpan.FromHours(24);

    private readonly ImmutableArray<FieldMapping> _plain = [.. mapping.Fields.Where(field => field.Parent is null)];
    private readonly ImmutableArray<FieldMapping> _parents = [.. mapping.Fields.Where(field => field.Parent is not null)];

    /// <summary>Submissions of ours that events claim to be of.</summary>
    public static IReadOnlyCollection<Guid> Submissions(IEnumerable<ChangeEvent> events) => [.. events.Select(SubmissionOf).OfType<Guid>().Distinct()];

    /// <summary>True of an event that tells of changes and not of which records: all may have changed.</summary>
    public static bool NamesNoRecords(ChangeEvent told) => told.Type == ChangeType.GapOverflow || told.RecordIds.Any(id => id.EndsWith('*'));

    /// <summary>The changes of each record, in the order of the stream. Those of fields that are not mapped are left out.</summary>
    /// <param name="sent">The writes of the submissions that events name.</param>
    /// <param name="now">Database clock.</param>
    public IReadOnlyList<RecordChange> Read(IEnumerable<ChangeEvent> events, IReadOnlyDictionary<Guid, IReadOnlyList<OfferedWrite>> sent, DateTimeOffset now) =>
        [.. events.Where(told => !NamesNoRecords(told)).SelectMany(told => Read(told, SubmissionOf(told) is { } submission ? sent.GetValueOrDefault(submission) : null, now))];

    private IEnumerable<RecordChange> Read(ChangeEvent told, IReadOnlyList<OfferedWrite>? sent, DateTimeOffset now)
    {
        // Told days ago and taken only now, by a feed that stood still: what was sent may have been forgotten since.
        var isForgotten = sent is null && SubmissionOf(told) is not null && told.CommittedAt < now - KnownFor;
        var fields = FieldsOf(told);
        var untold = Untold(told);
        var externalId = ExternalIdOf(told);
        foreach (var sfid in told.RecordIds.Select(CanonicalValue.Id18))
        {
            var write = sent?.FirstOrDefault(write => write.Sfid == sfid) ?? sent?.FirstOrDefault(write => write.Sfid is null && write.Entity == externalId);
            if (Change(told, sfid, fields, untold, write, sent is not null) is { } change)
            {
                yield return isForgotten && change.Fields.Names.Any(IsCounter) ? change with { Missing = "whether it was a write of ours is not known any more" } : change;
            }
        }
    }

    private RecordChange? Change(ChangeEvent told, string sfid, FieldValues fields, ImmutableArray<string> untold, OfferedWrite? write, bool isOurs)
    {
        var at = told.CommittedAt.ToUniversalTime();
        var change = new RecordChange(
            sfid, new StreamPosition(told.CommitNumber, told.SequenceNumber), fields.With(FieldValues.From(untold.Select(name => KeyValuePair.Create(name, (string?)null)))),
            at.AddTicks(-(at.Ticks % TimeSpan.TicksPerSecond)), null);
        switch (told.Type)
        {
            case ChangeType.Delete when write is { Operation: WriteOperation.Delete }:
                return null;
            case ChangeType.Delete or ChangeType.GapDelete:
                return change with { IsDeletion = true, IsRead = true };
            case ChangeType.GapCreate or ChangeType.GapUpdate or ChangeType.GapUndelete:
                return change with { Missing = $"Salesforce could not make the event ({told.Type})", IsRead = told.Type != ChangeType.GapUpdate };
        }

        if (untold.FirstOrDefault(name => IsCounter(name)) is { } counter)
        {
            return change with { Missing = $"the event does not tell the value of {counter}" };
        }

        var isWhole = told.Type is ChangeType.Create or ChangeType.Undelete;
        var own = write is not null && IsWhatWasSent(fields, write) ? write : null;
        var missed = isOurs && own is null && !change.Fields.IsEmpty;
        if (missed && write is not null && fields.Any(field => IsCounter(field.Key) && write.Fields.Has(field.Key)))
        {
            return change with { Missing = "the event of our write shows other values than were sent", IsNearMiss = true };
        }

        // Of our own write that is read which it did not say: defaults of a birth, what rules of the org made of other fields.
        var more = own is not null && change.Fields.Any(field => !own.Fields.Has(field.Key));
        return change.Fields.IsEmpty && own is null && !isWhole && !told.ChangedFields.Contains(mapping.ExternalIdField, StringComparer.Ordinal)
            ? null
            : change with { Own = own, IsRead = isWhole && own is null || more || (own is null && change.Fields.IsEmpty), IsNearMiss = missed };
    }

    // Every field that is told and was sent has the value that was sent; an event that tells other mapped fields only is somebody's own doing.
    private static bool IsWhatWasSent(FieldValues fields, OfferedWrite write) =>
        fields.All(field => !write.Fields.TryGet(field.Key, out var value) || value == field.Value)
        && (fields.IsEmpty || fields.Any(field => write.Fields.Has(field.Key)));

    private FieldValues FieldsOf(ChangeEvent told) => FieldValues.From(_plain
        .Where(field => told.Fields.ContainsKey(field.Name))
        .Select(field => KeyValuePair.Create(field.Name, CanonicalValue.Of(field, told.Fields[field.Name]))));

    // Parents are told by their ids, which say nothing of their external ids.
    private ImmutableArray<string> Untold(ChangeEvent told) =>
    [
        .. _plain.Where(field => told.DiffFields.Contains(field.Name, StringComparer.Ordinal) || told.UntoldFields.Contains(field.Name, StringComparer.Ordinal)).Select(field => field.Name),
        .. _parents.Where(field => told.Fields.ContainsKey(field.Parent!.ReferenceField)).Select(field => field.Name),
    ];

    private Guid? ExternalIdOf(ChangeEvent told) =>
        told.Fields.TryGetValue(mapping.ExternalIdField, out var text) && Guid.TryParse(text, out var externalId) ? externalId : null;

    private bool IsCounter(string field) => mapping.PolicyOf(field) == ConflictPolicy.Counter;

    private static Guid? SubmissionOf(ChangeEvent told) =>
        told.Client is { } client && client.StartsWith(ClientPrefix, StringComparison.Ordinal) && Guid.TryParse(client[ClientPrefix.Length..].TrimEnd('/'), out var submission) ? submission : null;
}
