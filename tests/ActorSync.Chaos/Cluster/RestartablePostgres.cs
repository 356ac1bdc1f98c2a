using System.Globalization;
using ActorSync.EmbeddedPostgres;
using ActorSync.TestKit;
using Npgsql;

namespace ActorSync.Chaos.Cluster;

/// <summary>A PostgreSQL of this run alone, which may be stopped and started under everybody: what was committed is there again, at another port.</summary>
internal sealed class RestartablePostgres : IAsyncDisposable
{
    private const int SlotsMax = 16;

    private readonly PostgresServerOptions _options;
    private readonly TimeProvider _clock;
    private PrivateCluster _cluster;

    private RestartablePostgres(PostgresServerOptions options, PrivateCluster cluster, TimeProvider clock) => (_options, _cluster, _clock) = (options, cluster, clock);

    /// <summary>How to connect to the maintenance database, as the superuser, until the next restart.</summary>
    public NpgsqlConnectionStringBuilder Settings => _cluster.Settings;

    /// <summary>Where it listens until the next restart.</summary>
    public Uri Url => new(string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{Settings.Port}"));

    /// <summary>Starts an empty one.</summary>
    public static async Task<RestartablePostgres> StartAsync(TimeProvider clock)
    {
        // The slots limit what killed runs can leave behind; the next run cleans the slot it takes.
        for (var slot = 0; ; slot++)
        {
            var folder = Path.Combine(ProjectFolder.Data, "chaos", string.Create(CultureInfo.InvariantCulture, $"postgres-{slot}"));
            var options = new PostgresServerOptions(folder, _ => { }) { ExistingServer = null, Durable = false, Fresh = true };
            try
            {
                return new RestartablePostgres(options, await PrivateCluster.StartAsync(options, clock, CancellationToken.None), clock);
            }
            catch (DataFolderInUseException) when (slot < SlotsMax)
            {
            }
        }
    }

    /// <summary>Stops it and starts it again.</summary>
    /// <param name="immediate">Without a shutdown, as a crash: the next start recovers. Else every session is ended and the state written first.</param>
    public async Task RestartAsync(bool immediate)
    {
        if (immediate)
        {
            var postmaster = Path.Combine(_options.DataFolder, "data", "postmaster.pid");
            Posix.Signal(int.Parse(File.ReadLines(postmaster).First(), CultureInfo.InvariantCulture), Posix.Quit);
        }

        await _cluster.DisposeAsync();
        _cluster = await PrivateCluster.StartAsync(_options with { Fresh = false }, _clock, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_options.DataFolder, recursive: true);
    }
}
