using ActorSync.Runtime.Hosting;
using ActorSync.Runtime.Sharding;
using Npgsql;

namespace ActorSync.Feeds;

/// <summary>How far the change events have been taken, as the cursors of the feeds say.</summary>
/// <param name="counted">Mappings with counters that are fed by change events.</param>
internal sealed class StreamTold(NpgsqlDataSource database, IReadOnlySet<short> counted) : IStreamTold
{
    private const string S = RuntimeOptions.Schema;

    public bool Tells(short mapping) => counted.Contains(mapping);

    public async Task<IReadOnlyDictionary<short, DateTimeOffset>> ReadAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"select (address - {Addresses.FeedBase})::smallint, (cursor->'stream'->>'toldAt')::timestamptz from {S}.lease where address >= {Addresses.FeedBase} and cursor->'stream'->>'toldAt' is not null");
        await using var reader = await command.ExecuteReaderAsync(stop);
        var told = new Dictionary<short, DateTimeOffset>();
        while (await reader.ReadAsync(stop))
        {
            told[reader.GetInt16(0)] = reader.GetFieldValue<DateTimeOffset>(1);
        }

        return told;
    }

    public async Task<bool> IsWaitedForAsync(short mapping, DateTimeOffset startedBefore, CancellationToken stop)
    {
        await using var command = database.CreateCommand($"select exists (select from {S}.submission where finished_at is null and started_at < $1 and mapping = $2)");
        command.Parameters.Add(new() { Value = startedBefore.ToUniversalTime() });
        command.Parameters.Add(new() { Value = mapping });
        return (bool)(await command.ExecuteScalarAsync(stop))!;
    }
}
