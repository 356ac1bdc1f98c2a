using Npgsql;

namespace ActorSync.Operations;

/// <summary>The one clock that orders reads, answers and local changes: the database's <c>clock_timestamp()</c>.</summary>
internal static class DatabaseClock
{
    public static async Task<DateTimeOffset> NowAsync(NpgsqlDataSource database, CancellationToken stop)
    {
        await using var connection = await database.OpenConnectionAsync(stop);
        return await NowAsync(connection, stop);
    }

    public static async Task<DateTimeOffset> NowAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("select clock_timestamp()", connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        return reader.GetFieldValue<DateTimeOffset>(0);
    }
}
