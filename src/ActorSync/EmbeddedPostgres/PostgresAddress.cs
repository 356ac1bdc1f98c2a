using Npgsql;

namespace ActorSync.EmbeddedPostgres;

/// <summary>Reads how people write a server down: postgres://user:password@host:port/database?sslmode=require, or Npgsql's Host=...;Port=...</summary>
internal static class PostgresAddress
{
    /// <summary>Gives the settings an address names; what it leaves out keeps Npgsql's default.</summary>
    /// <param name="address">The URL or connection string.</param>
    /// <param name="origin">Where it was written (a variable or key), for the error.</param>
    /// <exception cref="PostgresServerException">It is neither. The message never repeats the address: it may hold a password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string address, string origin)
    {
        try
        {
            return address.StartsWith("postgres://", StringComparison.Ordinal) ||
                   address.StartsWith("postgresql://", StringComparison.Ordinal)
                ? ParseUrl(new Uri(address))
                : new NpgsqlConnectionStringBuilder(address);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException)
        {
            throw new PostgresServerException(
                $"{origin} is not a PostgreSQL address ({e.Message}): write postgres://user:password@host:5432/database " +
                "(special characters in the password as %XX) or Host=...;Port=5432;Username=...;Password=...;Database=...", e);
        }
    }

    private static NpgsqlConnectionStringBuilder ParseUrl(Uri url)
    {
        var settings = new NpgsqlConnectionStringBuilder();
        if (url.Host.Length > 0)
        {
            settings.Host = url.Host.Trim('[', ']');
        }

        if (url.Port > 0)
        {
            settings.Port = url.Port;
        }

        var user = url.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
        {
            settings.Username = Uri.UnescapeDataString(user[0]);
        }

        if (user.Length == 2)
        {
            settings.Password = Uri.UnescapeDataString(user[1]);
        }

        var database = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/'));
        if (database.Length > 0)
        {
            settings.Database = database;
        }

        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = Split(pair);
            settings[NpgsqlKey(key)] = key == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }

        return settings;
    }

    private static (string Key, string Value) Split(string pair)
    {
        var parts = pair.Split('=', 2);
        return (Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts.Length == 2 ? parts[1] : ""));
    }

    /// <summary>libpq's names (PostgreSQL documentation 34.1.2) that Npgsql spells differently; others are tried as they are.</summary>
    private static string NpgsqlKey(string key) => key switch
    {
        "sslmode" => "SSL Mode",
        "sslrootcert" => "Root Certificate",
        "sslcert" => "SSL Certificate",
        "sslkey" => "SSL Key",
        "application_name" => "Application Name",
        "connect_timeout" => "Timeout",
        "options" => "Options",
        _ => key,
    };
}
