using ActorSync.Budget;
using ActorSync.Configuration;
using ActorSync.Coordination;
using ActorSync.Domain.Mapping;
using ActorSync.Failovers;
using ActorSync.Operations;
using ActorSync.Provisioning;
using ActorSync.Retention;
using ActorSync.Runtime.Postgres;
using ActorSync.Runtime.Sharding;
using ActorSync.Salesforce.Budget;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Rest;
using ActorSync.Salesforce.Session;
using ActorSync.Salesforce.Soap;
using ActorSync.WriteBack;
using Npgsql;

namespace ActorSync;

/// <summary>One node. Read this first: it wires the flow in its order.
/// PostgreSQL is captured into record actors; what they want written the coordinator submits to Salesforce; what the feeds read of Salesforce comes back
/// to the record actors, which write it back to PostgreSQL.</summary>
internal static class SyncNode
{
    // Between two statements of a turn on a busy machine.
    private static readonly TimeSpan IdleInTransactionMin = TimeSpan.FromSeconds(5);

    /// <summary>Runs until stopped. A term that is lost (the node was paused or cut off too long) is followed by a new one under a new node id.</summary>
    /// <param name="adjust">Set by tests: what no configuration offers.</param>
    public static async Task<int> RunAsync(SyncConfig config, TimeProvider clock, SyncLog log, CancellationToken stop, Func<NodeOptions, NodeOptions>? adjust = null)
    {
        var options = adjust?.Invoke(NodeOptions.From(config)) ?? NodeOptions.From(config);
        await using var database = Database(config);
        var health = new NodeHealth(config.Node.Name, clock);
        using var draining = stop.Register(health.Drain);
        using var status = new StatusPage(database, clock);
        await using var http = await NodeHttp.StartAsync(config.Node.Http, health, status.ReadAsync, clock, log, stop);
        NodeTerm? current = null;
        var calls = new ApiCallTable(database, options.Budget, Guid.CreateVersion7(clock.GetUtcNow()));
        using var budget = new ApiBudget(options.Budget, calls);
        using var session = new SalesforceSession(options.Credentials, options.Salesforce with { Budget = budget, MaySend = () => current?.IsTrusted ?? true, RefreshTokenRotated = (_, _) => WarnOfRotation(log) }, clock);
        var soap = new SoapClient(session);
        var bulk = new BulkClient(session);
        var queries = BulkQueryClient.HasQueries(config.Salesforce.ApiVersion) ? new BulkQueryClient(session) : null;
        var describe = new DescribeClient(session);

        health.Starts("bringing the engine's schema up to date");
        await PoolerCheck.RunAsync(database, stop);
        var applied = await new SchemaMigrator(database).MigrateAsync(options.Runtime.ShardCount, stop);
        log.Say(applied.Count == 0 ? "engine schema is up to date" : $"engine schema: applied {string.Join(", ", applied)}");
        health.Starts("signing in to Salesforce");
        await using var keeper = await BudgetKeeper.StartAsync(budget, calls, describe, soap.For(ApiUse.Look).GetUserInfoAsync, options.Feed.Interval, config.Mappings.Length, clock, log, stop);
        var user = await soap.GetUserInfoAsync(stop);
        log.Say($"signed in to {user.OrganizationName} ({user.OrganizationId}) as {user.UserName}");
        health.Starts("reading the mapped objects and bringing their tables up to date");
        var mappings = await new Provisioner(database, clock).ApplyAsync(config, describe.DescribeAsync, stop);
        log.Say($"mapped: {string.Join(", ", mappings.Select(mapping => $"{mapping.ObjectName} to {mapping.Schema}.{mapping.Table}"))}");
        SayWhatGoesBySoap(config, options, mappings, log);
        var turns = new PostgresTurnStore(database, clock);
        await turns.Leases.EnsureAsync([Addresses.Coordinator, .. mappings.Select(mapping => Addresses.Feed(mapping.Number))], stop);
        short[] numbers = [.. mappings.Select(mapping => mapping.Number)];
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await AgreeAsync(database, turns, current, clock, log, stop);
                // Before the term: from its first moment on others leave to this node what is its share.
                var retired = await MappingStore.RetireAsync(database, numbers, stop);
                var tables = await MappedTable.LoadAsync(database, mappings, stop);
                await (current is null ? SyncFlow.RehearseAsync(database, turns, mappings, tables, retired, soap, options, clock, log, stop) : Task.CompletedTask);
                using var term = await NodeTerm.BeginAsync(turns.Leases, config.Node.Name, options.Runtime, clock, stop, numbers, options.Format);
                current = term;
                health.Began(term);
                log.GoOn();
                await using var flow = SyncFlow.Begin(database, turns, term, mappings, tables, retired, user, soap, bulk, queries, session, options, budget, clock, log);
                if (await flow.RunAsync(health, stop))
                {
                    log.Say("drained, as was asked");
                    break;
                }

                // The term was lost. What lost it may not be over.
                await Task.Delay(options.Runtime.LeaseRenew, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception error) when (PostgresTrouble.IsEnvironment(error) && !stop.IsCancellationRequested)
            {
                health.MetTrouble();
                log.Pause(error);
                await Task.Delay(options.Runtime.LeaseRenew, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
        }

        log.Say("stopped");
        return 0;
    }

    // What a term that is over has left behind, whether this is still the database that it knew, and a journal that can be written.
    private static async Task AgreeAsync(NpgsqlDataSource database, PostgresTurnStore turns, NodeTerm? before, TimeProvider clock, SyncLog log, CancellationToken stop)
    {
        if (before is not null)
        {
            await turns.Leases.ReleaseAsync(before.Id, stop);
        }

        if (await new FailoverTable(database).NoticeAsync(stop) is { } failover)
        {
            log.Alert(failover.ToString());
        }

        await new PartitionsAhead(database, clock, log).MakeAsync(stop);
    }

    private static void SayWhatGoesBySoap(SyncConfig config, NodeOptions options, IEnumerable<ObjectMapping> mappings, SyncLog log)
    {
        if (!config.Salesforce.HasBulk())
        {
            log.Say($"salesforce.api-version {config.Salesforce.ApiVersion} has no Bulk API 2.0, which begins with {SalesforceConfig.BulkVersionMin}.0: everything goes by SOAP");
        }

        foreach (var notice in options.Cut.Jobs is null ? [] : mappings.Select(SoapOnly.Notice).OfType<string>())
        {
            log.Say(notice);
        }
    }

    // The node writes no secret anywhere, so that it cannot keep the new token for its next start.
    private static ValueTask WarnOfRotation(SyncLog log)
    {
        log.Say("the org replaced salesforce.refresh-token: this node goes on with the new one, but the configured one no longer works at the next start; "
            + "turn refresh token rotation off in the app, or sign in by salesforce.jwt or client credentials");
        return ValueTask.CompletedTask;
    }

    private static NpgsqlDataSource Database(SyncConfig config)
    {
        var builder = new NpgsqlDataSourceBuilder(config.Postgres.Url.ConnectionString.Reveal());
        var connection = builder.ConnectionStringBuilder;
        connection.ApplicationName = $"actorsync {config.Node.Name}";
        connection.CommandTimeout = (int)Math.Ceiling(config.Postgres.CommandTimeout.TotalSeconds);
        connection.Timezone = "UTC";
        connection.NoResetOnClose = true;
        connection.MaxAutoPrepare = 100;
        connection.AutoPrepareMinUsages = 3;

        // Not as a startup parameter: poolers refuse `options`.
        // A node that stands still in the middle of a turn keeps its locks no longer than its leases.
        var idleMax = config.Runtime.Lease.Ttl > IdleInTransactionMin ? config.Runtime.Lease.Ttl : IdleInTransactionMin;
        var settings = $"set datestyle = 'ISO, YMD'; set idle_in_transaction_session_timeout = '{(int)idleMax.TotalMilliseconds}ms'";
        builder.UsePhysicalConnectionInitializer(
            opened =>
            {
                using var command = new NpgsqlCommand(settings, opened);
                command.ExecuteNonQuery();
            },
            async opened =>
            {
                await using var command = new NpgsqlCommand(settings, opened);
                await command.ExecuteNonQueryAsync();
            });
        return builder.Build();
    }
}
