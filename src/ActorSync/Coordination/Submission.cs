using System.Text.Json.Serialization;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Records;

namespace ActorSync.Coordination;

/// <summary>A started, unfinished submission.</summary>
/// <param name="Id">Version 7, made by the node, never from a sequence.</param>
/// <param name="StartedAt">Database clock of the turn that journaled it, before anything left the process.</param>
internal sealed record Submission(Guid Id, short Mapping, WriteOperation Operation, IReadOnlyList<OfferedWrite> Writes, DateTimeOffset StartedAt)
{
    /// <summary>Set when what became of it is unknown.</summary>
    public bool Doubtful { get; init; }

    /// <summary>When the doubt was noted of a submission whose job was lost sight of; what it may do until then settles only from here.</summary>
    public DateTimeOffset JobLostAt { get; init; }

    /// <summary>By which API it goes.</summary>
    public SubmissionApi Api { get; init; }

    /// <summary>The Bulk job that carries it; null: none has been journaled, so none was ever given a record.</summary>
    public string? JobId { get; init; }

    /// <summary>The node whose process makes its call, of a SOAP submission. Of one that was found open: only if that node lives or has brought the answer, and no doubt is noted.</summary>
    public Guid? Carrier { get; init; }
}

/// <summary>What a coordinator sees of a call that another one has left outside.</summary>
/// <param name="IsCarried">The node that made it lives.</param>
/// <param name="Answer">JSON; null: it has not brought one.</param>
internal sealed record CarriedCall(Guid Submission, bool IsCarried, string? Answer);

/// <summary>Journaled before anything leaves the process.</summary>
internal sealed record SubmissionStarted(Guid Id, short Mapping, WriteOperation Operation, string Api, IReadOnlyList<SubmittedWrite> Writes);

/// <summary>Journaled when its job is opened, before the upload: whoever comes next asks Salesforce for this job.</summary>
internal sealed record SubmissionJobOpened(Guid Id, string Job);

/// <summary>One write of a submission, by record.</summary>
internal sealed record SubmittedWrite(Guid Entity, int WriteNo);

/// <summary>Journaled when the answer is lost, with what is known of it.</summary>
internal sealed record SubmissionDoubted(Guid Id, string Reason)
{
    /// <summary>So many of its records have their outcomes; null: none.</summary>
    public int? Told { get; init; }
}

/// <summary>Journaled with the outcomes, in the turn that mails them.</summary>
internal sealed record SubmissionFinished(Guid Id, int Applied, int Rejected, int Returned, string? Fault);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(FieldValuesConverter)])]
[JsonSerializable(typeof(IReadOnlyList<OfferedWrite>))]
[JsonSerializable(typeof(SubmissionStarted))]
[JsonSerializable(typeof(SubmissionJobOpened))]
[JsonSerializable(typeof(SubmissionDoubted))]
[JsonSerializable(typeof(SubmissionFinished))]
internal sealed partial class SubmissionJson : JsonSerializerContext;
