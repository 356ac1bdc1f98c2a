using System.Text.Json;
using ActorSync.Commands;
using ActorSync.Domain.Records;
using ActorSync.IntegrationTests.Provisioning;
using ActorSync.Records;
using ActorSync.TestKit.Postgres;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Commands;

public sealed class StatusCommandTests
{
    private static readonly DateTimeOffset At = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task A_captured_change_that_nobody_decides_shows_as_lag_and_no_node_as_free_leases()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.AsApplicationAsync("insert into salesforce.account(name) values ('a')");

        var status = await new StatusReader(database.Engine).ReadAsync(CancellationToken.None);

        status.Nodes.ShouldBeEmpty();
        status.FreeAddresses.ShouldBe(32);
        status.ChangeLog.Undecided.ShouldBe(1);
        status.ChangeLog.OldestAgeSeconds!.Value.ShouldBeGreaterThanOrEqualTo(0);
        status.IsQuiet.ShouldBeFalse();
        status.Moving.ShouldBe("1 undecided changes");
        var account = status.Mappings.ShouldHaveSingleItem();
        account.ShouldBe(new MappingStatus(1, "Account", "salesforce.account", 1, 0, 0, null, "new", null, null));
    }

    [Fact]
    public async Task The_engines_own_captured_writes_are_no_lag()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await database.ExecuteAsync("begin; set local actorsync.origin = '33333333-3333-4333-8333-333333333333'; insert into salesforce.account(name) values ('a'); commit");

        (await new StatusReader(database.Engine).ReadAsync(CancellationToken.None)).ChangeLog.Undecided.ShouldBe(0);
    }

    [Fact]
    public async Task Parked_records_are_listed_with_their_error_the_oldest_first_and_not_more_than_twenty()
    {
        await using var database = await MappedDatabase.CreateAsync();
        for (var i = 0; i < 25; i++)
        {
            await ParkAsync(database, i);
        }

        var status = await new StatusReader(database.Engine).ReadAsync(CancellationToken.None);

        status.ParkedRecords.ShouldBe(25);
        status.Parked.Length.ShouldBe(StatusReport.ParkedMax);
        status.Parked.Select(parked => parked.Since).ShouldBe(Enumerable.Range(0, 20).Select(i => At.AddMinutes(i)));
        status.Parked[0].Message.ShouldBe("Phone: data value too large: 0");
    }

    [Fact]
    public async Task The_command_prints_for_people_and_for_scripts()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await ParkAsync(database, 0);
        var (people, scripts) = (new CommandRunner(), new CommandRunner());

        (await people.RunAsync("status", "--postgres", await CommandRunner.AddressOfAsync(database))).ShouldBe(ExitCode.Ok, people.Error);
        (await scripts.RunAsync("status", "--postgres", await CommandRunner.AddressOfAsync(database), "--json")).ShouldBe(ExitCode.Ok, scripts.Error);

        people.Output.ShouldContain("STRING_TOO_LONG: Phone: data value too large: 0");
        people.Output.ShouldNotContain("\u001b");
        var json = JsonDocument.Parse(scripts.Output).RootElement;
        json.GetProperty("parkedRecords").GetInt64().ShouldBe(1);
        json.GetProperty("mappings")[0].GetProperty("object").GetString().ShouldBe("Account");
    }

    [Fact]
    public async Task A_database_without_the_engine_schema_is_told_in_one_line()
    {
        await using var database = await TestDatabase.CreateAsync();
        var runner = new CommandRunner();

        (await runner.RunAsync("status", "--postgres", database.ConnectionString)).ShouldBe(ExitCode.NotFound);

        runner.Error.ShouldContain("no node has run on it yet");
        runner.Error.Trim().ShouldNotContain("\n");
    }

    [Fact]
    public async Task A_wrong_password_and_a_missing_privilege_are_told_in_one_line()
    {
        await using var database = await MappedDatabase.CreateAsync();
        var (password, privilege) = (new CommandRunner(), new CommandRunner());
        var login = new NpgsqlConnectionStringBuilder(database.Engine.ConnectionString) { Username = database.ApplicationRole, Password = "wrong" };

        (await password.RunAsync("status", "--postgres", login.ConnectionString)).ShouldBe(ExitCode.Unreachable, password.Error);
        login.Password = "application";
        (await privilege.RunAsync("status", "--postgres", login.ConnectionString)).ShouldBe(ExitCode.Unreachable, privilege.Error);

        password.Error.ShouldContain("does not let us sign in");
        privilege.Error.ShouldContain("permission denied for schema actorsync");
    }

    private static Task ParkAsync(MappedDatabase database, int minute)
    {
        var state = RecordState.Initial with
        {
            Parked = new ParkedError(ParkedError.Salesforce, "UPDATE", "STRING_TOO_LONG", FormattableString.Invariant($"Phone: data value too large: {minute}"), At.AddMinutes(minute)),
        };
        var json = new RecordCodec().WriteState(state).Replace("'", "''", StringComparison.Ordinal);
        return database.ExecuteAsync(
            $"insert into actorsync.actor(mapping, external_id, shard, seq, owes, parked, state) values (1, gen_random_uuid(), 0, 1, false, true, '{json}')");
    }
}
