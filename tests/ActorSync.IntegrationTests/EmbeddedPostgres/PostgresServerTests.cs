using ActorSync.EmbeddedPostgres;
using ActorSync.TestKit;
using ActorSync.TestKit.Postgres;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.EmbeddedPostgres;

public sealed class PostgresServerTests
{
    // Every test of this project leans on this one: what one writes, another never sees.
    [Fact]
    public async Task Each_test_has_a_database_of_its_own()
    {
        await using var first = await TestDatabase.CreateAsync();
        await using var second = await TestDatabase.CreateAsync();

        await first.ExecuteAsync("CREATE TABLE t (x int); INSERT INTO t VALUES (1)");

        (await second.QueryAsync<bool>("SELECT to_regclass('t') IS NULL")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_template_is_prepared_once_and_copied()
    {
        var preparations = 0;
        async Task PrepareAsync(string connectionString)
        {
            preparations++;
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using var command = source.CreateCommand("CREATE EXTENSION hstore; CREATE TABLE t (x hstore)");
            await command.ExecuteNonQueryAsync();
        }

        await using var first = await TestDatabase.CreateAsync("copied_once", PrepareAsync);
        await using var second = await TestDatabase.CreateAsync("copied_once", PrepareAsync);
        await first.ExecuteAsync("INSERT INTO t VALUES ('a=>1')");

        preparations.ShouldBe(1);
        (await second.QueryAsync<long>("SELECT count(*) FROM t")).ShouldBe(0);
    }

    [Fact]
    public async Task A_disposed_test_database_is_gone_with_its_sessions()
    {
        await using var witness = await TestDatabase.CreateAsync();
        var dropped = await TestDatabase.CreateAsync();
        await using var session = new NpgsqlConnection(dropped.ConnectionString);
        await session.OpenAsync();

        await dropped.DisposeAsync();

        (await witness.QueryAsync<bool>($"SELECT EXISTS (SELECT FROM pg_database WHERE datname = '{dropped.Name}')")).ShouldBeFalse();
    }
}
