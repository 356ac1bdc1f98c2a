using System.Globalization;
using System.Security.Cryptography;

namespace ActorSync.EmbeddedPostgres;

/// <summary>
/// The folder of a private cluster: <c>data</c> (the cluster), <c>postgres.log</c> (since the last start), <c>password</c>,
/// <c>owner.lock</c> (held by the process that uses the cluster, named in <c>owner.pid</c>), <c>cluster.lock</c> (held by the cluster's processes).
/// The system releases both locks when their holders die.
/// </summary>
internal sealed class ClusterFolder(string path)
{
    private static readonly TimeSpan LockPollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SupervisorStopMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SignalEffectMax = TimeSpan.FromSeconds(10);

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    private string Data => System.IO.Path.Combine(Path, "data");

    private string PostmasterFile => System.IO.Path.Combine(Data, "postmaster.pid");

    private string LogFile => System.IO.Path.Combine(Path, "postgres.log");

    private string OwnerFile => System.IO.Path.Combine(Path, "owner.pid");

    private string PasswordFile => System.IO.Path.Combine(Path, "password");

    /// <summary>Makes the folder ours until the lock is disposed.</summary>
    /// <exception cref="DataFolderInUseException">Another process uses it.</exception>
    /// <exception cref="PostgresServerException">It may not be written.</exception>
    public FileStream Own()
    {
        var file = System.IO.Path.Combine(Path, "owner.lock");
        try
        {
            Directory.CreateDirectory(Path);
            var owner = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(OwnerFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)); // .NET cannot read a locked file
            return owner;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new PostgresServerException(
                $"The PostgreSQL data folder {Path} belongs to another user (a run as root?): remove it, or run as that user", e);
        }
        catch (IOException e) when (File.Exists(OwnerFile))
        {
            throw new DataFolderInUseException(
                $"The PostgreSQL data folder {Path} is in use by process {File.ReadAllText(OwnerFile)}: stop that one first, or use another folder", e);
        }
    }

    /// <summary>Ends what a killed owner may have left running in this folder, and only that. Call as its owner.</summary>
    /// <exception cref="PostgresServerException">Something still runs there after all signals.</exception>
    public async Task StopLeftoversAsync(TimeProvider clock, CancellationToken ct)
    {
        // Its supervisor is stopping it already; the signals are for the case that it was killed too.
        var isGone = await IsGoneWithinAsync(SupervisorStopMax, clock, ct);
        foreach (var signal in new[] { Posix.Interrupt, Posix.Quit, Posix.Kill })
        {
            if (!isGone)
            {
                ProcessesOfCluster(all: signal == Posix.Kill).ForEach(process => Posix.Signal(process, signal));
                isGone = await IsGoneWithinAsync(SignalEffectMax, clock, ct);
            }
        }

        if (!isGone)
        {
            throw new PostgresServerException(
                $"A PostgreSQL of an earlier run still holds {Path}/cluster.lock and does not stop (see `fuser {Path}/cluster.lock`): end it");
        }

        RemoveStalePostmasterFile();
    }

    /// <summary>The superuser's password, made at the first start.</summary>
    public string Password()
    {
        if (!File.Exists(PasswordFile))
        {
            var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var file = new FileStream(PasswordFile, create);
            file.Write(System.Text.Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(24, lowercase: true)));
        }

        return File.ReadAllText(PasswordFile);
    }

    /// <summary>Removes the cluster, not the locks.</summary>
    public void RemoveCluster()
    {
        if (Directory.Exists(Data))
        {
            Directory.Delete(Data, recursive: true);
        }
    }

    public void Remove() => Directory.Delete(Path, recursive: true);

    /// <summary>A cluster is started only by the major version that made it.</summary>
    /// <exception cref="PostgresServerException">Another version made it.</exception>
    public void CheckVersion(PostgresPrograms programs)
    {
        var versionFile = System.IO.Path.Combine(Data, "PG_VERSION");
        var created = File.Exists(System.IO.Path.Combine(Data, "actorsync.created"));
        if (created && File.ReadAllText(versionFile).Trim() is var version &&
            version != programs.MajorVersion.ToString(CultureInfo.InvariantCulture))
        {
            throw new PostgresServerException(
                $"The cluster in {Data} was made by PostgreSQL {version}, but {programs.Folder} holds {programs.MajorVersion}: " +
                $"install PostgreSQL {version} again, or remove {Path} to start with an empty one");
        }
    }

    /// <summary>True once the server says in its pid file that it accepts connections, to read at least (line 8, since PostgreSQL 10).</summary>
    public bool IsReady() => PostmasterLines() is { Length: >= 8 } lines && lines[7].Trim() is "ready" or "standby";

    /// <summary>The end of the server's log, for an error message.</summary>
    public string LogTail(int lines = 8) =>
        File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(lines)) : "(no log)";

    /// <summary>The number in it may be another process by now, and PostgreSQL would believe it.</summary>
    private void RemoveStalePostmasterFile()
    {
        if (File.Exists(PostmasterFile))
        {
            File.Delete(PostmasterFile);
        }
    }

    private async Task<bool> IsGoneWithinAsync(TimeSpan max, TimeProvider clock, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        while (!ClusterLockIsFree())
        {
            if (clock.GetElapsedTime(started) > max)
            {
                return false;
            }

            await Task.Delay(LockPollInterval, clock, ct);
        }

        return true;
    }

    private bool ClusterLockIsFree()
    {
        try
        {
            using var probe = new FileStream(
                System.IO.Path.Combine(Path, "cluster.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>
    /// Processes that stand in this very data folder: PostgreSQL's do, and the pid file seen through their working directory
    /// (which holds number, folder, start time and memory key of the server) is ours. A number alone proves nothing.
    /// </summary>
    private List<int> ProcessesOfCluster(bool all)
    {
        if (PostmasterLines() is not { Length: > 0 } ours)
        {
            return [];
        }

        var candidates = all
            ? Directory.EnumerateDirectories("/proc").Select(System.IO.Path.GetFileName)
            : [ours[0].Trim()];
        return candidates
            .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
            .Where(name => ReadLines($"/proc/{name}/cwd/postmaster.pid") is { } theirs && theirs.SequenceEqual(ours))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .ToList();
    }

    private string[]? PostmasterLines() => ReadLines(PostmasterFile);

    private static string[]? ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
