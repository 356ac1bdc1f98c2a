using ActorSync.IntegrationTests.Flow;
using ActorSync.IntegrationTests.Provisioning;
using ActorSync.Runtime.Journal;
using ActorSync.Runtime.Postgres;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Retention;

public sealed class JournalPartitionTests
{
    private const string Names = "select string_agg(partition, ' ' order by to_at) from actorsync.journal_partitions()";

    // As the migrations before 0017 left it; what later ones made is made again.
    private const string Unpartitioned = """
        drop table actorsync.journal, actorsync.journal_archive;
        drop function actorsync.make_journal_partitions, actorsync.journal_partitions, actorsync.is_journaled, actorsync.refuse_moved_key, actorsync.watch;
        alter table actorsync.actor drop column since;
        create table actorsync.journal(
          address int not null, seq bigint not null, epoch bigint not null, mapping smallint not null, external_id uuid not null,
          type text not null, at timestamptz not null, body json not null, primary key (address, seq));
        grant select on actorsync.journal to pg_monitor;
        delete from actorsync.migration where number >= 17;
        """;

    private const string WithoutPartitions = """
        do $$ declare p text; begin
          for p in select partition from actorsync.journal_partitions() loop execute format('drop table actorsync.%I', p); end loop;
        end $$
        """;

    [Fact]
    public async Task A_journal_that_was_one_table_becomes_the_first_partition_and_keeps_its_rows()
    {
        await using var database = await MappedDatabase.EmptyAsync();
        await database.ExecuteAsync(Unpartitioned + """
            insert into actorsync.actor(mapping, external_id, shard, seq, owes, parked, state) values (1, gen_random_uuid(), 1, 1, false, false, '{}');
            insert into actorsync.journal select i % 4, i, 1, 1, gen_random_uuid(), 't', now() - i * interval '1 day', '{}' from generate_series(1, 400) i;
            """);

        (await new SchemaMigrator(database.Engine).MigrateAsync(32, CancellationToken.None)).ShouldContain("0017_journal_partitions");

        (await database.QueryAsync<long>("select count(*) from actorsync.journal")).ShouldBe(400);
        (await database.QueryAsync<string>("select min(c.relname) from actorsync.journal j join pg_class c on c.oid = j.tableoid having count(distinct c.oid) = 1"))
            .ShouldBe(await database.QueryAsync<string>("select 'journal_to_' || to_char(now() at time zone 'UTC', 'IYYY\"w\"IW')"));
        (await database.QueryAsync<long>("select count(*) from actorsync.journal_partitions()")).ShouldBe(5);
        (await database.QueryAsync<bool>("select has_table_privilege('pg_monitor', 'actorsync.journal', 'select') and not has_table_privilege('pg_monitor', 'actorsync.journal', 'delete')")).ShouldBeTrue();
        (await database.QueryAsync<bool>("select bool_and(since is null) from actorsync.actor")).ShouldBeTrue("nobody knows when it came to be known");
        await database.ExecuteAsync("insert into actorsync.actor(mapping, external_id, shard, seq, owes, parked, state) values (1, gen_random_uuid(), 1, 1, false, false, '{}')");
        (await database.QueryAsync<long>("select count(*) from actorsync.actor where since > now() - interval '1 minute'")).ShouldBe(1);
    }

    [Fact]
    public async Task Partitions_are_made_four_weeks_ahead_and_only_those_that_are_missing()
    {
        await using var database = await MappedDatabase.EmptyAsync();
        var names = await database.QueryAsync<string>(Names);
        await database.ExecuteAsync("do $$ begin execute 'drop table actorsync.' || (select partition from actorsync.journal_partitions() order by to_at desc limit 1); end $$");

        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new JournalPartitions(database.Engine).MakeAsync(CancellationToken.None)));

        made.SelectMany(name => name).ShouldBe([names!.Split(' ')[^1]], "nodes that make them at once do not hinder each other");
        (await database.QueryAsync<string>(Names)).ShouldBe(names);
        (await database.QueryAsync<DateTime>("select max(to_at) at time zone 'UTC' from actorsync.journal_partitions()"))
            .ShouldBe(await database.QueryAsync<DateTime>("select date_trunc('week', now() at time zone 'UTC') + interval '35 days'"));
    }

    [Fact]
    public async Task A_node_that_starts_after_its_partitions_have_run_out_makes_them_before_its_first_turn()
    {
        await using var sync = await RunningSync.PrepareAsync();
        await sync.ExecuteAsync(WithoutPartitions);

        sync.StartNode();
        await sync.ConvergedAsync();

        sync.Log.ShouldContain("made journal_");
        sync.Log.ShouldNotContain("no partition of relation");
    }

    [Fact]
    public async Task A_missing_partition_is_waited_for_and_no_message_is_blamed()
    {
        await using var database = await MappedDatabase.EmptyAsync();
        Task JournalAsync(string at) => database.ExecuteAsync(
            $"insert into actorsync.journal(address, seq, epoch, mapping, external_id, type, at, body) values (1, 1, 1, 1, gen_random_uuid(), 't', '{at}', '{{}}')");

        var missing = await Should.ThrowAsync<PostgresException>(() => JournalAsync("2100-01-01"));
        await database.ExecuteAsync("alter table actorsync.journal add constraint no_t check (type <> 't')");
        var refused = await Should.ThrowAsync<PostgresException>(() => JournalAsync("2020-01-01"));

        PostgresTrouble.IsEnvironment(missing).ShouldBeTrue(missing.MessageText);
        PostgresTrouble.IsEnvironment(refused).ShouldBeFalse(refused.MessageText);
    }
}
