using System.Text.Json.Serialization;
using ActorSync.Domain.Records;

namespace ActorSync.Records;

/// <summary>Messages for records of one shard, as they lie in a mailbox.</summary>
internal sealed record RecordEnvelope(IReadOnlyList<StoredMessage> Messages);

/// <summary>One message as stored: exactly one of the members behind <paramref name="Entity"/> is set.</summary>
internal sealed record StoredMessage(short Mapping, Guid Entity)
{
    public StoredImage? Image { get; init; }

    public RecordMessage.RemoteDeleted? Deleted { get; init; }

    public RecordMessage.WriteConfirmed? Confirmed { get; init; }

    public RecordMessage.WriteRefused? Refused { get; init; }

    public StoredDoubt? Doubt { get; init; }

    public RecordMessage.ReferencesAwaited? Awaited { get; init; }

    /// <summary>A captured change that had to be put aside while a failing message was looked for.</summary>
    public RecordMessage.LocalChange? Change { get; init; }

    public RecordMessage.Poisoned? Poison { get; init; }

    public StoredChangeEvent? ChangeEvent { get; init; }

    public StoredGap? Missed { get; init; }

    /// <summary>True of what is compared with the row when it is decided.</summary>
    [JsonIgnore]
    public bool MeetsRow => Image is not null || ChangeEvent is not null || Missed is not null;

    public RecordMessage.RemoteUndeleted? Undeleted { get; init; }

    public RecordMessage.RemoteMerged? Merged { get; init; }

    public RecordMessage.Retry? Retry { get; init; }

    public RecordMessage.Skip? Skip { get; init; }

    public RecordMessage.EditAndRetry? Edit { get; init; }

    public RecordMessage.ChooseSide? Choice { get; init; }

    /// <summary>The stored form of a message.</summary>
    public static StoredMessage Of(RecordId id, RecordMessage message)
    {
        var stored = new StoredMessage(id.Mapping, id.ExternalId);
        return message switch
        {
            RecordMessage.RemoteImage m => stored with { Image = new StoredImage(m.Sfid, m.Fields, m.AsOf, m.ReadBegan) },
            RecordMessage.RemoteDeleted m => stored with { Deleted = m },
            RecordMessage.WriteConfirmed m => stored with { Confirmed = m },
            RecordMessage.WriteRefused m => stored with { Refused = m },
            RecordMessage.ReferencesAwaited m => stored with { Awaited = m },
            RecordMessage.DoubtSettled m => stored with { Doubt = StoredDoubt.Of(m) },
            RecordMessage.LocalChange m => stored with { Change = m },
            RecordMessage.Poisoned m => stored with { Poison = m },
            RecordMessage.RemoteChanged m => stored with { ChangeEvent = new StoredChangeEvent(m.Sfid, m.Position, m.Fields, m.AsOf, m.OwnWrite, m.Seen) },
            RecordMessage.ChangesMissed m => stored with { Missed = new StoredGap(m.Sfid, m.Reason, m.At, m.Position) },
            RecordMessage.RemoteUndeleted m => stored with { Undeleted = m },
            RecordMessage.RemoteMerged m => stored with { Merged = m },
            RecordMessage.ChooseSide m => stored with { Choice = m },
            RecordMessage.Retry m => stored with { Retry = m },
            RecordMessage.Skip m => stored with { Skip = m },
            RecordMessage.EditAndRetry m => stored with { Edit = m },
            _ => throw new System.Diagnostics.UnreachableException(message.GetType().Name),
        };
    }

    /// <summary>The message again; an image meets the row as it is now.</summary>
    public RecordMessage Open(RowImage row) => OneOf(Deleted, Confirmed, Refused, Awaited, Change, Poison, Retry, Skip, Edit, Choice, Missed?.Open(row), Undeleted, Merged, ChangeEvent?.Open(row))
        ?? (Image is { } image ? new RecordMessage.RemoteImage(image.Sfid, image.Fields, image.AsOf, image.ReadBegan, row) : Doubt!.Open());

