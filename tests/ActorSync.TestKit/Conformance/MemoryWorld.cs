using ActorSync.Domain.Records;
using ActorSync.Runtime.Journal;
using ActorSync.TestKit.Memory;
using ActorSync.TestKit.Seeds;
using Shouldly;

namespace ActorSync.TestKit.Conformance;

/// <summary>The stores in memory.</summary>
internal sealed class MemoryWorld : StoreWorld
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly MemoryDatabase _database;
    private long _seconds;

    private MemoryWorld()
    {
        _database = new MemoryDatabase([Mapping], ShardCount, () => Start.AddSeconds(++_seconds), Seeded.From(1));
        Stores = MemoryStores.Of(new MemoryTurnStore(_database));
    }

    /// <inheritdoc/>
    public override SyncStores Stores { get; }

    /// <summary>Called before each statement with its name; may throw.</summary>
    public Action<string> BeforeStatement { set => _database.BeforeStatement = value; }

    private MemoryMappedTable Table => _database.Tables[Account];

    public static async Task<MemoryWorld> CreateAsync()
    {
        var world = new MemoryWorld();
        await world.Stores.Turns.Leases.EnsureAsync([.. Enumerable.Range(0, ShardCount)], CancellationToken.None);
        return world;
    }

    /// <inheritdoc/>
    public override Task<ApplicationSession> BeginAsync() => Task.FromResult<ApplicationSession>(new Session(_database));

    /// <inheritdoc/>
    public override Task PutAsync(ApplicationRule rule)
    {
        var table = Table;
        switch (rule)
        {
            case ApplicationRule.SiteInCapitals:
                table.BeforeTrigger = AccountTriggers.SiteInCapitals;
                break;
            case ApplicationRule.GhostsAreNotWritten:
                table.BeforeTrigger = (_, row) => row.Values[0] == "ghost" ? null : row;
                break;
            case ApplicationRule.FaxFollowsPhone:
                table.AfterTrigger = AccountTriggers.FaxFollowsPhone(Account);
                break;
            case ApplicationRule.PhoneIsGivenAPlus:
                table.AfterTriggerInFront = AccountTriggers.PhoneIsGivenAPlus(Account);
                break;
            case ApplicationRule.PhoneIsChecked:
                table.Check = row => row.Values[1] == "refused" ? "phone is refused" : null;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(rule));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task<SeenRow?> RowAsync(Guid key) => Task.FromResult(
        Table.Rows.Read(null, key) is { } row ? new SeenRow(new RowStamp(row.Birth, row.Revision), row.Values, row.Sfid, row.LastOp, row.Error, row.IsDeleted) : null);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<JournalEntry>> JournalAsync() =>
        Task.FromResult<IReadOnlyList<JournalEntry>>([.. _database.Journal.Scan(null).Select(row => row.Value).OrderBy(entry => entry.Address).ThenBy(entry => entry.Seq)]);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<ActorSnapshot>> SnapshotsAsync() =>
        Task.FromResult<IReadOnlyList<ActorSnapshot>>([.. _database.States.Scan(null).Select(row => row.Value).OrderBy(snapshot => snapshot.Actor.Entity)]);

    /// <inheritdoc/>
    public override Task<DateTimeOffset?> DoubtfulSinceAsync(Guid submission) => Task.FromResult(_database.Submissions.Read(null, submission)?.DoubtfulSince);

    /// <inheritdoc/>
    public override Task WaitsAsync(Func<Task> statement) => Should.ThrowAsync<MemoryLockException>(statement);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Session : ApplicationSession
    {
        private readonly MemoryTransaction _transaction;
        private readonly MemoryStatements _statements;

        public Session(MemoryDatabase database)
        {
            _transaction = database.Begin();
            _statements = new MemoryStatements(database, _transaction, null);
        }

        public override Task InsertAsync(Guid key, params (string Field, string? Value)[] fields) => Done(() => _statements.Insert(Account, key, fields));

        public override Task<bool> UpdateAsync(Guid key, params (string Field, string? Value)[] fields) => Done(() => _statements.Update(Account, key, fields));

        public override Task TouchAsync(Guid key) => Done(() => _statements.Update(Account, key));

        public override Task SetToItselfAsync(Guid key, string field) =>
            Done(() => _statements.Update(Account, key, (field, _statements.Read(Account, key)?.Values[Mapping.Fields.IndexOf(Mapping.Field(field)!)])));

        public override Task<bool> DeleteAsync(Guid key) => Done(() => _statements.Delete(Account, key));

        public override Task LockAsync(Guid key) => Done(() => _statements.Lock(Account, key));

        public override Task SavepointAsync() => Done(_transaction.Savepoint);

        public override Task RollbackToSavepointAsync() => Done(_transaction.RollbackToSavepoint);

        public override Task CommitAsync() => Done(_transaction.Commit);

        public override Task RollbackAsync() => Done(_transaction.Rollback);

        public override ValueTask DisposeAsync()
        {
            if (_transaction.IsOpen)
            {
                _transaction.Rollback();
            }

            return ValueTask.CompletedTask;
        }

        // A statement that throws gives a task that failed, as one over a connection does.
        private static Task<T> Done<T>(Func<T> statement)
        {
            try
            {
                return Task.FromResult(statement());
            }
            catch (Exception error)
            {
                return Task.FromException<T>(error);
            }
        }

        private static Task Done(Action statement) => Done(() =>
        {
            statement();
            return true;
        });
    }
}
