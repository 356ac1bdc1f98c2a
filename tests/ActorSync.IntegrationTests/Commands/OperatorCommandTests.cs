using System.Text.Json;
using ActorSync.Commands;
using ActorSync.Domain.Records;
using ActorSync.IntegrationTests.Provisioning;
using ActorSync.Records;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Commands;

/// <summary><c>parked</c>, <c>retry</c>, <c>skip</c>, <c>edit</c> and <c>choose</c> over a database without a node: what is listed, and what lies in the mailbox afterwards.</summary>
public sealed class OperatorCommandTests
{
    private static readonly DateTimeOffset At = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly Guid Ada = new("aaaaaaaa-0000-4000-8000-000000000001");
    private static readonly Guid Bob = new("bbbbbbbb-0000-4000-8000-000000000002");

    [Fact]
    public async Task Parked_lists_every_parked_record_oldest_first_for_people_and_for_scripts()
    {
        await using var database = await MappedDatabase.CreateAsync(MappedDatabase.Account(), MappedDatabase.Mapping("Contact", "LastName"));
        await StoreAsync(database, 1, Ada, Refused(minute: 2));
        await StoreAsync(database, 2, Bob, Refused(minute: 1) with { Sfid = null });
        await StoreAsync(database, 1, Bob, RecordState.Initial);

        var json = JsonDocument.Parse(await OutputAsync(database, "parked", "--json")).RootElement;
        json.EnumerateArray().Select(entry => entry.GetProperty("externalId").GetGuid()).ShouldBe([Bob, Ada]);
        json[1].ShouldSatisfyAllConditions(
            entry => entry.GetProperty("object").GetString().ShouldBe("Account"),
            entry => entry.GetProperty("sfid").GetString().ShouldBe("001000000000001AAA"),
            entry => entry.GetProperty("since").GetDateTimeOffset().ShouldBe(At.AddMinutes(2)),
            entry => entry.GetProperty("source").GetString().ShouldBe("salesforce"),
            entry => entry.GetProperty("operation").GetString().ShouldBe("UPDATE"),
            entry => entry.GetProperty("code").GetString().ShouldBe("STRING_TOO_LONG"),
            entry => entry.GetProperty("message").GetString().ShouldBe("Phone: too long"));
        json[0].GetProperty("sfid").ValueKind.ShouldBe(JsonValueKind.Null);

        (await OutputAsync(database, "parked")).ShouldBe($"""
            2030-01-02 03:05:05Z  Contact {Bob} (not in Salesforce)  salesforce refused UPDATE: STRING_TOO_LONG: Phone: too long
            2030-01-02 03:06:05Z  Account {Ada} 001000000000001AAA  salesforce refused UPDATE: STRING_TOO_LONG: Phone: too long
            2 records are parked

            """);
        (await OutputAsync(database, "parked", "--object", "contact")).ShouldEndWith("1 records are parked\n");
    }

    [Fact]
    public async Task Retry_skip_and_edit_put_the_operators_word_into_the_mailbox_of_the_records_shard()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await StoreAsync(database, 1, Ada, Refused());
        await OutputAsync(database, "retry", Ada.ToString(), "--by", "Grace");
        await OutputAsync(database, "skip", Ada.ToString(), "--by", "Grace");
        (await OutputAsync(database, "edit", Ada.ToString(), "phone=1=2", "Name=", "--by", "Grace")).ShouldContain($"actorsync audit {Ada}");

