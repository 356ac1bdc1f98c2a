using System.Collections.Concurrent;
using Npgsql;

namespace ActorSync.Benchmarks.ChangeEvents;

/// <summary>When each value was committed in PostgreSQL, as a listener of its notifications hears it: they leave with the commit of the row.</summary>
internal sealed class ArrivedRows : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, long> _at = new(StringComparer.Ordinal);
    private Task _listening = Task.CompletedTask;

    private ArrivedRows(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Listens from now on to what becomes of the websites of accounts.</summary>
    public static async Task<ArrivedRows> ListenAsync(BenchmarkWorld world)
    {
        await world.ExecuteAsync("""
            create or replace function public.tell() returns trigger language plpgsql as $$ begin perform pg_notify('arrived', new.website); return null; end $$;
            create trigger tell after update on salesforce.account for each row when (new.website is distinct from old.website) execute function public.tell()
            """);
        var arrived = new ArrivedRows(await world.Application.OpenConnectionAsync());
        arrived._connection.Notification += (_, told) => arrived._at.TryAdd(told.Payload, TimeProvider.System.GetTimestamp());
        await using var command = new NpgsqlCommand("listen arrived", arrived._connection);
        await command.ExecuteNonQueryAsync();
        arrived._listening = arrived.WaitAsync();
        return arrived;
    }

    /// <summary>When the row with this value was committed; null: it was not yet, or a later value took its place.</summary>
    public long? At(string value) => _at.TryGetValue(value, out var at) ? at : null;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _connection.DisposeAsync();
        _stop.Dispose();
    }

    private async Task WaitAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await _connection.WaitAsync(_stop.Token);
        }
    }
}
