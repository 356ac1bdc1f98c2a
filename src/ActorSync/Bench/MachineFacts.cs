using System.Runtime.InteropServices;
using System.Text.Json;

namespace ActorSync.Bench;

/// <summary>Where figures come from: they mean nothing without it.</summary>
/// <param name="At">When the first scenario began.</param>
/// <param name="Cores">Processors that .NET sees.</param>
/// <param name="Memory">Of the machine or its container, in bytes.</param>
internal sealed record MachineFacts(DateTimeOffset At, string System, int Cores, long Memory, string Processor, string Dotnet, string Postgres)
{
    public static async Task<MachineFacts> ReadAsync(BenchServer server, TimeProvider clock, CancellationToken stop)
    {
        await using var database = await server.CreateDatabaseAsync(stop);
        await using var command = database.Application.CreateCommand("select current_setting('server_version')");
        return new MachineFacts(
            clock.GetUtcNow(), RuntimeInformation.OSDescription, Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Processors(),
            RuntimeInformation.FrameworkDescription, $"PostgreSQL {await command.ExecuteScalarAsync(stop)}");
    }

    /// <summary>Writes them as members of the present object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("at", At);
        json.WriteString("system", System);
        json.WriteString("processor", Processor);
        json.WriteNumber("cores", Cores);
        json.WriteNumber("memory_bytes", Memory);
        json.WriteString("dotnet", Dotnet);
        json.WriteString("postgres", Postgres);
    }

    private static string Processors()
    {
        const string Model = "model name";
        try
        {
            return File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(Model, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";
        }
        catch (IOException)
        {
            return "unknown";
        }
    }
}
