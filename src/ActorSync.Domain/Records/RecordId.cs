namespace ActorSync.Domain.Records;

/// <summary>One record: a mapped object and the record's external UUID. It is the entity id of the record's actor.</summary>
/// <param name="Mapping">Number of the mapping, 1 and up, fixed when the mapping is provisioned.</param>
/// <param name="ExternalId">The UUID both sides know the record by.</param>
public readonly record struct RecordId(short Mapping, Guid ExternalId)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Mapping}/{ExternalId}";
}

/// <summary>Which version of a mapped row was seen: the birth number drawn at INSERT and the revision that every change increments.
/// A row deleted and inserted again under the same UUID has another birth: another life.</summary>
public readonly record struct RowStamp(long Birth, long Revision) : IComparable<RowStamp>
{
    /// <inheritdoc/>
    public int CompareTo(RowStamp other) =>
        Birth != other.Birth ? Birth.CompareTo(other.Birth) : Revision.CompareTo(other.Revision);

    /// <summary>Later in the same table: a later life, or a later revision of this one.</summary>
    public static bool operator >(RowStamp left, RowStamp right) => left.CompareTo(right) > 0;

    /// <summary>Earlier in the same table.</summary>
    public static bool operator <(RowStamp left, RowStamp right) => left.CompareTo(right) < 0;

    /// <summary>Later or the same.</summary>
    public static bool operator >=(RowStamp left, RowStamp right) => left.CompareTo(right) >= 0;

    /// <summary>Earlier or the same.</summary>
    public static bool operator <=(RowStamp left, RowStamp right) => left.CompareTo(right) <= 0;

    /// <inheritdoc/>
    public override string ToString() => $"{Birth}.{Revision}";
}
