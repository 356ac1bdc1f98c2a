namespace ActorSync.OrgSimulator.Org;

/// <summary>
/// getUpdated and getDeleted by the rules of the SOAP guide: start before end by more than one minute, seconds of both dropped, the window inclusive,
/// 30 days back for updates and 15 for deletes, latestDateCovered held back by a transaction that may still commit with an earlier stamp.
/// </summary>
internal static class Replication
{
    private const int UpdatedDaysMax = 30;
    private const int DeletedDaysMax = 15;

    public static UpdatedRecords Updated(RecordTable table, DateTimeOffset start, DateTimeOffset end, DateTimeOffset now, TimeSpan openTransaction)
    {
        (DateTimeOffset from, DateTimeOffset to) = Window(start, end, now, UpdatedDaysMax);
        string[] ids = [.. table.ByStamp(from, "", to).Where(r => !r.IsDeleted).Select(r => r.Id)];
        return new UpdatedRecords(ids, Covered(to, now, openTransaction));
    }

    public static DeletedRecords Deleted(RecordTable table, DateTimeOffset start, DateTimeOffset end, DateTimeOffset now, TimeSpan openTransaction)
    {
        (DateTimeOffset from, DateTimeOffset to) = Window(start, end, now, DeletedDaysMax);
        DeletedRecord[] records = [.. table.DeleteLog.Where(d => d.DeletedDate >= from && d.DeletedDate <= to)];
        return new DeletedRecords(records, Minute(now - TimeSpan.FromDays(DeletedDaysMax)), Covered(to, now, openTransaction));
    }

    private static (DateTimeOffset From, DateTimeOffset To) Window(DateTimeOffset start, DateTimeOffset end, DateTimeOffset now, int daysMax)
    {
        if (end - start <= TimeSpan.FromMinutes(1))
        {
            throw new OrgFaultException("INVALID_REPLICATION_DATE", "endDate must be at least one minute greater than startDate");
        }

        if (Minute(start) < Minute(now - TimeSpan.FromDays(daysMax)))
        {
            throw new OrgFaultException("INVALID_REPLICATION_DATE", $"startDate cannot be more than {daysMax} days ago");
        }

        return (Minute(start), Minute(end));
    }

    private static DateTimeOffset Covered(DateTimeOffset end, DateTimeOffset now, TimeSpan openTransaction)
    {
        DateTimeOffset safe = Minute(now - openTransaction);
        return end < safe ? end : safe;
    }

    private static DateTimeOffset Minute(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
}
