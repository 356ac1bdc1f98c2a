using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using ActorSync.Commands;
using ActorSync.Domain.Records;
using ActorSync.IntegrationTests.Commands;
using ActorSync.IntegrationTests.Provisioning;
using ActorSync.Records;
using ActorSync.Retention;
using ActorSync.TestKit;
using ActorSync.TestKit.Time;
using Shouldly;
using Xunit;
using static ActorSync.Domain.Records.RecordEvent;

namespace ActorSync.IntegrationTests.Retention;

public sealed class JournalArchiveTests
{
    private const string Partitions = "select string_agg(partition, ' ' order by to_at) from actorsync.journal_partitions() where to_at < now() - interval '14 days'";

    // Began in the first of the weeks, in the second, and in this one.
    private static readonly Guid Old = new("11111111-1111-4111-8111-111111111111");
    private static readonly Guid Later = new("55555555-5555-4555-8555-555555555555");
    private static readonly Guid Fresh = new("99999999-9999-4999-8999-999999999999");

    [Fact]
    public async Task Old_weeks_are_in_files_line_by_line_and_out_of_the_database()
    {
        await using var world = await World.CreateAsync();
        var old = (await world.Database.QueryAsync<string>("""
            select string_agg(to_json(r)::text, e'\n') from (
              select address, seq, epoch, mapping, external_id, type, at, body from actorsync.journal where at < now() - interval '14 days') r
            """))!.Split('\n');
        var kept = await world.Database.QueryAsync<long>("select count(*) from actorsync.journal where at > now() - interval '14 days'");

        var (code, output, error) = await world.ArchiveAsync();

        code.ShouldBe(ExitCode.Ok, error);
        output.ShouldContain("2 archived");
        var lines = Directory.GetFiles(world.Folder).Order(StringComparer.Ordinal).SelectMany(Lines).Select(line => Normal(line)).Order(StringComparer.Ordinal);
        lines.ShouldBe(old.Select(line => Normal(line)).Order(StringComparer.Ordinal));
        (await world.Database.QueryAsync<long>("select count(*) from actorsync.journal")).ShouldBe(kept);
        (await world.Database.QueryAsync<long>("select sum(rows)::bigint from actorsync.journal_archive")).ShouldBe(old.Length);
        (await world.Database.QueryAsync<string>(Partitions)).ShouldBeNull();
        var (_, list, _) = await RunAsync("journal", "list", "--postgres", world.Address);
        list.ShouldContain("journal-to-");
        list.ShouldContain("in the journal");
        Directory.GetFiles(world.Folder, "*.part").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_record_that_began_before_is_told_as_such_and_checked_with_the_files()
    {
        await using var world = await World.CreateAsync();
        (await world.VerifyAsync()).ShouldStartWith("3 records, 5 events: every journal folds");

        await world.ArchiveAsync();

        (await world.VerifyAsync()).ShouldMatch("^1 records, 1 events: every journal folds to its snapshot and its row; 2 records began before [0-9-]+, .*--archive FOLDER");
        (await world.VerifyAsync("--archive", world.Folder)).ShouldStartWith("3 records, 5 events: every journal folds to its snapshot and its row\n");
        var (_, without, _) = await RunAsync("audit", Later.ToString(), "--postgres", world.Address);
        without.ShouldContain($"older history is in {world.Folder}");
        without.ShouldNotContain("inserted the row");
        var (_, with, _) = await RunAsync("audit", Later.ToString(), "--postgres", world.Address, "--archive", world.Folder);
        with.ShouldContain("inserted the row");
        with.ShouldNotContain("older history is in");
        (await RunAsync("audit", Fresh.ToString(), "--postgres", world.Address)).Output.ShouldNotContain("older history");
    }

    [Fact]
    public async Task What_was_changed_behind_the_journal_is_found_across_files_and_database()
    {
        await using var world = await World.CreateAsync();
        await world.ArchiveAsync();
        await world.Database.ExecuteAsync("alter table salesforce.account disable trigger all; update salesforce.account set phone = 'x'");

        var (code, output, _) = await RunAsync("audit", "--verify", "--postgres", world.Address, "--archive", world.Folder);

        code.ShouldBe(ExitCode.Failed);
        new[] { Old, Later, Fresh }.ShouldAllBe(id => output.Contains($"{id}: field Phone", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(nameof(ArchiveStep.Written))]
    [InlineData(nameof(ArchiveStep.Named))]
    [InlineData(nameof(ArchiveStep.Noted))]
    [InlineData(nameof(ArchiveStep.Detached))]
    [InlineData(nameof(ArchiveStep.Dropped))]
    public async Task An_interrupted_run_is_taken_up_by_the_next_and_nothing_is_missing_in_between(string after)
    {
        await using var world = await World.CreateAsync();
        var archiver = new JournalArchiver(world.Database.Engine, (_, step) => step.ToString() == after ? throw new IOException("killed here") : Task.CompletedTask);
        (await Should.ThrowAsync<IOException>(() => archiver.RunAsync(world.Before, world.Folder, CancellationToken.None))).Message.ShouldBe("killed here");

        // Files are noted before their partitions leave the journal: whatever was done, files and database have it all.
        (await world.VerifyAsync("--archive", world.Folder)).ShouldStartWith("3 records, 5 events: every journal folds to its snapshot and its row\n");

        var (code, _, error) = await world.ArchiveAsync();
        code.ShouldBe(ExitCode.Ok, error);
        (await world.Database.QueryAsync<string>(Partitions)).ShouldBeNull();
        (await world.Database.QueryAsync<long>("select count(*) from pg_class where relname ~ '^journal_.*w[0-9]+$' and relkind = 'r' and not relispartition")).ShouldBe(0);
        Directory.GetFiles(world.Folder).Length.ShouldBe(2);
        (await world.VerifyAsync("--archive", world.Folder)).ShouldStartWith("3 records, 5 events: every journal folds to its snapshot and its row\n");
    }

    [Fact]
    public async Task A_detach_that_was_cut_off_in_the_middle_is_finished()
    {
        await using var world = await World.CreateAsync();
        await using (var reader = await world.Database.Engine.OpenConnectionAsync())
        {
            await using var transaction = await reader.BeginTransactionAsync();
            await using (var reading = new Npgsql.NpgsqlCommand("select count(*) from actorsync.journal", reader, transaction))
            {
                await reading.ExecuteScalarAsync();
            }

            using var stop = new CancellationTokenSource();
            var run = new JournalArchiver(world.Database.Engine).RunAsync(world.Before, world.Folder, stop.Token);
            await Eventually.HoldsAsync("the partition to be on its way out", () => world.Database.QueryAsync<bool>("select exists (select from pg_inherits where inhdetachpending)"));
            var (second, _, refused) = await world.ArchiveAsync();
            second.ShouldBe(ExitCode.Failed);
            refused.ShouldContain("another actorsync journal archive is at work");
            await stop.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => run);
        }

        (await world.VerifyAsync("--archive", world.Folder)).ShouldStartWith("3 records, 5 events: every journal folds to its snapshot and its row\n");
        var (code, _, error) = await world.ArchiveAsync();
        code.ShouldBe(ExitCode.Ok, error);
        (await world.Database.QueryAsync<string>(Partitions)).ShouldBeNull();
    }

    [Fact]
    public async Task A_week_that_ended_less_than_seven_days_ago_is_refused_by_name_and_nothing_is_archived()
    {
        await using var world = await World.CreateAsync();
        var tomorrow = await world.Database.QueryAsync<string>("select to_char(now() + interval '8 days', 'YYYY-MM-DD')");

        var (code, _, error) = await RunAsync("journal", "archive", "--before", tomorrow!, "--to", world.Folder, "--postgres", world.Address);

        code.ShouldBe(ExitCode.Usage);
        error.ShouldMatch("journal_[0-9]+w[0-9]+ ends [0-9-]+, less than 7 days ago, and stays");
        Directory.GetFiles(world.Folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_in_the_way_is_left_and_so_is_the_partition()
    {
        await using var world = await World.CreateAsync();
        var partitions = await world.Database.QueryAsync<string>(Partitions);
        await world.ArchiveAsync(new JournalArchiver(world.Database.Engine, (_, step) => step == ArchiveStep.Named ? throw new IOException("killed here") : Task.CompletedTask));
        var file = Directory.GetFiles(world.Folder).ShouldHaveSingleItem();
        await File.WriteAllTextAsync(file, "somebody else's");

        var (code, _, error) = await world.ArchiveAsync();

        code.ShouldBe(ExitCode.Failed);
        error.ShouldContain($"{file} exists and holds something else");
        (await File.ReadAllTextAsync(file)).ShouldBe("somebody else's");
        (await world.Database.QueryAsync<string>(Partitions)).ShouldBe(partitions);
    }

    [Fact]
    public async Task A_noted_file_that_was_changed_or_lost_costs_no_rows()
    {
        await using var world = await World.CreateAsync();
        await world.ArchiveAsync(new JournalArchiver(world.Database.Engine, (_, step) => step == ArchiveStep.Detached ? throw new IOException("killed here") : Task.CompletedTask));
        var file = Directory.GetFiles(world.Folder).ShouldHaveSingleItem();
        await File.AppendAllTextAsync(file, "x");

        var (changed, _, told) = await world.ArchiveAsync();
        changed.ShouldBe(ExitCode.Failed);
        told.ShouldContain("move it away and run this again");
        File.Delete(file);
        (await world.ArchiveAsync()).Code.ShouldBe(ExitCode.Ok);

        (await world.VerifyAsync("--archive", world.Folder)).ShouldStartWith("3 records, 5 events: every journal folds to its snapshot and its row\n");
    }

    private static IEnumerable<string> Lines(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    // Whatever the order of members and the form of an instant.
    private static string Normal(string line)
    {
        var row = JsonDocument.Parse(line).RootElement;
        var names = new[] { "address", "seq", "epoch", "mapping", "external_id", "type", "body" };
        return string.Join(' ', names.Select(name => JsonSerializer.Serialize(row.GetProperty(name)).Replace(" ", "", StringComparison.Ordinal))) + row.GetProperty("at").GetDateTimeOffset().UtcTicks;
    }

    private static async Task<(ExitCode Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var runner = new CommandRunner();
        var code = await runner.RunAsync(arguments);
        return (code, runner.Output.ReplaceLineEndings("\n"), runner.Error);
    }

    // Three records whose five entries lie in two old weeks and in this one, as turns would have left them.
    private sealed class World(MappedDatabase database, string address, TemporaryFolder folder, DateTimeOffset now) : IAsyncDisposable
    {
        public MappedDatabase Database => database;

        public string Address => address;

        public string Folder => folder.Path;

        public DateTimeOffset Before => new(now.UtcDateTime.Date.AddDays(-14), TimeSpan.Zero);

        public static async Task<World> CreateAsync()
        {
            var database = await MappedDatabase.CreateAsync(MappedDatabase.Account("Name", "Phone"));
            var now = await database.QueryAsync<DateTime>("select now()");
            // Weeks that are over: from the beginning, the fifth before this one, and what is between it and what is made ahead.
            await database.ExecuteAsync("""
                do $$ declare week timestamptz := date_trunc('week', now() at time zone 'UTC') at time zone 'UTC' - interval '35 days'; first text; p text; begin
                  for p in select partition from actorsync.journal_partitions() where from_at is null loop execute format('drop table actorsync.%I', p); end loop;
                  first := 'journal_to_' || to_char((week - interval '7 days') at time zone 'UTC', 'IYYY"w"IW');
                  execute format('create table actorsync.%I partition of actorsync.journal (primary key (address, seq)) for values from (minvalue) to (%L)', first, week);
                  execute format('create table actorsync.%I partition of actorsync.journal (primary key (address, seq)) for values from (%L) to (%L)', 'journal_' || to_char(week at time zone 'UTC', 'IYYY"w"IW'), week, week + interval '7 days');
                  perform actorsync.make_journal_partitions();
                end $$
                """);
            var monday = new DateTimeOffset(now.Date.AddDays(-((((int)now.DayOfWeek) + 6) % 7)), TimeSpan.Zero);
            await AddAsync(database, Old, [monday.AddDays(-60), monday.AddDays(-34)]);
            await AddAsync(database, Later, [monday.AddDays(-33), monday]);
            await AddAsync(database, Fresh, [monday]);
            await database.ForgetChangesAsync();
            return new World(database, await CommandRunner.AddressOfAsync(database), TemporaryFolder.Create(), now);
        }

        public Task<(ExitCode Code, string Output, string Error)> ArchiveAsync() =>
            RunAsync("journal", "archive", "--before", Before.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), "--to", Folder, "--postgres", Address);

        public Task ArchiveAsync(JournalArchiver killed) => Should.ThrowAsync<IOException>(() => killed.RunAsync(Before, Folder, CancellationToken.None));

        public async Task<string> VerifyAsync(params string[] arguments)
        {
            var (code, output, error) = await RunAsync(["audit", "--verify", "--postgres", Address, .. arguments]);
            code.ShouldBe(ExitCode.Ok, output + error);
            return output;
        }

        public async ValueTask DisposeAsync()
        {
            await Database.DisposeAsync();
            folder.Dispose();
        }

        // Inserted at the first of the times, and the phone changed at each later one.
        private static async Task AddAsync(MappedDatabase database, Guid id, DateTimeOffset[] times)
        {
            var codec = new RecordCodec();
            await database.ExecuteAsync($"insert into salesforce.account(actorsync_id__c, name, phone) values ('{id}', 'a', '0')");
            var birth = await database.QueryAsync<long>($"select _asy_birth from salesforce.account where actorsync_id__c = '{id}'");
            var shard = await database.QueryAsync<short>($"select actorsync.shard_of('{id}')");
            var events = new List<RecordEvent>();
            foreach (var (i, at) in times.Index())
            {
                var stamp = new RowStamp(birth, i + 1);
                if (i > 0)
                {
                    await database.ExecuteAsync($"update salesforce.account set phone = '{i}' where actorsync_id__c = '{id}'");
                }

                events.Add(i == 0
                    ? new LocalChanged(1, "4711", at, RowOperation.Insert, stamp, FieldValues.Empty, FieldValues.Of(("Name", "a"), ("Phone", "0")))
                    : new LocalChanged(i + 1, "4712", at, RowOperation.Update, stamp, FieldValues.Of(("Phone", $"{i - 1}")), FieldValues.Of(("Phone", $"{i}"))));
                await database.ExecuteAsync($"""
                    insert into actorsync.journal(address, seq, epoch, mapping, external_id, type, at, body)
                    select {shard}, coalesce(max(seq), 0) + 1, 1, 1, '{id}', '{codec.NameOf(events[^1])}', '{at:O}', '{codec.WriteEvent(events[^1])}' from actorsync.journal where address = {shard}
                    """);
            }

            await database.ExecuteAsync($"""
                insert into actorsync.actor(mapping, external_id, shard, seq, owes, parked, state, since)
                values (1, '{id}', {shard}, {times.Length}, false, false, '{codec.WriteState(RecordEvolve.Fold(RecordState.Initial, events))}', {(id == Old ? "null" : $"'{times[0]:O}'")})
                """);
        }
    }
}
