using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorSync.EmbeddedPostgres;

/// <summary>A folder with PostgreSQL's server programs (initdb, postgres) and their major version.</summary>
internal sealed record PostgresPrograms(string Folder, int MajorVersion)
{
    /// <summary>The oldest version whose features the engine relies on.</summary>
    public const int MajorVersionMin = 15;

    /// <summary>
    /// The newest version among PATH and /usr/lib/postgresql/*/bin (where Debian and Ubuntu keep one folder per
    /// version, out of PATH).
    /// </summary>
    /// <exception cref="PostgresServerException">There is none of <see cref="MajorVersionMin"/> or newer.</exception>
    public static PostgresPrograms Find() => Find(
        Environment.GetEnvironmentVariable("PATH") ?? "", "/usr/lib/postgresql");

    internal static PostgresPrograms Find(string path, string versionsFolder)
    {
        var versioned = Directory.Exists(versionsFolder)
            ? Directory.GetDirectories(versionsFolder).Select(folder => Path.Combine(folder, "bin"))
            : [];
        var found = path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(versioned)
            .Where(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")))
            .Select(RealFolder)
            .Distinct(StringComparer.Ordinal)
            .Select(folder => new PostgresPrograms(folder, MajorVersionOf(folder)))
            .ToList();
        return found.Where(programs => programs.MajorVersion >= MajorVersionMin).MaxBy(programs => programs.MajorVersion)
            ?? throw new PostgresServerException(
                (found.Count == 0
                    ? "PostgreSQL's server programs (initdb, postgres) are not on this machine"
                    : $"PostgreSQL {found.Max(p => p.MajorVersion)} in {found[0].Folder} is too old") +
                $": install PostgreSQL {MajorVersionMin} or newer (Debian 12, Ubuntu 24.04: apt-get install postgresql), or set " +
                $"{PostgresServerOptions.ExistingServerVariable} to the URL of a server (postgres://user:password@host/database)");
    }

    /// <summary>Follows a link such as /usr/local/bin/postgres: initdb wants its companions beside it.</summary>
    private static string RealFolder(string folder)
    {
        var postgres = Path.Combine(folder, "postgres");
        return Path.GetDirectoryName(File.ResolveLinkTarget(postgres, returnFinalTarget: true)?.FullName ?? postgres)!;
    }

    private static int MajorVersionOf(string folder)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(folder, "postgres"), "--version")
        {
            RedirectStandardOutput = true,
        })!;
        var line = process.StandardOutput.ReadToEnd(); // "postgres (PostgreSQL) 15.18 (Debian ...)", "... 18beta1"
        process.WaitForExit();
        var digits = Regex.Match(line, @"\(PostgreSQL\) (\d+)").Groups[1].Value;
        return int.TryParse(digits, CultureInfo.InvariantCulture, out var major) ? major : 0;
    }
}
