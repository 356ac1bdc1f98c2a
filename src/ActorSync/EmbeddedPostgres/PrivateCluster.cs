using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ActorSync.EmbeddedPostgres;

/// <summary>
/// A running PostgreSQL of our own on a free port of 127.0.0.1, behind a password only its data folder holds. It stops when
/// this object is disposed, when the process exits, and within a second when the process is killed (see <see cref="SupervisorScript"/>).
/// </summary>
internal sealed class PrivateCluster : IAsyncDisposable
{
    private const int PortAttemptsMax = 5;
    private static readonly TimeSpan ReadyPollInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(35); // three signals of 10 s each in the script

    private readonly ClusterFolder _folder;
    private readonly FileStream _owner;
    private readonly Process _supervisor;
    private readonly bool _removeOnStop;
    private int _stopped;

    private PrivateCluster(ClusterFolder folder, FileStream owner, Process supervisor, int port, bool removeOnStop)
    {
        _folder = folder;
        _owner = owner;
        _supervisor = supervisor;
        _removeOnStop = removeOnStop;
        Settings = new NpgsqlConnectionStringBuilder
        {
            Host = IPAddress.Loopback.ToString(),
            Port = port,
            Username = "actorsync",
            Password = folder.Password(),
            Database = "postgres",
        };
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>How to connect, as the superuser, to the maintenance database.</summary>
    public NpgsqlConnectionStringBuilder Settings { get; }

    /// <summary>Creates the cluster if the folder has none, and starts it.</summary>
    /// <exception cref="PostgresServerException">No programs, folder in use, or the server does not start.</exception>
    public static async Task<PrivateCluster> StartAsync(PostgresServerOptions options, TimeProvider clock, CancellationToken ct)
    {
        var folder = new ClusterFolder(options.DataFolder);
        var programs = PostgresPrograms.Find();
        var user = UnprivilegedUser.Needed();
        var owner = folder.Own();
        try
        {
            await folder.StopLeftoversAsync(clock, ct);
            if (options.Fresh)
            {
                folder.RemoveCluster();
            }

            folder.CheckVersion(programs);
            folder.Password();
            await GiveFolderAsync(folder.Path, user, ct);
            options.Log($"starting PostgreSQL {programs.MajorVersion} in {folder.Path}" + (user is null ? "" : $" as user {user.Name}"));
            return await StartOnFreePortAsync(options, folder, owner, programs, user, clock, ct);
        }
        catch
        {
            await owner.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return;
        }

        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        using var deadline = new CancellationTokenSource(StopMax, TimeProvider.System);
        await StopAsync(_supervisor, deadline.Token);
        await CleanUpAsync();
    }

    private static async Task<PrivateCluster> StartOnFreePortAsync(
        PostgresServerOptions options, ClusterFolder folder, FileStream owner, PostgresPrograms programs,
        UnprivilegedUser? user, TimeProvider clock, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(options.StartTimeoutMax, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort();
            var supervisor = StartSupervisor(folder, programs, user, ServerSettings.Of(port, options.Durable, options.Settings));
            try
            {
                while (!supervisor.HasExited && !folder.IsReady())
                {
                    await Task.Delay(ReadyPollInterval, clock, either.Token);
                }
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested)
            {
                await StopAsync(supervisor, ct);
                throw new PostgresServerException(
                    $"PostgreSQL in {folder.Path} was not ready after {options.StartTimeoutMax.TotalSeconds:0} s. The end of its log:\n{folder.LogTail()}");
            }
            catch
            {
                await StopAsync(supervisor, CancellationToken.None);
                throw;
            }

            if (!supervisor.HasExited)
            {
                return new PrivateCluster(folder, owner, supervisor, port, options.RemoveOnStop);
            }

            // Between our looking for a free port and the server's taking it, another process may have been faster.
            if (attempt == PortAttemptsMax || !folder.LogTail().Contains("Address already in use", StringComparison.Ordinal))
            {
                throw new PostgresServerException(supervisor.ExitCode == SupervisorScript.FolderBusyExitCode
                    ? $"Another PostgreSQL runs in {folder.Path}: stop it first"
                    : $"PostgreSQL in {folder.Path} did not start (exit code {supervisor.ExitCode}). The end of its log:\n{folder.LogTail()}");
            }
        }
    }

    private static Process StartSupervisor(
        ClusterFolder folder, PostgresPrograms programs, UnprivilegedUser? user, IEnumerable<string> serverArguments)
    {
        string[] become = user is null ? [] : ["setpriv", "--reuid", user.UserId, "--regid", user.GroupId, "--clear-groups"];
        var start = new ProcessStartInfo("setsid", [.. become, "sh", "-c", SupervisorScript.Text, "actorsync-postgres", programs.Folder, .. serverArguments])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardInput = true,
        };
        // PGDATA, PGPORT, LC_* and the like are about other servers.
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = path ?? "/usr/bin:/bin";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new PostgresServerException("The programs setsid, setpriv and flock are needed (apt-get install util-linux)", e);
        }
    }

    private static async Task GiveFolderAsync(string folder, UnprivilegedUser? user, CancellationToken ct)
    {
        if (user is null)
        {
            return;
        }

        using var chown = Process.Start("chown", ["-R", $"{user.UserId}:{user.GroupId}", folder]);
        await chown.WaitForExitAsync(ct);
        if (chown.ExitCode != 0)
        {
            throw new PostgresServerException(
                $"{folder} could not be given to user {user.Name} (chown failed): use a folder on a file system with owners");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task StopAsync(Process supervisor, CancellationToken ct)
    {
        supervisor.StandardInput.Close();
        await supervisor.WaitForExitAsync(ct);
    }

    private async Task CleanUpAsync()
    {
        _supervisor.Dispose();
        if (_removeOnStop)
        {
            _folder.Remove();
        }

        await _owner.DisposeAsync();
    }

    /// <summary>A process that ends without disposing still waits for its server, so that nothing outlives it.</summary>
    private void OnProcessExit(object? sender, EventArgs e)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return;
        }

        _supervisor.StandardInput.Close();
        if (_supervisor.WaitForExit(StopMax) && _removeOnStop)
        {
            _folder.Remove();
        }
    }
}
