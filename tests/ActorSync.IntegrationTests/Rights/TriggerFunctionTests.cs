using ActorSync.IntegrationTests.Flow;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Rights;

/// <summary>What the triggers of mapped tables run, and whose.</summary>
public sealed class TriggerFunctionTests
{
    private static FlowSettings AllTriggers { get; } = new()
    {
        Configuration = """
            actorsync.mapping-defaults.truncate = delete
            actorsync.mappings = [
              { object = Account, fields = [Name, Phone, { name = Website, intent = true }, Industry, AnnualRevenue, NumberOfEmployees, Description, Parent.ActorSync_Id__c] }
              { object = Contact, fields = [FirstName, LastName, Email, Title, Birthdate, Account.ActorSync_Id__c] }
            ]
            """,
    };

    // Functions and operators of an application that would be preferred where a name is not written out; each one that runs leaves a row. Their types fit
    // what the engine's functions call, so that nothing but the search_path and the full names keeps them out.
    private const string Traps = """
        create table shop.trap(name text, ran_as text);
        grant insert on shop.trap to public;
        create function shop.sprung(name text) returns void language plpgsql as $$ begin
          insert into shop.trap values (sprung.name, current_user); exception when others then null; end $$;
        create function shop.current_setting(text, boolean) returns text language plpgsql as $$ begin perform shop.sprung('current_setting'); return pg_catalog.current_setting($1, $2); end $$;
        create function shop.current_setting(text) returns text language plpgsql as $$ begin perform shop.sprung('current_setting'); return pg_catalog.current_setting($1); end $$;
        create function shop.set_config(text, text, boolean) returns text language plpgsql as $$ begin perform shop.sprung('set_config'); return pg_catalog.set_config($1, $2, $3); end $$;
        create function shop.array_append(text[], text) returns text[] language plpgsql as $$ begin perform shop.sprung('array_append'); return $1 || $2; end $$;
        create function shop.nextval(regclass) returns bigint language plpgsql as $$ begin perform shop.sprung('nextval'); return pg_catalog.nextval($1); end $$;
        create function shop.pg_trigger_depth() returns int language plpgsql as $$ begin perform shop.sprung('pg_trigger_depth'); return pg_catalog.pg_trigger_depth(); end $$;
        create function shop.upper(text) returns text language plpgsql as $$ begin perform shop.sprung('upper'); return pg_catalog.upper($1); end $$;
        create function shop.format(text, variadic text[]) returns text language plpgsql as $$ begin perform shop.sprung('format'); return pg_catalog.format($1, variadic $2); end $$;
        create function shop.differs(text, text) returns boolean language plpgsql as $$ begin perform shop.sprung('<>'); return not $1 operator(pg_catalog.=) $2; end $$;
        create operator shop.<> (leftarg = text, rightarg = text, function = shop.differs);
        create function shop.named(name, text) returns boolean language plpgsql as $$ begin perform shop.sprung('<>'); return not $1 operator(pg_catalog.=) $2; end $$;
        create operator shop.<> (leftarg = name, rightarg = text, function = shop.named);
        create operator shop.= (leftarg = name, rightarg = text, function = shop.named);
        create function shop.same(text, text) returns boolean language plpgsql as $$ begin perform shop.sprung('='); return $1 operator(pg_catalog.=) $2; end $$;
        create operator shop.= (leftarg = text, rightarg = text, function = shop.same);
        create function shop.texteq(text, text) returns boolean language plpgsql as $$ begin perform shop.sprung('texteq'); return $1 operator(pg_catalog.=) $2; end $$;
        create function shop.textne(text, text) returns boolean language plpgsql as $$ begin perform shop.sprung('textne'); return not $1 operator(pg_catalog.=) $2; end $$;
        create function shop.nameeq(name, name) returns boolean language plpgsql as $$ begin perform shop.sprung('nameeq'); return $1 operator(pg_catalog.=) $2; end $$;
        create function shop.namene(name, name) returns boolean language plpgsql as $$ begin perform shop.sprung('namene'); return not $1 operator(pg_catalog.=) $2; end $$;
        create function shop.int4eq(int, int) returns boolean language plpgsql as $$ begin perform shop.sprung('int4eq'); return $1 operator(pg_catalog.=) $2; end $$;
        create operator shop.= (leftarg = int, rightarg = int, function = shop.int4eq);
        create function shop.int4gt(int, int) returns boolean language plpgsql as $$ begin perform shop.sprung('int4gt'); return $1 operator(pg_catalog.>) $2; end $$;
        create operator shop.> (leftarg = int, rightarg = int, function = shop.int4gt);
        create function shop.int8pl(bigint, bigint) returns bigint language plpgsql as $$ begin perform shop.sprung('int8pl'); return $1 operator(pg_catalog.+) $2; end $$;
        create function shop.int84pl(bigint, int) returns bigint language plpgsql as $$ begin perform shop.sprung('int84pl'); return $1 operator(pg_catalog.+) $2; end $$;
        create operator shop.+ (leftarg = bigint, rightarg = int, function = shop.int84pl);
        """;

