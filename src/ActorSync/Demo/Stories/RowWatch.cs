using ActorSync.Domain.Mapping;
using Npgsql;

namespace ActorSync.Demo.Stories;

/// <summary>Notes every version that rows of a table go through, by a trigger of its own: a judge that shares nothing with the engine. Removed when disposed.</summary>
internal sealed class RowWatch : IAsyncDisposable
{
    private const string Schema = "actorsync_demo";

    private readonly NpgsqlDataSource _application;

    private RowWatch(NpgsqlDataSource application) => _application = application;

    /// <summary>Attaches the trigger.</summary>
    public static async Task<RowWatch> AttachAsync(NpgsqlDataSource application, ObjectMapping mapping, CancellationToken stop)
    {
        await using var command = application.CreateCommand(
            $"""
            drop schema if exists {Schema} cascade;
            create schema {Schema};
            create table {Schema}.version(seq bigint generated always as identity primary key, id uuid not null, operation "char" not null, row jsonb);
            create function {Schema}.note() returns trigger language plpgsql security definer as $$
            begin
              insert into {Schema}.version(id, operation, row)
              values ((to_jsonb(coalesce(new, old))->>tg_argv[0])::uuid, left(tg_op, 1)::"char", case when tg_op = 'DELETE' then null else to_jsonb(new) end);
              return null;
            end $$;
            create trigger zz_demo_watch after insert or update or delete on "{mapping.Schema}"."{mapping.Table}" for each row execute function {Schema}.note('{mapping.ExternalIdColumn}');
            """);
        await command.ExecuteNonQueryAsync(stop);
        return new RowWatch(application);
    }

    /// <summary>The values a column of a row had, one after the other; a value that stays is told once.</summary>
    public async Task<IReadOnlyList<string>> ValuesAsync(Guid id, string column, CancellationToken stop)
    {
        await using var command = _application.CreateCommand($"select row->>$2 from {Schema}.version where id = $1 and row is not null order by seq");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = column });
        var values = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            var value = reader.IsDBNull(0) ? "empty" : reader.GetString(0);
            if (values.Count == 0 || values[^1] != value)
            {
                values.Add(value);
            }
        }

        return values;
    }

    /// <summary>What was done to a row, in order: I, U, D.</summary>
    public async Task<IReadOnlyList<char>> OperationsAsync(Guid id, CancellationToken stop)
    {
        await using var command = _application.CreateCommand($"select operation::text from {Schema}.version where id = $1 order by seq");
        command.Parameters.Add(new() { Value = id });
        var operations = new List<char>();
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            operations.Add(reader.GetString(0)[0]);
        }

        return operations;
    }

    public async ValueTask DisposeAsync()
    {
        await using var command = _application.CreateCommand($"drop schema if exists {Schema} cascade");
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
