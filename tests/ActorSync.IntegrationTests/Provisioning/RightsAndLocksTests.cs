using ActorSync.Provisioning;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Provisioning;

/// <summary>What a login without enough rights, or a table that others hold, is told.</summary>
public sealed class RightsAndLocksTests
{
    // The application's role plays an engine login that nobody granted anything but the engine schema.
    [Fact]
    public async Task Missing_right_to_create_the_schema_is_named_with_its_grant()
    {
        await using var database = await MappedDatabase.EmptyAsync();
        await using var login = await PoorLoginAsync(database);
        (await RefusalAsync(() => database.ApplyAsync(login, new(), MappedDatabase.Account("Name")))).ShouldBe(
            $"mapping Account: PostgreSQL refused \"create schema \"salesforce\"\": permission denied for database {database.Name} (42501): " +
            $"grant create on database \"{database.Name}\" to \"{database.ApplicationRole}\", " +
            $"or create the schema yourself and grant usage, create on schema \"salesforce\" to \"{database.ApplicationRole}\"");
    }

    [Fact]
    public async Task Missing_right_to_create_a_table_is_named_with_its_grant()
    {
        await using var database = await MappedDatabase.EmptyAsync();
        await database.ExecuteAsync("create schema salesforce");
        await using var login = await PoorLoginAsync(database);
        (await RefusalAsync(() => database.ApplyAsync(login, new(), MappedDatabase.Account("Name"))))
            .ShouldEndWith($"permission denied for schema salesforce (42501): grant usage, create on schema \"salesforce\" to \"{database.ApplicationRole}\"");
    }

    [Fact]
    public async Task Login_with_the_grants_provisions()
    {
        await using var database = await MappedDatabase.EmptyAsync();
        await using var login = await PoorLoginAsync(database);
        await database.ExecuteAsync($"grant create on database {database.Name} to {database.ApplicationRole}");
        (await database.ApplyAsync(login, new(), MappedDatabase.Account("Name"))).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Table_of_another_owner_is_refused()
    {
        await using var database = await MappedDatabase.CreateAsync(MappedDatabase.Account("Name"));
        await using var login = await PoorLoginAsync(database);
        (await RefusalAsync(() => database.ApplyAsync(login, new(), MappedDatabase.Account("Name"))))
            .ShouldContain("table salesforce.account belongs to ");
    }

    [Fact]
    public async Task Session_that_keeps_a_table_locked_is_named()
    {
        await using var database = await MappedDatabase.CreateAsync(MappedDatabase.Account("Name"));
        await using var application = database.ApplicationLogin("-c application_name=billing");
        await using var session = await application.OpenConnectionAsync();
        await using var transaction = await session.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand("insert into salesforce.account(name) values ('Ada')", session))
        {
            await insert.ExecuteNonQueryAsync();
        }

        var refusal = await RefusalAsync(() => database.ApplyAsync(database.Engine, Impatient, MappedDatabase.Account("Name", "Phone")));
        refusal.ShouldStartWith("mapping Account: table salesforce.account must change, but other sessions kept it locked in 2 tries of 0.05 s: ");
        refusal.ShouldContain($"session {session.ProcessID} (user {database.ApplicationRole}, application billing, idle in transaction, in its transaction for ");

        await transaction.CommitAsync();
        await database.ApplyAsync(database.Engine, Impatient, MappedDatabase.Account("Name", "Phone"));
    }

    [Fact]
    public async Task Locked_table_that_needs_no_change_is_not_waited_for()
    {
        await using var database = await MappedDatabase.CreateAsync(MappedDatabase.Account("Name"));
        await using var session = await database.Engine.OpenConnectionAsync();
        await using var transaction = await session.BeginTransactionAsync();
        await using var update = new NpgsqlCommand("insert into salesforce.account(name) values ('Ada')", session);
        await update.ExecuteNonQueryAsync();
        await database.ApplyAsync(database.Engine, Impatient, MappedDatabase.Account("Name"));
    }

    [Fact]
    public async Task Node_that_provisions_for_too_long_is_reported()
    {
        await using var database = await MappedDatabase.EmptyAsync();
        await using var other = await database.Engine.OpenConnectionAsync();
        await using var held = await ProvisioningLock.TakeAsync(other, TimeSpan.FromSeconds(1), CancellationToken.None);
        (await RefusalAsync(() => database.ApplyAsync(database.Engine, Impatient, MappedDatabase.Account("Name"))))
            .ShouldStartWith("another node has been preparing the mapped tables");
    }

    [Fact]
    public async Task View_on_a_column_that_must_widen_is_named()
    {
        await using var database = await MappedDatabase.CreateAsync(MappedDatabase.Account("Name"));
        await database.ExecuteAsync("create view names as select name from salesforce.account");
        database.Org.Put("Account", SampleOrg.Text("Name", 1300));
        var refusal = await RefusalAsync(() => database.ApplyAsync(MappedDatabase.Account("Name")));
        refusal.ShouldContain("cannot alter type of a column used by a view or rule (0A000)");
        refusal.ShouldEndWith("drop what depends on the column, start the node, and create it again");
    }

    private static ProvisioningLimits Impatient { get; } = new()
    {
        TableLockWaitMax = TimeSpan.FromMilliseconds(50),
        TableLockTriesMax = 2,
        TableLockPause = TimeSpan.Zero,
        OtherNodeWaitMax = TimeSpan.FromMilliseconds(50),
    };

    private static async Task<NpgsqlDataSource> PoorLoginAsync(MappedDatabase database)
    {
        await database.ExecuteAsync($"grant usage on schema actorsync to {database.ApplicationRole}; grant all on all tables in schema actorsync to {database.ApplicationRole}; grant all on all functions in schema actorsync to {database.ApplicationRole}");
        return database.ApplicationLogin();
    }

    private static async Task<string> RefusalAsync(Func<Task> apply) =>
        (await Should.ThrowAsync<ProvisioningException>(apply)).Errors.ShouldHaveSingleItem();
}
