using System.Globalization;

namespace ActorSync.Bench.Measuring;

/// <summary>CPU time and memory of other processes of this machine, from <c>/proc</c>. Null of a process that is not there, or where there is no <c>/proc</c>.</summary>
/// <param name="root"><c>/proc</c>, or a folder like it.</param>
internal sealed class ProcessTable(string root = "/proc")
{
    private const string PostgresName = "postgres";

    /// <summary>CPU time of one process, without its children.</summary>
    public TimeSpan? CpuOf(int id) => Read(id)?.Own;

    /// <summary>
    /// CPU time of a PostgreSQL server: of the postmaster, of all its backends and workers that live, and of those that have ended, which the postmaster has waited for.
    /// </summary>
    public TimeSpan? CpuOfServer(int postmaster) =>
        Read(postmaster) is not { } server
            ? null
            : All().Where(process => process.ParentId == postmaster).Aggregate(server.Own + server.Ended, (sum, backend) => sum + backend.Own);

    /// <summary>The postmaster of a backend; null when the backend is no process of this machine.</summary>
    public int? ServerOf(int backend) => Read(backend) is { Name: PostgresName } process ? process.ParentId : null;

    /// <summary>Most memory that a process has held so far, in bytes: its resident set's peak.</summary>
    public long? PeakMemoryOf(int id)
    {
        const string Peak = "VmHWM:";
        const int BytesPerKilobyte = 1024;
        try
        {
            var line = File.ReadLines(Path.Combine(FolderOf(id), "status")).FirstOrDefault(line => line.StartsWith(Peak, StringComparison.Ordinal));
            return line is null ? null : long.Parse(line[Peak.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * BytesPerKilobyte;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private IEnumerable<ProcessStat> All() =>
        Directory.Exists(root)
            ? Directory.EnumerateDirectories(root).Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? Read(id) : null).OfType<ProcessStat>()
            : [];

    private ProcessStat? Read(int id)
    {
        try
        {
            return ProcessStat.Parse(File.ReadAllText(Path.Combine(FolderOf(id), "stat")));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null; // it has ended, or this system has no /proc
        }
    }

    private string FolderOf(int id) => Path.Combine(root, id.ToString(CultureInfo.InvariantCulture));
}