        var mail = await MailAsync(database);
        mail.ShouldAllBe(message => message.Id == new RecordId(1, Ada));
        mail.Select(message => message.Said).ShouldBe([
            new RecordMessage.Retry("Grace", At), new RecordMessage.Skip("Grace", At),
            new RecordMessage.EditAndRetry(FieldValues.Of(("Phone", "1=2"), ("Name", null)), "Grace", At)]);
        (await database.QueryAsync<bool>($"select bool_and(address = actorsync.shard_of('{Ada}')) from actorsync.mailbox")).ShouldBeTrue();
    }

    [Fact]
    public async Task Fields_in_the_conflict_inbox_are_listed_and_chosen()
    {
        await using var database = await MappedDatabase.CreateAsync();
        await StoreAsync(database, 1, Bob, Refused(minute: 5));
        await StoreAsync(database, 1, Ada, Contested());

        (await OutputAsync(database, "parked")).ShouldBe($"""
            2030-01-02 03:09:05Z  Account {Bob} 001000000000001AAA  salesforce refused UPDATE: STRING_TOO_LONG: Phone: too long
            2030-01-02 03:04:05Z  Account {Ada} 001000000000001AAA  conflict in Name: 'Ada' in PostgreSQL, 'Bob' in Salesforce, 'A' before
            2030-01-02 03:04:05Z  Account {Ada} 001000000000001AAA  conflict in Phone: '2' in PostgreSQL, nothing in Salesforce, '1' before
            2 records are parked

            """);
        await OutputAsync(database, "choose", Ada.ToString(), "phone", "--side", "salesforce", "--by", "Grace");
        await OutputAsync(database, "choose", Ada.ToString(), "Phone", "--value", "3", "--by", "Grace");
        await OutputAsync(database, "choose", Ada.ToString(), "Name", "--value", "", "--by", "Grace");
        (await MailAsync(database)).Select(message => message.Said).ShouldBe([
            new RecordMessage.ChooseSide("Phone", Side.Salesforce, null, "Grace", At), new RecordMessage.ChooseSide("Phone", null, "3", "Grace", At),
            new RecordMessage.ChooseSide("Name", null, null, "Grace", At)]);
    }

    [Fact]
    public async Task Records_of_two_objects_under_one_uuid_are_told_apart_by_object()
    {
        await using var database = await MappedDatabase.CreateAsync(MappedDatabase.Account(), MappedDatabase.Mapping("Contact", "LastName"));
        await StoreAsync(database, 1, Ada, Refused());
        await StoreAsync(database, 2, Ada, Refused());

        (await RefusalAsync(ExitCode.Usage, database, "retry", Ada.ToString())).ShouldContain("of Account and Contact are parked: say which with --object NAME");
        await OutputAsync(database, "retry", Ada.ToString(), "--object", "Contact");
        (await MailAsync(database)).ShouldHaveSingleItem().Id.ShouldBe(new RecordId(2, Ada));
    }

    [Theory]
    [InlineData(nameof(ExitCode.NotFound), "no record cccccccc-0000-4000-8000-000000000003 is known", "retry", "cccccccc-0000-4000-8000-000000000003")]
    [InlineData(nameof(ExitCode.NotFound), "Lead is not mapped in this database; mapped are: Account", "skip", "aaaaaaaa-0000-4000-8000-000000000001", "--object", "Lead")]
    [InlineData(nameof(ExitCode.Failed), "is not parked: nothing waits for you", "retry", "bbbbbbbb-0000-4000-8000-000000000002")]
    [InlineData(nameof(ExitCode.Usage), "'Phone' is not FIELD=VALUE", "edit", "aaaaaaaa-0000-4000-8000-000000000001", "Phone")]
    [InlineData(nameof(ExitCode.Usage), "Phome is no mapped field of Account; write Phone", "edit", "aaaaaaaa-0000-4000-8000-000000000001", "Phome=1")]
    [InlineData(nameof(ExitCode.Usage), "Phone is given twice", "edit", "aaaaaaaa-0000-4000-8000-000000000001", "Phone=1", "PHONE=2")]
    [InlineData(nameof(ExitCode.Failed), "edit makes no sense for Account dddddddd-0000-4000-8000-000000000004, which waits because of: postgres refused UPDATE: 23514", "edit", "dddddddd-0000-4000-8000-000000000004", "Phone=1")]
    [InlineData(nameof(ExitCode.Failed), "choose makes no sense for Account aaaaaaaa-0000-4000-8000-000000000001, which waits because of: salesforce refused UPDATE", "choose", "aaaaaaaa-0000-4000-8000-000000000001", "Phone", "--side", "postgres")]
    [InlineData(nameof(ExitCode.Usage), "say which value it shall be: --side postgres, --side salesforce, or --value TEXT", "choose", "aaaaaaaa-0000-4000-8000-000000000001", "Phone")]
    [InlineData(nameof(ExitCode.Usage), "Phome is no mapped field of Account; write Phone", "choose", "aaaaaaaa-0000-4000-8000-000000000001", "Phome", "--value", "1")]
    public async Task What_cannot_be_done_is_told_in_one_line_and_nothing_is_sent(string code, string expected, params string[] arguments)
    {
        await using var database = await MappedDatabase.CreateAsync();
        await StoreAsync(database, 1, Ada, Refused());
        await StoreAsync(database, 1, Bob, RecordState.Initial);
        await StoreAsync(database, 1, new Guid("dddddddd-0000-4000-8000-000000000004"), RecordState.Initial with { Parked = new ParkedError(ParkedError.Postgres, "UPDATE", "23514", "check", At) });

        (await RefusalAsync(Enum.Parse<ExitCode>(code), database, arguments)).ShouldContain(expected);
        (await MailAsync(database)).ShouldBeEmpty();
    }

    // An update that Salesforce refused: it waits in the queue.
    private static RecordState Refused(int minute = 0) => RecordState.Initial with
    {
        Sfid = "001000000000001AAA",
        Life = Life.Alive,
        Row = new RowStamp(1, 2),
        Queue = [new LocalWrite(WriteOperation.Update, FieldValues.Of(("Phone", "12345")), FieldValues.Of(("Phone", "1")), At, new RowStamp(1, 2))],
        Parked = new ParkedError(ParkedError.Salesforce, "UPDATE", "STRING_TOO_LONG", "Phone: too long", At.AddMinutes(minute)),
    };

    // Both sides have changed two fields.
    private static RecordState Contested() => RecordState.Initial with
    {
        Sfid = "001000000000001AAA",
        Life = Life.Alive,
        Row = new RowStamp(1, 2),
        Inbox = RecordState.NoInbox.Add("Phone", new InboxEntry("2", "1", null, At)).Add("Name", new InboxEntry("Ada", "A", "Bob", At)),
    };

    private static Task StoreAsync(MappedDatabase database, short mapping, Guid id, RecordState state)
    {
        var json = new RecordCodec().WriteState(state).Replace("'", "''", StringComparison.Ordinal);
        return database.ExecuteAsync($"""
            insert into actorsync.actor(mapping, external_id, shard, seq, owes, parked, state)
            values ({mapping}, '{id}', actorsync.shard_of('{id}'), 1, false, {state.Parked is not null || !state.Inbox.IsEmpty}, '{json}')
            """);
    }

    // The time is the database's, so it is set to a known one here.
    private static async Task<IReadOnlyList<(RecordId Id, RecordMessage Said)>> MailAsync(MappedDatabase database)
    {
        var mail = new List<(RecordId, RecordMessage)>();
        await using var command = database.Engine.CreateCommand("select body::text from actorsync.mailbox order by id");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var stored = JsonSerializer.Deserialize(reader.GetString(0), RecordJson.Default.RecordEnvelope)!.Messages.ShouldHaveSingleItem();
            mail.Add((new RecordId(stored.Mapping, stored.Entity), stored.Open(RowImage.None) switch
            {
                RecordMessage.Retry m => m with { At = At },
                RecordMessage.Skip m => m with { At = At },
                RecordMessage.EditAndRetry m => m with { At = At },
                RecordMessage.ChooseSide m => m with { At = At },
                var other => other,
            }));
        }

        return mail;
    }

    private static async Task<string> OutputAsync(MappedDatabase database, params string[] arguments)
    {
        var runner = new CommandRunner();
        (await runner.RunAsync([.. arguments, "--postgres", await CommandRunner.AddressOfAsync(database)])).ShouldBe(ExitCode.Ok, runner.Error);
        return runner.Output;
    }

    private static async Task<string> RefusalAsync(ExitCode code, MappedDatabase database, params string[] arguments)
    {
        var runner = new CommandRunner();
        (await runner.RunAsync([.. arguments, "--postgres", await CommandRunner.AddressOfAsync(database)])).ShouldBe(code, runner.Output + runner.Error);
        runner.Error.Trim().ShouldNotContain("\n");
        return runner.Error;
    }
}
