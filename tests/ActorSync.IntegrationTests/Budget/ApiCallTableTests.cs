using ActorSync.Budget;
using ActorSync.Commands;
using ActorSync.Runtime.Postgres;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Budget;
using ActorSync.TestKit.Postgres;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Budget;

/// <summary>The count of all nodes in PostgreSQL, by its clock. A day passes by making what was counted a day older.</summary>
public sealed class ApiCallTableTests : IAsyncLifetime
{
    private static readonly ApiBudgetOptions Options = new() { Share = new ApiShare(200) };
    private static readonly ApiCall Call = new(ApiUse.Settle, ApiKind.SoapRead);

    private readonly List<ApiBudget> _budgets = [];
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync("budget", MigrateAsync);

    public async Task DisposeAsync()
    {
        _budgets.ForEach(budget => budget.Dispose());
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Nodes_that_book_at_the_same_time_never_get_more_than_the_share_together()
    {
        var nodes = Enumerable.Range(1, 3).Select(Node).ToArray();
        var taken = await Task.WhenAll(nodes.SelectMany(node => Enumerable.Range(0, 3).Select(_ => TakeAllAsync(node))));
        taken.Sum().ShouldBe(200);
        foreach (var node in nodes)
        {
            await node.ExchangeAsync(isLast: true, CancellationToken.None);
        }

        (await CountedAsync()).ShouldBe(200);
        (await _database.QueryAsync<bool>("select not exists (select from actorsync.api_call where kind = 'Ahead')")).ShouldBeTrue();
    }

    [Fact]
    public async Task What_a_killed_node_had_booked_stays_counted_until_it_leaves_the_window()
    {
        await Node(1).TakeAsync(Call, "a call", CancellationToken.None);
        var successor = Node(2);
        var taken = await TakeAllAsync(successor);
        taken.ShouldBeInRange(200 - Options.AheadMax, 199);
        await successor.ExchangeAsync(isLast: true, CancellationToken.None);

        // A part is a quarter of an hour, and leaves half an hour after the day: now none is that old, wherever in it this test began, and then all are.
        await _database.ExecuteAsync("update actorsync.api_call set part = part - interval '24 hours 10 minutes'");
        await successor.ExchangeAsync(isLast: false, CancellationToken.None);
        (await TakeAllAsync(successor)).ShouldBe(0);
        await _database.ExecuteAsync("update actorsync.api_call set part = part - interval '25 minutes'");
        await successor.ExchangeAsync(isLast: false, CancellationToken.None);
        (await TakeAllAsync(successor)).ShouldBe(200);
    }

    [Fact]
    public async Task One_node_hears_the_orgs_count_from_another_and_old_news_of_it_are_not_believed()
    {
        var (one, other) = (Node(1), Node(2));
        one.Heard(new ApiUsage(14_900, 15_000));
        await one.ExchangeAsync(isLast: false, CancellationToken.None);
        await other.ExchangeAsync(isLast: false, CancellationToken.None);
        other.Outlook.IsOrgs.ShouldBeTrue();
        other.Level.ShouldBe(ApiLevel.Out);

        await _database.ExecuteAsync("update actorsync.api_budget set org_at = org_at - interval '2 hours'");
        var late = Node(3);
        await late.ExchangeAsync(isLast: false, CancellationToken.None);
        late.Outlook.Org.ShouldBe(new ApiUsage(0, 15_000));
        late.Allows(ApiUse.Load).ShouldBeTrue();
    }

    [Fact]
    public async Task The_status_tells_what_was_called_and_what_is_made_of_it()
    {
        var table = Table(1);
        using var budget = new ApiBudget(Options, table);
        for (var call = 0; call < 150; call++)
        {
            await budget.TakeAsync(call < 100 ? Call : new ApiCall(ApiUse.Write, ApiKind.Bulk), "a call", CancellationToken.None);
        }

        await budget.ExchangeAsync(isLast: true, CancellationToken.None);
        await table.SayAsync(budget.Outlook, BudgetText.Of(budget, budget.Outlook, TimeSpan.FromSeconds(2), 3), CancellationToken.None);
        var status = (await new StatusReader(_database.DataSource).ReadAsync(CancellationToken.None)).Api;
        (status.Calls, status.Ahead, status.Share, status.Left, status.Level).ShouldBe((150, 0, 200, 50, "saving"));
        status.ByKind.ShouldBe(new Dictionary<string, long> { ["Bulk"] = 50, ["SoapRead"] = 100 });
        status.Said.ShouldNotBeNull().ShouldStartWith("API budget: saving: polls slow from 2s to ");
        status.Said.ShouldContain("150 of our share of 200 API requests of 24 hours are used or booked, 50 left; at ");
        status.UsedUpAt.ShouldNotBeNull().ShouldBeGreaterThan(status.At.ShouldNotBeNull());
    }

    private ApiBudget Node(int number)
    {
        _budgets.Add(new ApiBudget(Options, Table(number)));
        return _budgets[^1];
    }

    private ApiCallTable Table(int number) => new(_database.DataSource, Options, new Guid(number, 0, 0, new byte[8]));

    private Task<long> CountedAsync() => _database.QueryAsync<long>("select sum(calls)::int8 from actorsync.api_call");

    private static async Task<int> TakeAllAsync(ApiBudget node)
    {
        for (var taken = 0; ; taken++)
        {
            try
            {
                await node.TakeAsync(Call, "a call", CancellationToken.None);
            }
            catch (SalesforceException)
            {
                return taken;
            }
        }
    }

    private static async Task MigrateAsync(string connectionString)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await new SchemaMigrator(database).MigrateAsync(4, CancellationToken.None);
    }
}
