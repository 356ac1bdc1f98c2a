namespace ActorSync.EmbeddedPostgres;

/// <summary>
/// The small shell process between us and the server. It runs in a session of its own (a Ctrl-C meant for us must not stop
/// the server under us), creates and starts the cluster, and stops it when its standard input ends: at our wish, or because
/// we are gone, however we went.
/// </summary>
internal static class SupervisorScript
{
    /// <summary>The exit code when another server runs in the folder (EX_TEMPFAIL of sysexits.h).</summary>
    public const int FolderBusyExitCode = 75;

    /// <summary>
    /// Arguments: the folder of the server programs, then options for postgres. The working directory is the data folder;
    /// it is named /proc/PID/cwd because that works even where the server's user may not pass the folders above it (a clone
    /// below /root, or below a private temporary folder). The programs themselves start in /: PostgreSQL 15 wants to
    /// return to its starting folder by name. The lock on descriptor 9 is inherited by every process of the cluster: once it
    /// can be had, all of them are gone.
    /// </summary>
    public const string Text = """
        umask 077
        exec 3<&0 9>cluster.lock </dev/null >postgres.log 2>&1
        flock -n 9 || exit 75
        bin=$1; shift
        folder=/proc/$$/cwd
        if [ ! -f data/actorsync.created ]; then
            rm -rf data
            (cd / && exec "$bin/initdb" -D "$folder/data" --no-sync --no-locale --encoding=UTF8 \
                --username=actorsync --auth=scram-sha-256 --pwfile="$folder/password" 3<&-) || exit 3
            : >data/actorsync.created
        fi
        (cd / && exec "$bin/postgres" -D "$folder/data" "$@" 3<&-) &
        server=$!
        (
            read -r _ <&3
            sleeper=
            trap 'kill "$sleeper"; wait; exit' TERM
            for signal in INT QUIT KILL; do
                kill -s "$signal" "$server"
                sleep 10 &
                sleeper=$!
                wait "$sleeper"
            done
        ) 2>/dev/null &
        reader=$!
        exec 3<&-
        wait "$server"
        status=$?
        kill "$reader"
        wait "$reader"
        exit "$status"
        """;
}
