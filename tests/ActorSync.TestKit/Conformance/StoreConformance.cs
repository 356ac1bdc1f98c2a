using System.Globalization;
using System.Text.Json;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;
using Shouldly;
using Xunit;

namespace ActorSync.TestKit.Conformance;

/// <summary>What PostgreSQL's stores and those in memory both do: what lets the simulation trust the ones in memory. A test has a world of its own.</summary>
public abstract class StoreConformance : IAsyncLifetime
{
    /// <summary>Nobody stops these tests.</summary>
    protected static readonly CancellationToken Stop = CancellationToken.None;

    /// <summary>Nothing is visible in it.</summary>
    protected const string Nothing = "1:1:";

    private protected static readonly short[] AllShards = [.. Enumerable.Range(0, StoreWorld.ShardCount).Select(shard => (short)shard)];

    private protected StoreWorld World { get; private set; } = null!;

    private protected ITurnStore Turns => World.Stores.Turns;

    /// <inheritdoc/>
    public async Task InitializeAsync() => World = await CreateAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync() => await World.DisposeAsync();

    private protected abstract Task<StoreWorld> CreateAsync();

    /// <summary>The same UUID in each run, of shard <paramref name="number"/> while that is less than 32.</summary>
    protected static Guid Key(int number) => Guid.Parse($"aaaaaaaa-0000-4000-8000-{number.ToString("x12", CultureInfo.InvariantCulture)}");

    /// <summary>The actor of a record.</summary>
    protected static ActorId Actor(int number) => new(StoreWorld.Account, Key(number));

    /// <summary>Registers a node that lives for an hour and acquires what is free.</summary>
    protected async Task<IReadOnlyList<HeldLease>> HoldAsync(int node = 900)
    {
        await Turns.Leases.RegisterAsync(Key(node), new NodeProfile($"node {node}", "1", []), TimeSpan.FromHours(1), Stop);
        return [.. (await Turns.Leases.AcquireAsync(Key(node), Stop)).OrderBy(lease => lease.Address)];
    }

    /// <summary>One turn, committed.</summary>
    protected async Task TurnAsync(Func<Turn, Task> work)
    {
        await using var turn = await Turns.BeginAsync(Stop);
        await turn.ReadNowAsync(Stop);
        await work(turn);
        await turn.CommitAsync(Stop);
    }

    /// <summary>What one turn reads; nothing of it is committed.</summary>
    protected async Task<T> LookAsync<T>(Func<Turn, Task<T>> read)
    {
        await using var turn = await Turns.BeginAsync(Stop);
        await turn.ReadNowAsync(Stop);
        return await read(turn);
    }

    /// <summary>One transaction of the application, committed.</summary>
    private protected async Task ApplicationAsync(Func<ApplicationSession, Task> work)
    {
        await using var session = await World.BeginAsync();
        await work(session);
        await session.CommitAsync();
    }

    /// <summary>What is new since a snapshot, of all shards.</summary>
    protected Task<WindowPiece> WindowAsync(string snapshot, string? window = null, long after = 0, int rowsMax = 100) =>
        LookAsync(turn => turn.ReadWindowAsync(new LogRange(AllShards, new LogPosition(snapshot, window, after)), rowsMax, Stop));

    /// <summary>The snapshot of now.</summary>
    protected async Task<string> SnapshotAsync() => (await WindowAsync(Nothing)).Window;

    /// <summary>Captured columns as name=value, by name; null when there are none.</summary>
    protected static string? Columns(string? json) => json is null ? null
        : string.Join(' ', JsonSerializer.Deserialize<Dictionary<string, string?>>(json)!.OrderBy(column => column.Key, StringComparer.Ordinal).Select(column => $"{column.Key}={column.Value}"));

    /// <summary>A change in one line: operation, revision, old and new columns.</summary>
    protected static string Line(CapturedChange change) => $"{change.Operation}{change.Revision} [{Columns(change.Old)}] [{Columns(change.New)}]";

    /// <summary>Mail that is due, taken and put back.</summary>
    protected Task<string[]> MailAsync(params int[] addresses) =>
        LookAsync(async turn => (await turn.TakeMailAsync(addresses, 100, Stop)).Select(envelope => envelope.Body).ToArray());

    private protected async Task<SeenRow> RowAsync(int number) => (await World.RowAsync(Key(number))).ShouldNotBeNull();
}
