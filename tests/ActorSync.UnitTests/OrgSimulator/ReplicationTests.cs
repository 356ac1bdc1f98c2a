using ActorSync.OrgSimulator.Org;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulator;

public sealed class ReplicationTests
{
    private readonly TestOrg _org = new();

    private DateTimeOffset Now => _org.Model.Now;

    [Fact]
    public void GetUpdated_tells_live_records_of_the_window()
    {
        string early = _org.Account("early");
        _org.Clock.Advance(TimeSpan.FromMinutes(10));
        string late = _org.Account("late");
        string gone = _org.Account("gone");
        _org.Delete(gone);
        _org.Clock.Advance(TimeSpan.FromMinutes(1));

        _org.Model.GetUpdated("Account", Now.AddMinutes(-5), Now).Ids.ShouldBe([late]);
        _org.Model.GetUpdated("Account", Now.AddMinutes(-30), Now).Ids.ShouldBe([early, late]);
    }

    [Fact]
    public void Window_must_be_longer_than_a_minute()
    {
        Should.Throw<OrgFaultException>(() => _org.Model.GetUpdated("Account", Now.AddMinutes(-1), Now)).ExceptionCode.ShouldBe("INVALID_REPLICATION_DATE");
        Should.Throw<OrgFaultException>(() => _org.Model.GetDeleted("Account", Now, Now.AddMinutes(-9))).ExceptionCode.ShouldBe("INVALID_REPLICATION_DATE");
        _org.Model.GetUpdated("Account", Now.AddSeconds(-61), Now).Ids.ShouldBeEmpty();
    }

    [Fact]
    public void Seconds_of_the_window_are_dropped()
    {
        _org.Clock.Advance(TimeSpan.FromSeconds(30));
        string id = _org.Account();
        _org.Clock.Advance(TimeSpan.FromSeconds(20));

        _org.Model.GetUpdated("Account", Now.AddMinutes(-5), Now).Ids.ShouldBeEmpty("10:00:50 means 10:00");
        _org.Model.GetUpdated("Account", Now.AddSeconds(-5), Now.AddMinutes(1)).Ids.ShouldBe([id], "10:00:45 means 10:00");
    }

    [Fact]
    public void Updates_reach_back_30_days_and_deletes_15()
    {
        Should.NotThrow(() => _org.Model.GetUpdated("Account", Now.AddDays(-30), Now));
        Should.NotThrow(() => _org.Model.GetDeleted("Account", Now.AddDays(-15), Now));
        Should.Throw<OrgFaultException>(() => _org.Model.GetUpdated("Account", Now.AddDays(-31), Now)).ExceptionCode.ShouldBe("INVALID_REPLICATION_DATE");
        Should.Throw<OrgFaultException>(() => _org.Model.GetDeleted("Account", Now.AddDays(-16), Now)).ExceptionCode.ShouldBe("INVALID_REPLICATION_DATE");
    }

    [Fact]
    public void GetDeleted_tells_deletes_also_of_emptied_records_and_not_of_undeleted_ones()
    {
        string emptied = _org.Account();
        string back = _org.Account();
        _org.Model.Delete([emptied, back], _org.Context);
        _org.Model.EmptyRecycleBin([emptied], _org.Context);
        _org.Undelete(back);

        DeletedRecords deleted = _org.Model.GetDeleted("Account", Now.AddMinutes(-5), Now.AddMinutes(5));

        deleted.Records.ShouldBe([new DeletedRecord(emptied, Now)]);
        deleted.EarliestDateAvailable.ShouldBe(Now.AddDays(-15));
    }

    [Fact]
    public void LatestDateCovered_is_the_end_or_the_present_minute()
    {
        _org.Clock.Advance(TimeSpan.FromSeconds(90));

        _org.Model.GetUpdated("Account", Now.AddMinutes(-9), Now.AddMinutes(9)).LatestDateCovered.ShouldBe(new DateTimeOffset(2026, 3, 2, 10, 1, 0, TimeSpan.Zero));
        _org.Model.GetUpdated("Account", Now.AddMinutes(-9), Now.AddMinutes(-5)).LatestDateCovered.ShouldBe(new DateTimeOffset(2026, 3, 2, 9, 56, 0, TimeSpan.Zero));
    }

    [Fact]
    public void Late_commit_appears_with_a_stamp_before_its_commit_and_holds_latestDateCovered_back_until_then()
    {
        _org.Model.CommitLate(TimeSpan.FromMinutes(5));
        _org.Model.GetUpdated("Account", Now.AddMinutes(-9), Now).LatestDateCovered.ShouldBe(Now.AddMinutes(-5));

        string late = _org.Account();
        string next = _org.Account();

        _org.Value(late, "SystemModstamp").ShouldBe(Now.AddMinutes(-5));
        _org.Value(next, "SystemModstamp").ShouldBe(Now);
        _org.Model.GetUpdated("Account", Now.AddMinutes(-9), Now).LatestDateCovered.ShouldBe(Now);
    }

    [Fact]
    public void Stamp_of_a_record_never_goes_back()
    {
        string id = _org.Account();
        _org.Model.CommitLate(TimeSpan.FromMinutes(5));

        _org.Update("Account", id, ("Name", "B")).ShouldSucceed();

        _org.Value(id, "SystemModstamp").ShouldBe(Now);
    }
}