    private static RecordMessage? OneOf(params ReadOnlySpan<RecordMessage?> messages)
    {
        foreach (var message in messages)
        {
            if (message is not null)
            {
                return message;
            }
        }

        return null;
    }
}

/// <summary>A change event of Salesforce.</summary>
internal sealed record StoredChangeEvent(string Sfid, StreamPosition Position, FieldValues Fields, DateTimeOffset AsOf, int? OwnWrite, DateTimeOffset Seen)
{
    public RecordMessage.RemoteChanged Open(RowImage row) => new(Sfid, Position, Fields, AsOf, OwnWrite, Seen, row);
}

/// <summary>Change events that are missing.</summary>
internal sealed record StoredGap(string Sfid, string Reason, DateTimeOffset At, StreamPosition? Position)
{
    public RecordMessage.ChangesMissed Open(RowImage row) => new(Sfid, Reason, At, Position, row);
}

/// <summary>What a read of Salesforce showed.</summary>
internal sealed record StoredImage(string Sfid, FieldValues Fields, DateTimeOffset AsOf, DateTimeOffset ReadBegan);

/// <summary>A settled doubt, its answer flattened.</summary>
internal sealed record StoredDoubt(int WriteNo, Guid Submission, DateTimeOffset At, string Answer)
{
    public string? Sfid { get; init; }

    public IReadOnlyList<string>? Others { get; init; }

    public string? Reason { get; init; }

    public StoredImage? Found { get; init; }

    public static StoredDoubt Of(RecordMessage.DoubtSettled m)
    {
        var stored = new StoredDoubt(m.WriteNo, m.Submission, m.At, m.Answer.GetType().Name);
        return m.Answer switch
        {
            DoubtAnswer.Applied a => stored with { Sfid = a.Sfid },
            DoubtAnswer.AppliedThenDeleted a => stored with { Sfid = a.Sfid, Others = a.Others.IsEmpty ? null : [.. a.Others] },
            DoubtAnswer.Overwritten a => stored with { Found = new StoredImage(a.Sfid, a.Fields, a.AsOf, a.ReadBegan) },
            DoubtAnswer.Unprovable a => stored with { Reason = a.Reason },
            _ => stored,
        };
    }

    public RecordMessage.DoubtSettled Open() => new(WriteNo, Submission, Answer switch
    {
        nameof(DoubtAnswer.Applied) => new DoubtAnswer.Applied(Sfid!),
        nameof(DoubtAnswer.NotApplied) => new DoubtAnswer.NotApplied(),
        nameof(DoubtAnswer.AppliedThenDeleted) => new DoubtAnswer.AppliedThenDeleted(Sfid!) { Others = [.. Others ?? []] },
        nameof(DoubtAnswer.Overwritten) => new DoubtAnswer.Overwritten(Found!.Sfid, Found.Fields, Found.AsOf, Found.ReadBegan),
        nameof(DoubtAnswer.Unprovable) => new DoubtAnswer.Unprovable(Reason!),
        _ => throw new InvalidDataException($"doubt answer {Answer}"),
    }, At);
}

/// <summary>A write on its way through the coordinator.</summary>
internal sealed record OfferedWrite(
    short Mapping, Guid Entity, int WriteNo, WriteOperation Operation, string? Sfid, FieldValues Fields, FieldValues Base, DateTimeOffset OfferedAt)
{
    /// <summary>How often Salesforce has turned it away for a passing reason.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Attempts { get; init; }

    /// <summary>A whole call with this write in it was refused: it goes by itself, so that the refusal meets only the guilty one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Alone { get; init; }

    /// <summary>Id of the first change in it, in the change log; 0: it comes from none, or was offered by a version that did not note it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Position { get; init; }

    /// <summary>Salesforce could not get a lock for it: until it is through, writes that need the same lock go in one submission at a time.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Contended { get; init; }

    /// <summary>A Bulk job with it was refused as a whole: it goes by SOAP, which tells of each record what is wrong.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool BySoap { get; init; }

    /// <summary>How many Bulk jobs it was to go with of which nothing came.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int VainJobs { get; init; }
}
