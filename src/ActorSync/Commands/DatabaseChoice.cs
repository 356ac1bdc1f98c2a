using System.CommandLine;
using ActorSync.Configuration;
using Npgsql;

namespace ActorSync.Commands;

/// <summary>The options by which a command is told where the engine's database is: the node's configuration, or just an address.</summary>
internal sealed class DatabaseChoice
{
    private readonly Option<string[]> _config = ConfigFiles.Option(required: false);

    private readonly Option<string?> _postgres = new("--postgres")
    {
        Description = "Address of the database instead of a configuration: postgres://user:password@host:5432/database.",
        HelpName = "URL",
    };

    /// <summary>Adds the options to a command, of which exactly one must be given.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_config);
        command.Options.Add(_postgres);
        command.Validators.Add(result =>
        {
            var chosen = (result.GetResult(_config) is { Tokens.Count: > 0 } ? 1 : 0) + (result.GetResult(_postgres) is { Tokens.Count: > 0 } ? 1 : 0);
            if (chosen != 1)
            {
                result.AddError("Say which database: -c FILE (the node's configuration) or --postgres URL.");
            }
        });
    }

    /// <summary>Opens the database chosen. The caller disposes it.</summary>
    /// <exception cref="CommandException">The configuration or the address is wrong.</exception>
    public NpgsqlDataSource Open(ParseResult parsed)
    {
        if (parsed.GetValue(_postgres) is not { } address)
        {
            return Connect(ConfigFiles.Load(parsed.GetRequiredValue(_config)).Postgres.Url);
        }

        var (url, message, remedy) = PostgresUrlReader.Read(address);
        return url is null ? throw new CommandException(ExitCode.Usage, $"--postgres: {message}; {remedy}") : Connect(url);
    }

    /// <summary>A small pool: a command asks a few questions.</summary>
    public static NpgsqlDataSource Connect(PostgresUrl url) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(url.ConnectionString.Reveal()) { ApplicationName = "actorsync-cli", MaxPoolSize = 8 });
}