    // These name everything in full, operators as functions: what one of them does not, the traps above are for. To fix a search path for each row costs more than the rest of what revise does.
    private const string InFull = "array['capture', 'capture_plain', 'revise']";

    // Not of an extension that somebody has put there.
    private const string Own = "not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')";

    private const string Changes = """
        set search_path = shop, pg_catalog, public;
        insert into salesforce.account(name, website) values ('Ada', 'x');
        update salesforce.account set name = 'Eve', website = website where name like 'Ada';
        delete from salesforce.account where name like 'Eve';
        """;

    [Fact]
    public async Task Every_function_of_the_engine_has_a_fixed_search_path_and_is_nobodys_to_call_and_every_trigger_function_runs_with_the_engines_rights()
    {
        await using var sync = await RunningSync.PrepareAsync();

        (await sync.ListAsync($"select p.proname::text from pg_proc p where p.pronamespace = 'actorsync'::regnamespace and {Own} and p.prorettype = 'trigger'::regtype"))
            .ShouldContain("capture");
        (await sync.ListAsync($"""
            select p.oid::regprocedure::text from pg_proc p
            where p.pronamespace = 'actorsync'::regnamespace and {Own} and p.prorettype = 'trigger'::regtype and not p.prosecdef
            """)).ShouldBeEmpty("write security definer");

        // What a body of SQL refers to is looked up when it is made.
        (await sync.ListAsync($"""
            select p.oid::regprocedure::text from pg_proc p
            where p.pronamespace = 'actorsync'::regnamespace and {Own} and p.prosqlbody is null and p.proname <> all({InFull}) and not ('search_path=pg_catalog, pg_temp' = any(coalesce(p.proconfig, array[]::text[])))
            """)).ShouldBeEmpty("write set search_path = pg_catalog, pg_temp");
        (await sync.ListAsync($"""
            select p.oid::regprocedure::text from pg_proc p
            where p.pronamespace = 'actorsync'::regnamespace and {Own} and (p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0))
            """)).ShouldBeEmpty("revoke all on function ... from public");
    }

    [Fact]
    public async Task Functions_and_operators_that_an_application_puts_in_the_way_never_run()
    {
        await using var guarded = await GuardedDatabase.CreateAsync("create extension hstore schema public; grant create on schema public to public");
        await using var sync = await RunningSync.PrepareAsync(AllTriggers, guarded.Database, guarded.NodeLogin);
        await sync.StartNode().SaysAsync("mapped: ");
        await sync.ConvergedAsync();
        await guarded.Database.ExecuteAsync($"""
            create schema shop authorization {guarded.Application}; grant usage on schema shop to public;
            grant truncate on salesforce.account, salesforce.contact to {guarded.Application}
            """);
        await guarded.AsApplicationAsync(Traps);

        // A function for the row type of a mapped table would be preferred to the extension's hstore(record).
        (await GuardedDatabase.RefusalAsync(guarded.ApplicationLogin, "create function public.hstore(salesforce.account) returns public.hstore language sql return null"))
            .ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
        var logged = await sync.QueryAsync<long>("select max(id) from actorsync.change_log");
        await guarded.AsApplicationAsync(Changes);
        await guarded.AsApplicationAsync("set search_path = shop, pg_catalog, public; truncate salesforce.account");
        (await GuardedDatabase.RefusalAsync(guarded.ApplicationLogin, "set search_path = shop, pg_catalog, public; update salesforce.contact set actorsync_id__c = gen_random_uuid()"))
            .ShouldBe(PostgresErrorCodes.RaiseException);

        (await sync.ListAsync("select distinct name || ' as ' || ran_as from shop.trap")).ShouldBeEmpty();
        (await sync.ListAsync($"select distinct operation::text from actorsync.change_log where id > {logged}")).ShouldBe(["I", "U", "D"], ignoreOrder: true);
        (await sync.QueryAsync<long>($"select count(*) from actorsync.change_log where id > {logged} and operation = 'U' and new_values ? 'website'")).ShouldBe(1);
        await guarded.AsApplicationAsync("select shop.sprung('a trap that is stepped into')");
        (await sync.QueryAsync<long>("select count(*) from shop.trap")).ShouldBe(1);
    }
}
