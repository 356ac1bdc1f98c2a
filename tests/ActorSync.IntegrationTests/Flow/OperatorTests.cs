using ActorSync.Commands;
using ActorSync.IntegrationTests.Commands;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>A contact whose address Salesforce refuses, and the operator at the command line.</summary>
public sealed class OperatorTests
{
    [Fact]
    public async Task An_edited_record_is_corrected_on_both_sides()
    {
        await using var sync = await RunningSync.StartAsync();
        var id = await ParkedAsync(sync);
        await RunAsync(sync, "edit", id.ToString(), "Email=ada@example.com", "--by", "Grace");

        await sync.ConvergedAsync();
        (await ContactAsync(sync, id)).ShouldBe("ada@example.com Kept");
        (await sync.QueryAsync<long>($"select count(*) from actorsync.journal where external_id = '{id}' and body->>'by' = 'Grace'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_skipped_change_gives_the_row_back_what_Salesforce_has()
    {
        await using var sync = await RunningSync.StartAsync();
        var before = await sync.QueryAsync<string>("select concat_ws(' ', email, title) from salesforce.contact order by sfid limit 1");
        var id = await ParkedAsync(sync);
        await RunAsync(sync, "skip", id.ToString());

        await sync.ConvergedAsync();
        (await ContactAsync(sync, id)).ShouldBe(before);
    }

    [Fact]
    public async Task A_retried_record_is_refused_again_and_parked_anew()
    {
        await using var sync = await RunningSync.StartAsync();
        var id = await ParkedAsync(sync);
        await RunAsync(sync, "retry", id.ToString());

        await Eventually.HoldsAsync("the second refusal", async () =>
            await sync.QueryAsync<long>($"select count(*) from actorsync.journal where external_id = '{id}' and type = 'write-rejected'") == 2);
        (await RunAsync(sync, "parked")).ShouldContain($"Contact {id} ");
    }

    private static async Task<Guid> ParkedAsync(RunningSync sync)
    {
        var id = await sync.QueryAsync<Guid>("select actorsync_id__c from salesforce.contact order by sfid limit 1");
        await sync.ExecuteAsync($"update salesforce.contact set email = 'no address', title = 'Kept' where actorsync_id__c = '{id}'");
        await Eventually.HoldsAsync("the record to be parked", async () => await sync.QueryAsync<long>("select count(*) from actorsync.actor where parked") == 1);
        return id;
    }

    private static Task<string?> ContactAsync(RunningSync sync, Guid id) =>
        sync.QueryAsync<string>($"select concat_ws(' ', email, title) from salesforce.contact where actorsync_id__c = '{id}'");

    private static async Task<string> RunAsync(RunningSync sync, params string[] arguments)
    {
        var runner = new CommandRunner();
        (await runner.RunAsync([.. arguments, "-c", sync.ConfigFile])).ShouldBe(ExitCode.Ok, runner.Error);
        return runner.Output;
    }
}
