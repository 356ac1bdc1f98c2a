using System.Globalization;
using Npgsql;

namespace ActorSync.Provisioning;

/// <summary>Applies what one table lacks, in one short transaction that never makes the application wait longer than the lock's limit.</summary>
internal sealed class TableChange(NpgsqlConnection connection, TablePlan plan, ProvisioningLimits limits, TimeProvider clock)
{
    /// <summary>Compares, changes and keeps the mapping; tries again while other sessions hold the table.</summary>
    /// <param name="compare">Reads the table anew.</param>
    /// <exception cref="ProvisioningException">A statement failed, or the table stayed locked.</exception>
    public async Task ApplyAsync(Func<NpgsqlConnection, Task<TableDifference>> compare, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await TryApplyAsync(compare, stop);
                return;
            }
            catch (PostgresException wait) when (wait.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                if (attempt == limits.TableLockTriesMax)
                {
                    throw new ProvisioningException([await LockHolders.DescribeAsync(connection, plan, limits, stop)]);
                }

                await Task.Delay(limits.TableLockPause, clock, stop);
            }
        }
    }

    private async Task TryApplyAsync(Func<NpgsqlConnection, Task<TableDifference>> compare, CancellationToken stop)
    {
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var difference = await compare(connection);
        if (difference.Statements.Length > 0)
        {
            await ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"set local lock_timeout = {(long)limits.TableLockWaitMax.TotalMilliseconds}"), stop);
            difference = await LockAndCompareAsync(compare, stop);
        }

        if (difference.Errors.Length > 0)
        {
            throw new ProvisioningException(difference.Errors);
        }

        foreach (var statement in difference.Statements)
        {
            await ExecuteAsync(statement, stop);
        }

        await MappingStore.WriteAsync(connection, plan.Mapping, stop);
        await transaction.CommitAsync(stop);
    }

    // The strongest lock first: to take a weaker one and raise it later is how two sessions deadlock. Then the table cannot change or gain a row any more.
    private async Task<TableDifference> LockAndCompareAsync(Func<NpgsqlConnection, Task<TableDifference>> compare, CancellationToken stop)
    {
        var (schema, table) = (plan.Mapping.Schema, plan.Mapping.Table);
        if (!await TableCatalog.HasSchemaAsync(connection, schema, stop))
        {
            await ExecuteAsync($"create schema {SqlText.Name(schema)}", stop);
        }
        else if (await TableCatalog.ReadAsync(connection, schema, table, stop) is not null)
        {
            await ExecuteAsync($"lock table {SqlText.Name(schema, table)} in access exclusive mode", stop);
        }

        return await compare(connection);
    }

    private async Task ExecuteAsync(string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        try
        {
            await command.ExecuteNonQueryAsync(stop);
        }
        catch (PostgresException refused) when (refused.SqlState is not (PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected))
        {
            throw new ProvisioningException([RefusedStatement.Describe(plan, sql, refused, connection)]);
        }
    }
}
