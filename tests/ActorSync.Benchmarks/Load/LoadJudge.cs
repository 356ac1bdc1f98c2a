using ActorSync.OrgSimulator.Org;

namespace ActorSync.Benchmarks.Load;

/// <summary>Says what is wrong at the end: by a trigger of the application that keeps every version a row has shown, and by the org.</summary>
internal static class LoadJudge
{
    /// <summary>From now on every version of a row is kept.</summary>
    public static Task WatchAsync(BenchmarkWorld world) => world.ExecuteAsync("""
        create table public.shown(n bigint generated always as identity, sfid text, what text, name int, phone int);
        create function public.watch() returns trigger language plpgsql as $$ begin
          if tg_op = 'DELETE' then
            insert into public.shown(sfid, what) values (old.sfid, tg_op);
          elsif tg_op = 'INSERT' or (new.name, new.phone) is distinct from (old.name, old.phone) then
            insert into public.shown(sfid, what, name, phone) values (new.sfid, tg_op, substr(new.name, 3)::int, substr(new.phone, 3)::int);
          end if;
          return null; end $$;
        create trigger watch after insert or update or delete on salesforce.account for each row execute function public.watch()
        """);

    /// <summary>What does not hold; prints what it looked at.</summary>
    public static async Task<IReadOnlyList<string>> JudgeAsync(BenchmarkWorld world, long rows, int jobs)
    {
        var violations = new List<string>();
        void Check(bool holds, string violation)
        {
            if (!holds)
            {
                violations.Add(violation);
            }
        }

        var versions = await world.QueryAsync<long>("select count(*) from public.shown");
        var older = await world.QueryAsync<string>("""
            select string_agg(format('%s showed name %s after %s, phone %s after %s', sfid, name, name_before, phone, phone_before), '; ')
            from (select * from (select *, max(name) over before name_before, max(phone) over before phone_before from public.shown
                    window before as (partition by sfid order by n rows between unbounded preceding and 1 preceding)) s
                  where name < name_before or phone < phone_before limit 5) s
            """);
        Check(older is null, $"rows went back to older values: {older}");
        var gone = await world.QueryAsync<long>("select count(*) from public.shown where what = 'DELETE'");
        Check(gone == 0, $"{gone} rows were deleted");
        Check(jobs == 1, $"{jobs} query jobs were made for one load");
        var parked = await world.QueryAsync<long>("select count(*) from actorsync.actor where parked");
        Check(parked == 0, $"{parked} records are parked");

        var differing = await DifferingAsync(world);
        Check(differing.Count == 0, $"{differing.Count} records differ: {string.Join("; ", differing.Take(5))}");
        var there = world.Org.Count("Account");
        Check(there == rows, $"the org has {there:N0} records for {rows:N0}");
        Console.WriteLine(FormattableString.Invariant($"{versions:N0} versions of rows were shown; {there:N0} records on both sides; {jobs} query job"));
        return violations;
    }

    private static async Task<IReadOnlyList<string>> DifferingAsync(BenchmarkWorld world)
    {
        var here = new Dictionary<string, string>(StringComparer.Ordinal);
        await using (var command = world.Application.CreateCommand("select coalesce(sfid, 'no sfid: ' || actorsync_id__c), concat_ws(' | ', name, phone, website, industry, description, actorsync_id__c) from salesforce.account"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                here[reader.GetString(0)] = reader.GetString(1);
            }
        }

        var differing = new List<string>();
        for (var page = world.Org.Query("SELECT Name, Phone, Website, Industry, Description, ActorSync_Id__c FROM Account"); ; page = world.Org.QueryMore(page.Locator))
        {
            foreach (var row in page.Rows)
            {
                var there = string.Join(" | ", row.Fields.Select(field => (string?)field.Value));
                if (!here.Remove(row.Id, out var text) || text != there)
                {
                    differing.Add($"{row.Id}: PostgreSQL {text ?? "nothing"}, Salesforce {there}");
                }
            }

            if (page.Locator is null)
            {
                return [.. differing, .. here.Select(row => $"{row.Key}: PostgreSQL {row.Value}, Salesforce nothing")];
            }
        }
    }
}
