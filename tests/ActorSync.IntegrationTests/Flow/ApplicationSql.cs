using ActorSync.TestKit.Time;
using Npgsql;
using Shouldly;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>What the application does, shared by the tests.</summary>
internal static class ApplicationSql
{
    /// <summary>Runs one SQL text in the transaction of a connection.</summary>
    public static async Task RunAsync(this NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Updates an account.</summary>
    public static Task SetAsync(this RunningSync sync, Guid id, string set) => sync.ExecuteAsync($"update salesforce.account set {set} where actorsync_id__c = '{id}'");

    /// <summary>Inserts an account and waits until both sides have it.</summary>
    public static async Task<Guid> InsertConvergedAsync(this RunningSync sync, string name)
    {
        var id = await sync.InsertAccountAsync(name);
        await sync.ConvergedAsync();
        return id;
    }

    /// <summary>From now on every change of an account's name, its births and its ends are kept, whoever makes them.</summary>
    public static Task KeepHistoryAsync(this RunningSync sync) => sync.ExecuteAsync("""
        create table public.history(n bigint generated always as identity, id uuid, what text);
        create function public.keep() returns trigger language plpgsql as $$ begin
          if tg_op <> 'UPDATE' or new.name is distinct from old.name then
            insert into public.history(id, what) values (coalesce(new, old).actorsync_id__c, tg_op || ' ' || coalesce(new, old).name);
          end if;
          return null; end $$;
        create trigger keep after insert or update or delete on salesforce.account for each row execute function public.keep()
        """);

    /// <summary>What <see cref="KeepHistoryAsync"/> has kept of one account, in order.</summary>
    public static Task<IReadOnlyList<string>> HistoryAsync(this RunningSync sync, Guid id) => sync.ListAsync($"select what from public.history where id = '{id}' order by n");

    /// <summary>A change of either side, and a birth on either side, reach the other.</summary>
    public static async Task EveryoneElseFlowsAsync(this RunningSync sync, Guid id, string sfid)
    {
        sync.Org.Update("Account", sfid, ("Website", "free"));
        await sync.SetAsync(id, "phone = 'free'");
        var born = await sync.InsertAccountAsync("Free");
        sync.Org.Create("Account", ("Name", "Free too"));
        await Eventually.HoldsAsync("the free rows to flow", async () =>
            await sync.AccountAsync(id, "website") == "free"
            && sync.Org.Account(id, "Phone") == "free"
            && sync.Org.Accounts(born).Count == 1
            && await sync.QueryAsync<long>("select count(*) from salesforce.account where name = 'Free too'") == 1);
    }
}
