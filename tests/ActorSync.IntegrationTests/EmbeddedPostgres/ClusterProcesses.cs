using System.Globalization;
using ActorSync.EmbeddedPostgres;
using ActorSync.TestKit.Processes;
using ActorSync.TestKit.Time;

namespace ActorSync.IntegrationTests.EmbeddedPostgres;

/// <summary>What the tests see of a cluster from outside: its processes and its locks.</summary>
internal static class ClusterProcesses
{
    public static ChildProcess StartOwner(string folder) => ChildProcess.Start(
        "dotnet", [typeof(ClusterProcesses).Assembly.Location, folder],
        new Dictionary<string, string?> { [PostgresServerOptions.ExistingServerVariable] = null });

    public static async Task<string> UrlOfAsync(ChildProcess owner) => (await owner.LineAsync("^ready ", TimeSpan.FromSeconds(60)))["ready ".Length..];

    public static int PostmasterOf(string folder) =>
        int.Parse(File.ReadLines(Path.Combine(folder, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    public static int ParentOf(int process) => int.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("PPid:", StringComparison.Ordinal))["PPid:".Length..],
        CultureInfo.InvariantCulture);

    /// <summary>The shell processes of a supervisor: itself, and the one that reads its input.</summary>
    public static List<int> SupervisorsOf(int postmaster)
    {
        var supervisor = ParentOf(postmaster);
        return Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(process => process == supervisor || (process != postmaster && IsChildOf(process, supervisor)))
            .ToList();
    }

    public static bool IsRunning(int process)
    {
        try
        {
            // A process that has ended is listed until its parent has asked for its exit code: state Z behind the name in parentheses.
            var status = File.ReadAllText($"/proc/{process}/stat");
            return status[status.LastIndexOf(')')..].Split(' ')[1] is not ("Z" or "X");
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool IsChildOf(int process, int parent)
    {
        try
        {
            return ParentOf(process) == parent;
        }
        catch (IOException)
        {
            return false; // it ended meanwhile
        }
    }

    /// <summary>Holds when no process of the cluster is left: each holds the lock.</summary>
    public static Task AllGoneAsync(string folder) => Eventually.HoldsAsync($"every process of the cluster in {folder} to end", () =>
    {
        try
        {
            using var probe = new FileStream(Path.Combine(folder, "cluster.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return Task.FromResult(true);
        }
        catch (IOException)
        {
            return Task.FromResult(false);
        }
    });
}
