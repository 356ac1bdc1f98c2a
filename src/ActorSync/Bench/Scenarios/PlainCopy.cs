using Npgsql;

namespace ActorSync.Bench.Scenarios;

/// <summary>COPY of CSV as it came from the org, without looking at it.</summary>
internal static class PlainCopy
{
    /// <summary>Copies all of a stream into the server.</summary>
    /// <param name="sql">A COPY ... FROM STDIN in text or CSV format.</param>
    public static async Task InAsync(NpgsqlConnection connection, string sql, Stream csv, CancellationToken stop)
    {
        await using var copy = await connection.BeginTextImportAsync(sql, stop);
        await csv.CopyToAsync(((StreamWriter)copy).BaseStream, stop);
    }
}
