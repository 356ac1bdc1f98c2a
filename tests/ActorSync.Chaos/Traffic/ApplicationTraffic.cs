using System.Collections.Immutable;
using Npgsql;

namespace ActorSync.Chaos.Traffic;

/// <summary>The application: plain SQL in transactions of one or more statements, some rolled back, some held open for seconds, so that what was logged early is seen late.</summary>
internal sealed class ApplicationTraffic(NpgsqlDataSource application, Roster roster, EditLedger ledger, ChaosOptions options, TimeProvider clock)
{
    private const int QuickWorkers = 3;
    private const int HoldingWorkers = 2;
    private const double HeldPerSecond = 0.4;

    /// <summary>Bounded, so that two transactions that wait for each other's rows end.</summary>
    private const string LockTimeout = "set local lock_timeout = '300ms'";

    private static readonly TimeSpan HeldMax = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan AwayInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>What two transactions may do to each other: a lock waited for in vain, a deadlock, a UUID that has come back meanwhile.</summary>
    private static readonly ImmutableArray<string> GivingWay = [PostgresErrorCodes.LockNotAvailable, PostgresErrorCodes.DeadlockDetected, PostgresErrorCodes.UniqueViolation];

    /// <summary>Edits until stopped; open transactions are ended first.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(
        Enumerable.Range(0, QuickWorkers).Select(i => WorkAsync(options.Stream(10 + i), (double)options.EditsPerSecond / QuickWorkers, holds: false, stop))
            .Concat(Enumerable.Range(0, HoldingWorkers).Select(i => WorkAsync(options.Stream(20 + i), HeldPerSecond, holds: true, stop))));

    private async Task WorkAsync(Random random, double perSecond, bool holds, CancellationToken stop)
    {
        var pace = new Pace(perSecond, clock);
        var gone = new List<(MappedObject Type, Guid Id)>();
        while (!stop.IsCancellationRequested)
        {
            // Never cut by the stop: a commit whose answer nobody heard could not be counted.
            await TransactAsync(random, gone, holds);
            await pace.NextAsync(stop);
        }
    }

    private async Task TransactAsync(Random random, List<(MappedObject Type, Guid Id)> gone, bool holds)
    {
        try
        {
            await using var connection = await application.OpenConnectionAsync();
            await TransactAsync(connection, random, gone, holds);
        }
        catch (Exception error) when (DatabaseTrouble.IsAway(error))
        {
            ledger.Note("application: found no database");
            await Task.Delay(AwayInterval, clock);
        }
    }

    private async Task TransactAsync(NpgsqlConnection connection, Random random, List<(MappedObject Type, Guid Id)> gone, bool holds)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        var work = new ApplicationTransaction(connection, roster, ledger, options, random, gone);
        string id;
        try
        {
            await work.RunAsync(LockTimeout);
            id = await work.IdAsync();
            for (var statements = random.Next(5) == 0 ? random.Next(2, 5) : 1; statements > 0; statements--)
            {
                await work.StatementAsync();
            }

            if (holds)
            {
                await Task.Delay(HeldMax * (0.25 + (0.75 * random.NextDouble())), clock);
            }

            if (random.Next(25) == 0)
            {
                await transaction.RollbackAsync();
                ledger.Note("application: rolled back");
                return;
            }
        }
        catch (PostgresException error) when (GivingWay.Contains(error.SqlState))
        {
            await transaction.RollbackAsync();
            ledger.Note("application: gave way to another transaction");
            return;
        }

        try
        {
            await transaction.CommitAsync();
        }
        catch (Exception error) when (DatabaseTrouble.IsAway(error))
        {
            ledger.Note("application: commits whose answer was lost");
            if (!await WasCommittedAsync(id))
            {
                return;
            }
        }

        work.Committed();
        ledger.Note(holds ? "application: transactions held open" : "application: transactions");
    }

    // The server remembers, over a crash too.
    private async Task<bool> WasCommittedAsync(string id)
    {
        while (true)
        {
            try
            {
                await using var command = application.CreateCommand($"select pg_xact_status('{id}'::xid8)");
                if (await command.ExecuteScalarAsync() is string and not "in progress" and var status)
                {
                    return status == "committed";
                }
            }
            catch (Exception error) when (DatabaseTrouble.IsAway(error))
            {
                // Still away.
            }

            await Task.Delay(AwayInterval, clock);
        }
    }
}
