namespace ActorSync.EmbeddedPostgres;

/// <summary>The user PostgreSQL runs as when we are root, which it refuses to be.</summary>
/// <param name="UserId">Numeric user id.</param>
/// <param name="GroupId">Numeric id of its own group.</param>
internal sealed record UnprivilegedUser(string Name, string UserId, string GroupId)
{
    /// <summary>"postgres" (made by Debian's server package) or "nobody"; null when we are not root and need none.</summary>
    /// <exception cref="PostgresServerException">We are root and neither exists.</exception>
    public static UnprivilegedUser? Needed()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return null;
        }

        // passwd(5): name:password:uid:gid:comment:home:shell
        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(f => f.Length >= 4).ToList();
        return new[] { "postgres", "nobody" }
            .Select(name => accounts.Find(fields => fields[0] == name))
            .Where(fields => fields is not null)
            .Select(fields => new UnprivilegedUser(fields![0], fields[2], fields[3]))
            .FirstOrDefault()
            ?? throw new PostgresServerException(
                "PostgreSQL does not run as root, and /etc/passwd has neither a user 'postgres' nor 'nobody': add one (useradd -r postgres)");
    }
}
