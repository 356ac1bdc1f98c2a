using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>What a process does before it takes anything over.</summary>
public sealed class RehearsalTests
{
    // A record without a row, what stands where no holder has come to, and what nobody has journaled.
    private const string Left = """
        select concat_ws(', ',
          (select 'actor ' || min(external_id::text) from actorsync.actor a where not exists (select from salesforce.account where actorsync_id__c = a.external_id)
            and not exists (select from salesforce.contact where actorsync_id__c = a.external_id) having count(*) > 0),
          (select 'journal ' || min(type) from actorsync.journal where seq > 1000000 having count(*) > 0),
          (select 'lease ' || min(address) from actorsync.lease where journal_seq > 1000000 having count(*) > 0),
          (select 'link ' || min(sfid) from actorsync.link where sfid like '0000%' having count(*) > 0),
          (select 'submission ' || min(submission::text) from actorsync.submission s
            where not exists (select from actorsync.journal j where j.type = 'submission-started' and j.body->>'id' = s.submission::text) having count(*) > 0))
        """;

    // Of a turn that is rehearsed nothing may be seen: not by the journal, not by the other nodes, not by Salesforce.
    [Fact]
    public async Task A_turn_is_rehearsed_before_the_first_and_leaves_nothing_behind()
    {
        await using var sync = await RunningSync.StartAsync();
        var node = sync.StartNode();
        await node.SaysAsync("; running");
        node.Log.ShouldContain("rehearsed a turn in");
        node.Log.ShouldNotContain(" warn ");
        await sync.ConvergedAsync();
        (await sync.QueryAsync<string>(Left)).ShouldBeEmpty();
        sync.Org.ShouldHoldNothingTwice();
    }
}
