using ActorSync.Runtime.Hosting;
using Npgsql;

namespace ActorSync.Provisioning;

/// <summary>Mapping numbers are never given twice: actors, journal and change log name their mapping by number for ever.</summary>
internal static class MappingNumbers
{
    /// <summary>The highest number that was ever in use, also by mappings that have been removed; 0 for none.</summary>
    public static async Task<short> HighestAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select greatest(0,
              (select max(mapping) from {RuntimeOptions.Schema}.mapping),
              (select max(mapping) from {RuntimeOptions.Schema}.actor))::smallint
            """,
            connection);
        return (short)(await command.ExecuteScalarAsync(stop))!;
    }
}
