using ActorSync.Domain.Mapping;
using ActorSync.IntegrationTests.Provisioning;
using ActorSync.WriteBack;
using Npgsql;
using NpgsqlTypes;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>What PostgreSQL does for the statements that read and write rows of a mapped table: it looks up the rows that are named, and no others, whatever the size of the table.</summary>
public sealed class RowPlanTests
{
    [Theory]
    [InlineData("read")]
    [InlineData("insert")]
    [InlineData("update")]
    [InlineData("delete")]
    public async Task Statement_for_some_rows_never_reads_the_whole_table(string statement)
    {
        await using var database = await MappedDatabase.CreateAsync(MappedDatabase.Account("Name"));
        await database.ExecuteAsync("insert into salesforce.account(name) select repeat('x', 100) from generate_series(1, 20000)");
        await database.ExecuteAsync("analyze salesforce.account");
        var mapping = (await database.ApplyAsync(MappedDatabase.Account("Name")))[0];

        var plan = await PlanAsync(database, mapping, statement);
        plan.ShouldContain("hcu_idx_account_actorsync_id__c");
        plan.ShouldNotContain("Seq Scan on account");
        plan.ShouldNotContain("hashed SubPlan");
    }

    private static async Task<string> PlanAsync(MappedDatabase database, ObjectMapping mapping, string statement)
    {
        const int Rows = 500;
        var keys = (await database.QueryAsync<Guid[]>($"select array_agg(actorsync_id__c) from (select actorsync_id__c from salesforce.account limit {Rows}) picked"))!;
        var table = await MappedTable.LoadAsync(database.Engine, mapping, CancellationToken.None);
        var sql = statement switch { "read" => table.Read, "insert" => table.Insert, "update" => table.Update, _ => table.Delete };
        await using var command = database.Engine.CreateCommand("explain (verbose) " + sql);
        command.Parameters.Add(new() { Value = keys });
        if (statement != "read")
        {
            command.Parameters.Add(new() { Value = new long[Rows] });
            command.Parameters.Add(new() { Value = new long[Rows] });
            command.Parameters.Add(new() { Value = Enumerable.Repeat("""{"_hc_lastop":"UPDATED"}""", Rows).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
            command.Parameters.Add(new() { Value = new bool[Rows] });
        }

        var plan = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(0));
        }

        return string.Join('\n', plan);
    }
}
