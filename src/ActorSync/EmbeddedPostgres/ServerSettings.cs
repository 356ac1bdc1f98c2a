using System.Globalization;

namespace ActorSync.EmbeddedPostgres;

/// <summary>What a private cluster is started with, over the defaults that initdb wrote.</summary>
internal static class ServerSettings
{
    /// <summary>Arguments of postgres.</summary>
    /// <param name="port">TCP port on 127.0.0.1.</param>
    /// <param name="durable">See <see cref="PostgresServerOptions.Durable"/>.</param>
    /// <param name="more">As <c>name=value</c>; they win.</param>
    public static IEnumerable<string> Of(int port, bool durable, IReadOnlyList<string> more)
    {
        var onOff = durable ? "on" : "off";
        string[] settings =
        [
            "listen_addresses=127.0.0.1",
            string.Create(CultureInfo.InvariantCulture, $"port={port}"),
            "unix_socket_directories=", // a socket's path may have 107 bytes, a clone's may be longer
            "dynamic_shared_memory_type=mmap", // below the data folder, not in /dev/shm (64 MB in a container)
            "max_connections=200",
            "shared_buffers=128MB",
            "max_wal_size=2GB",
            "checkpoint_timeout=15min",
            $"fsync={onOff}",
            $"full_page_writes={onOff}",
            "jit=off", // compiling costs more than any query of ours
            "timezone=UTC",
            "log_timezone=UTC",
            "log_checkpoints=off",
            .. more,
        ];
        return settings.SelectMany(setting => new[] { "-c", setting });
    }
}
