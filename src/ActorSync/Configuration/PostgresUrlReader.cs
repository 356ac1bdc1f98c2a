using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace ActorSync.Configuration;

/// <summary>Reads a database address: a <c>postgres://</c> URL as hosting providers give it, or an Npgsql connection string. Errors never quote it.</summary>
internal static partial class PostgresUrlReader
{
    private const string UrlForm = "write postgres://user:password@host:5432/database?sslmode=require, special characters percent-encoded (@ as %40, : as %3A, / as %2F)";
    private const string StringForm = "write postgres://user:password@host:5432/database, or Host=...;Username=...;Password=...;Database=...";

    /// <summary>The address, or what is wrong with it and what to write.</summary>
    public static (PostgresUrl? Url, string Message, string Remedy) Read(string text)
    {
        try
        {
            // A connection string may hold "://" too, but behind a '='.
            return text.Split("://", 2) is [var scheme, _] && !scheme.Contains('=', StringComparison.Ordinal) ? ReadUrl(text) : ReadString(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException or NotSupportedException)
        {
            // Npgsql's own message may quote a part of the text, and with a stray ';' that part is the password.
            return (null, "is not a connection string that Npgsql understands", StringForm);
        }
    }

    private static (PostgresUrl?, string, string) ReadString(string text)
    {
        var builder = new NpgsqlConnectionStringBuilder(text);
        var lacks = builder switch
        {
            { Host: null or "" } => "Host",
            { Username: null or "" } => "Username",
            { Database: null or "" } => "Database",
            _ => null,
        };
        return lacks is null ? (Url(builder), "", "") : (null, $"names no {lacks}", StringForm);
    }

    private static (PostgresUrl?, string, string) ReadUrl(string text)
    {
        var match = UrlPattern().Match(text);
        if (!match.Success)
        {
            return (null, "is not a postgres:// URL", UrlForm);
        }

        string Part(string name) => Uri.UnescapeDataString(match.Groups[name].Value);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = Part("host").Trim('[', ']'),
            Username = Part("user"),
            Database = Part("database"),
        };
        if (match.Groups["password"].Success)
        {
            builder.Password = Part("password");
        }

        if (match.Groups["port"].Success)
        {
            if (!ushort.TryParse(match.Groups["port"].Value, CultureInfo.InvariantCulture, out var port) || port == 0)
            {
                return (null, "names a port outside 1 to 65535", UrlForm);
            }

            builder.Port = port;
        }

        foreach (var parameter in match.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Apply(builder, parameter) is { } message)
            {
                return (null, message, "write one of ?sslmode=disable|allow|prefer|require|verify-ca|verify-full, sslrootcert=FILE, application_name=TEXT, connect_timeout=SECONDS, host=FOLDER");
            }
        }

        var lacks = builder switch
        {
            { Username: null or "" } => "user",
            { Host: null or "" } => "host",
            { Database: null or "" } => "database",
            _ => null,
        };
        return lacks is null ? (Url(builder), "", "") : (null, $"names no {lacks}", UrlForm);
    }

    /// <summary>Parameters as libpq names them: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS.</summary>
    private static string? Apply(NpgsqlConnectionStringBuilder builder, string parameter)
    {
        var (name, value) = parameter.Split('=', 2) is [var n, var v] ? (n, Uri.UnescapeDataString(v)) : (parameter, "");
        switch (name)
        {
            case "sslmode" when Enum.TryParse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var mode) && Enum.IsDefined(mode):
                builder.SslMode = mode;
                return null;
            case "sslrootcert" when value.Length > 0:
                builder.RootCertificate = value;
                return null;
            case "application_name":
                builder.ApplicationName = value;
                return null;
            case "connect_timeout" when int.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 1024:
                builder.Timeout = seconds;
                return null;
            case "host" when value.Length > 0:
                builder.Host = value;
                return null;
            case "sslmode" or "sslrootcert" or "connect_timeout" or "host":
                return $"has a parameter {name} with a value that is not possible";
            default:
                return "has a parameter that is not known";
        }
    }

    private static PostgresUrl Url(NpgsqlConnectionStringBuilder builder) => new()
    {
        Host = builder.Host!,
        Port = builder.Port,
        Database = builder.Database!,
        User = builder.Username!,
        ConnectionString = new(builder.ConnectionString),
    };

    [GeneratedRegex(
        @"\Apostgres(?:ql)?://(?:(?<user>[^:@/?\s]*)(?::(?<password>[^:@/?\s]*))?@)?(?<host>\[[0-9A-Fa-f:.]+\]|[^:@/?\s]*)(?::(?<port>[0-9]+))?(?:/(?<database>[^/?\s]*))?(?:\?(?<query>\S*))?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex UrlPattern();
}
