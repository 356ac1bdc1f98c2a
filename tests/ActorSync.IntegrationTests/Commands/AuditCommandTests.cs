using System.Text.Json;
using ActorSync.Commands;
using ActorSync.Domain.Records;
using ActorSync.IntegrationTests.Provisioning;
using ActorSync.Records;
using Shouldly;
using Xunit;
using static ActorSync.Domain.Records.RecordEvent;

namespace ActorSync.IntegrationTests.Commands;

public sealed class AuditCommandTests
{
    private static readonly DateTimeOffset At = new(2020, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly Guid Id = new("44444444-4444-4444-8444-444444444444");

    [Fact]
    public async Task The_timeline_tells_what_the_journal_holds()
    {
        await using var database = await JournaledAsync();
        var (people, scripts) = (new CommandRunner(), new CommandRunner());
        var address = await CommandRunner.AddressOfAsync(database);

        (await people.RunAsync("audit", Id.ToString(), "--postgres", address)).ShouldBe(ExitCode.Ok, people.Error);
        (await scripts.RunAsync("audit", Id.ToString(), "--postgres", address, "--json")).ShouldBe(ExitCode.Ok, scripts.Error);

        people.Output.ShouldContain($"Account {Id}");
        people.Output.ShouldContain("2020-01-02 03:04:05.000Z  application, transaction 4711: inserted the row");
        people.Output.ShouldContain("Phone: (empty) -> '1'");
        JsonDocument.Parse(scripts.Output).RootElement[0].GetProperty("lines")[0].GetProperty("transaction").GetString().ShouldBe("4711");
    }

    [Fact]
    public async Task An_unknown_record_and_an_unmapped_object_are_exit_code_5()
    {
        await using var database = await JournaledAsync();
        var address = await CommandRunner.AddressOfAsync(database);
        var runner = new CommandRunner();

        (await runner.RunAsync("audit", Guid.Empty.ToString(), "--postgres", address)).ShouldBe(ExitCode.NotFound);
        (await runner.RunAsync("audit", Id.ToString(), "--postgres", address, "--object", "Lead")).ShouldBe(ExitCode.NotFound);

        runner.Error.ShouldContain("the journal knows no record");
        runner.Error.ShouldContain("mapped are: Account");
    }

    [Fact]
    public async Task Verify_agrees_when_journal_snapshot_and_row_say_the_same()
    {
        await using var database = await JournaledAsync();

        (await VerifyAsync(database)).ShouldBe((ExitCode.Ok, "1 records, 1 events: every journal folds to its snapshot and its row\n"));
    }

    [Theory]
    [InlineData("update salesforce.account set phone = '2'", "row version")]
    [InlineData("alter table salesforce.account disable trigger all; update salesforce.account set phone = '2'", "field Phone: the journal says 1, stored is 2")]
    [InlineData("update actorsync.actor set state = jsonb_set(state::jsonb, '{lastWriteNo}', '7')", "snapshot")]
    [InlineData("delete from actorsync.actor", "snapshot")]
    [InlineData("delete from salesforce.account", "row version")]
    [InlineData("delete from actorsync.journal", "row version: the journal says nothing")]
    public async Task Verify_names_what_was_changed_behind_the_journal(string tampering, string told)
    {
        await using var database = await JournaledAsync();
        await database.ExecuteAsync(tampering);
        await database.ForgetChangesAsync();

        var (code, output) = await VerifyAsync(database);

        code.ShouldBe(ExitCode.Failed);
        output.ShouldContain(told);
        output.ShouldContain(Id.ToString());
    }

    [Fact]
    public async Task Verify_leaves_out_what_no_turn_has_decided_yet()
    {
        await using var database = await JournaledAsync();
        await database.ExecuteAsync("update salesforce.account set phone = '2'");

        var (code, output) = await VerifyAsync(database);

        code.ShouldBe(ExitCode.Ok);
        output.ShouldContain("0 records, 0 events");
        output.ShouldContain("1 records have changes that are not decided yet");
    }

    private static async Task<(ExitCode Code, string Output)> VerifyAsync(MappedDatabase database)
    {
        var address = await CommandRunner.AddressOfAsync(database);
        var (all, one) = (new CommandRunner(), new CommandRunner());
        var code = await all.RunAsync("audit", "--verify", "--postgres", address);
        (await one.RunAsync("audit", Id.ToString(), "--verify", "--postgres", address)).ShouldBe(code, "one record is judged as among all");
        all.Error.ShouldBeEmpty();
        return (code, all.Output.ReplaceLineEndings("\n"));
    }

    // One record as a turn would have left it: row, journal, snapshot, and nothing undecided.
    private static async Task<MappedDatabase> JournaledAsync()
    {
        var database = await MappedDatabase.CreateAsync(MappedDatabase.Account("Name", "Phone"));
        await database.ExecuteAsync($"insert into salesforce.account(actorsync_id__c, name, phone) values ('{Id}', 'a', '1')");
        var stamp = new RowStamp(await database.QueryAsync<long>("select _asy_birth from salesforce.account"), 1);
        RecordEvent inserted = new LocalChanged(
            1, "4711", At, RowOperation.Insert, stamp, FieldValues.Empty, FieldValues.Of(("Name", "a"), ("Phone", "1")));
        var codec = new RecordCodec();
        var shard = await database.QueryAsync<short>($"select actorsync.shard_of('{Id}')");
        await database.ExecuteAsync($"""
            insert into actorsync.journal(address, seq, epoch, mapping, external_id, type, at, body)
            values ({shard}, 1, 1, 1, '{Id}', '{codec.NameOf(inserted)}', '2020-01-02 03:04:05+00', '{codec.WriteEvent(inserted)}');
            insert into actorsync.actor(mapping, external_id, shard, seq, owes, parked, state)
            values (1, '{Id}', {shard}, 1, false, false, '{codec.WriteState(RecordEvolve.Fold(RecordState.Initial, [inserted]))}')
            """);
        await database.ForgetChangesAsync();
        return database;
    }
}
