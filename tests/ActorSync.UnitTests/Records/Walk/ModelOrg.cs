using ActorSync.Domain.Records;

namespace ActorSync.UnitTests.Records.Walk;

/// <summary>One record of the model org.</summary>
internal sealed class OrgRecord(string sfid)
{
    public string Sfid { get; } = sfid;

    public FieldValues Fields { get; set; } = Spec.Fields((Spec.Name, null), (Spec.Phone, null), (Spec.City, null));

    public string? ExternalId { get; set; }

    public bool Deleted { get; set; }

    public DateTimeOffset Stamp { get; set; }

    /// <summary>Changed since a read last saw it.</summary>
    public bool Dirty { get; set; }

    public FieldValues Shown => Fields.With(Spec.Formula, $"f({Fields[Spec.Name] ?? "-"})").With(Spec.ExternalId, ExternalId);
}

/// <summary>The Salesforce side of the walk: commits with whole-second stamps on a clock of its own, a unique external id, a recycle bin.</summary>
internal sealed class ModelOrg(TimeSpan clockSkew)
{
    private readonly HashSet<long> _births = [];

    public List<OrgRecord> Records { get; } = [];

    public OrgRecord? Living => Records.LastOrDefault(record => !record.Deleted);

    public string Create(FieldValues values, string? externalId, DateTimeOffset now)
    {
        var record = new OrgRecord($"S{Records.Count + 1}") { ExternalId = externalId };
        Records.Add(record);
        Edit(record, values, now);
        return record.Sfid;
    }

    public void Edit(OrgRecord record, FieldValues values, DateTimeOffset now)
    {
        record.Fields = record.Fields.With(values.Without([Spec.ExternalId, Spec.Formula]));
        record.ExternalId = values.TryGet(Spec.ExternalId, out var id) ? id : record.ExternalId;
        Touch(record, now);
    }

    public void SetDeleted(OrgRecord record, bool deleted, DateTimeOffset now)
    {
        record.Deleted = deleted;
        Touch(record, now);
    }

    /// <summary>Executes one of our writes; null when the addressee is deleted, else its sfid.</summary>
    public string? Execute(RecordEvent.WriteOffered write, string externalId, DateTimeOffset now, Action<string> violated)
    {
        if (write.Operation == WriteOperation.Insert)
        {
            if (Records.Find(record => !record.Deleted && record.ExternalId == externalId) is { } existing)
            {
                Edit(existing, write.Fields, now);
                return existing.Sfid;
            }

            if (!_births.Add(write.Stamp.Birth))
            {
                violated($"I3: the life {write.Stamp.Birth} is created again");
            }

            return Create(write.Fields, externalId, now);
        }

        var addressee = Records.Single(record => record.Sfid == write.Sfid);
        if (addressee.Deleted)
        {
            return null;
        }

        if (write.Operation == WriteOperation.Delete)
        {
            SetDeleted(addressee, true, now);
        }
        else
        {
            Edit(addressee, write.Fields, now);
        }

        return addressee.Sfid;
    }

    private void Touch(OrgRecord record, DateTimeOffset now)
    {
        var at = now + clockSkew;
        record.Stamp = at.AddTicks(-(at.Ticks % TimeSpan.TicksPerSecond));
        record.Dirty = true;
    }
}
