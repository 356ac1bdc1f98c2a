using Npgsql;

namespace ActorSync.Provisioning;

/// <summary>Says which statement PostgreSQL refused and what to do about it.</summary>
internal static class RefusedStatement
{
    private const int CharactersMax = 300;

    /// <summary>One line: the mapping, the statement, PostgreSQL's reason, the next step.</summary>
    public static string Describe(TablePlan plan, string sql, PostgresException refused, NpgsqlConnection connection) =>
        $"mapping {plan.Mapping.ObjectName}: PostgreSQL refused \"{Shortened(sql)}\": {refused.MessageText} ({refused.SqlState}): {Advice(plan, sql, refused, connection)}";

    private static string Advice(TablePlan plan, string sql, PostgresException refused, NpgsqlConnection connection)
    {
        var login = SqlText.Name(connection.UserName ?? "");
        return (refused.SqlState, sql) switch
        {
            (PostgresErrorCodes.InsufficientPrivilege, _) when sql.StartsWith("create schema", StringComparison.Ordinal) =>
                $"grant create on database {SqlText.Name(connection.Database)} to {login}, or create the schema yourself and grant usage, create on schema {SqlText.Name(plan.Mapping.Schema)} to {login}",
            (PostgresErrorCodes.InsufficientPrivilege, _) when sql.StartsWith("create table", StringComparison.Ordinal) =>
                $"grant usage, create on schema {SqlText.Name(plan.Mapping.Schema)} to {login}",
            (PostgresErrorCodes.InsufficientPrivilege, _) =>
                $"alter table {SqlText.Name(plan.Mapping.Schema, plan.Mapping.Table)} owner to {login}; grant usage, create on schema {SqlText.Name(plan.Mapping.Schema)} to {login}",
            (PostgresErrorCodes.FeatureNotSupported, _) =>
                "drop what depends on the column, start the node, and create it again",
            _ => "mend what it names and start again; the table is unchanged",
        };
    }

    private static string Shortened(string sql) => OneLine(sql) is { Length: > CharactersMax } line ? line[..CharactersMax] + "..." : OneLine(sql);

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n', ' '], StringSplitOptions.RemoveEmptyEntries));
}
