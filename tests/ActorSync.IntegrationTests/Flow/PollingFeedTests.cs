using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Polls page by stamp and id: SystemModstamp has whole seconds, and commits of one second come in any order.</summary>
public sealed class PollingFeedTests
{
    private const int Records = 450;
    private const int CallRecordsMax = 150;

    // Deep polls so rare that the short overlap has to find everything.
    private static readonly FlowSettings SmallPages = new() { Configuration = "actorsync.feed { page-rows-max = 200, overlap-interval = 1h, overlap = 1h }" };

    [Fact]
    public async Task Nothing_is_missed_where_pages_end_within_one_second()
    {
        await using var sync = await RunningSync.StartAsync(SmallPages);
        var born = Made(sync, Enumerable.Range(0, Records).Select(i => new RecordInput("Account", null, Values($"Of one second {i}"))));
        await sync.ConvergedAsync();
        (await sync.QueryAsync<long>("select count(*) from salesforce.account where name like 'Of one second %'")).ShouldBe(Records);

        foreach (var some in born.Select((sfid, i) => new RecordInput("Account", sfid, Values($"Changed together {i}"))).Chunk(CallRecordsMax))
        {
            sync.Org.Model.Update(some, Person(sync)).ShouldAllBe(result => result.Success);
        }

        await sync.ConvergedAsync();
        (await sync.QueryAsync<long>("select count(*) from salesforce.account where name like 'Changed together %'")).ShouldBe(Records);
    }

    [Fact]
    public async Task A_change_in_the_second_of_the_last_page_and_behind_it_by_id_is_found()
    {
        await using var sync = await RunningSync.StartAsync(SmallPages);
        var born = Made(sync, Enumerable.Range(0, 3).Select(i => new RecordInput("Account", null, Values($"Neighbour {i}"))));
        await sync.ConvergedAsync();
        for (var round = 0; round < 5; round++)
        {
            sync.Org.Update("Account", born[2], ("Name", $"Last by id {round}"));
            using (var hold = sync.Server.Faults.HoldNext(new CallMatch("queryAll", "Account"), HoldPoint.AfterEffect))
            {
                // The page has been read when a record with a lower id changes in its second.
                await hold.Arrived.WaitAsync(Eventually.DefaultMax, TimeProvider.System);
                sync.Org.Update("Account", born[0], ("Name", $"First by id {round}"));
            }

            await sync.ConvergedAsync();
            (await sync.QueryAsync<string>($"select name from salesforce.account where sfid = '{born[0]}'")).ShouldBe($"First by id {round}");
        }
    }

    // Its deletion carries the second of its last stamp: only a read after that question tells which of the two came last, and no read shows it.
    [Fact]
    public async Task A_record_that_is_deleted_for_good_in_the_second_of_its_last_change_leaves_its_table()
    {
        await using var sync = await RunningSync.StartAsync();
        var sfid = sync.Org.Create("Account", ("Name", "Short life"));
        await Eventually.HoldsAsync("the record to get its external id", () => Task.FromResult(
            sync.Org.Model.Query($"SELECT Id FROM Account WHERE Id = '{sfid}' AND ActorSync_Id__c != null").Rows.Count == 1));
        sync.Org.HardDelete(sfid);
        await sync.ConvergedAsync();
        (await sync.QueryAsync<long>($"select count(*) from salesforce.account where sfid = '{sfid}'")).ShouldBe(0);
    }

    private static string[] Made(RunningSync sync, IEnumerable<RecordInput> records)
    {
        var results = records.Chunk(CallRecordsMax).SelectMany(some => sync.Org.Model.Create(some, Person(sync))).ToArray();
        results.ShouldAllBe(result => result.Success, "records are made");
        return [.. results.Select(result => result.Id!).Order(StringComparer.Ordinal)];
    }

    private static DmlContext Person(RunningSync sync) => new("test", null, sync.Org.Model.HumanUser.Id);

    private static Dictionary<string, object?> Values(string name) => new(StringComparer.Ordinal) { ["Name"] = name };
}
