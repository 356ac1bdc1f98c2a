using ActorSync.Records;

namespace ActorSync.Failovers;

/// <summary>A failover to a standby, or a restore, that may have lost commits. All times are database clocks.</summary>
/// <param name="Number">1, 2, 3 ...</param>
/// <param name="NoticedAt">By the clock of the server it went on with. Nodes of the lost history start nothing later.</param>
/// <param name="SurvivedAt">What was committed by then is there, and it was the truth: what is missing was committed later, and so was anything sent on the strength of it.</param>
/// <param name="LastChange">Newest id in the change log when it was noticed. Of changes up to it the lost history may have sent something.</param>
internal sealed record Failover(int Number, DateTimeOffset NoticedAt, DateTimeOffset SurvivedAt, long LastChange)
{
    /// <summary>True of a write that the lost history may have sent as well.</summary>
    /// <param name="settled">When nothing of the lost history can arrive any more. What comes from no change of the application, as an adoption, is told by its time.</param>
    public bool MayHaveSent(OfferedWrite write, DateTimeOffset settled) => write.Position > 0 ? write.Position <= LastChange : write.OfferedAt <= settled;
}

/// <summary>What was taken from Salesforce into a row because of a failover.</summary>
/// <param name="Field">API name; * for the whole record.</param>
/// <param name="Old">In the row as it survived; null also when there was no row.</param>
/// <param name="New">In Salesforce; null also when it is deleted there.</param>
/// <param name="What">changed, inserted or deleted.</param>
internal sealed record CorrectedField(string Field, string? Old, string? New, string What);

/// <summary>A record that was corrected.</summary>
internal sealed record Correction(short Mapping, Guid Entity, IReadOnlyList<CorrectedField> Fields);
