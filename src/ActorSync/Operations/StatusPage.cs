using ActorSync.Commands;
using Npgsql;

namespace ActorSync.Operations;

/// <summary>The status as a node serves it: read by one caller at a time and kept for a moment, so that no number of callers is a load on the database.</summary>
internal sealed class StatusPage(NpgsqlDataSource database, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReadMax = TimeSpan.FromSeconds(5);

    private readonly StatusReader _reader = new(database);
    private readonly SemaphoreSlim _one = new(1);
    private (string Json, long At)? _last;

    /// <summary>The report of <c>actorsync status --json</c>, without the list of parked records: their messages quote what people wrote.</summary>
    /// <exception cref="NpgsqlException">PostgreSQL cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">It did not answer within five seconds.</exception>
    public async Task<string> ReadAsync(CancellationToken stop)
    {
        using var late = new CancellationTokenSource(ReadMax, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        await _one.WaitAsync(either.Token);
        try
        {
            if (_last is not { } last || clock.GetElapsedTime(last.At) >= Kept)
            {
                var json = Json.Of(await _reader.ReadAsync(either.Token) with { Parked = [] });
                _last = last = (json, clock.GetTimestamp());
            }

            return last.Json;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();
}
