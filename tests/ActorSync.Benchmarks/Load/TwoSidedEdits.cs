using System.Collections.Concurrent;
using System.Globalization;
using ActorSync.OrgSimulator.Org;
using Npgsql;

namespace ActorSync.Benchmarks.Load;

/// <summary>People of both sides at a steady pace: those of Salesforce count a record's name up, those of PostgreSQL its phone. What a field shows tells how old it is.</summary>
internal sealed class TwoSidedEdits : IAsyncDisposable
{
    private readonly BenchmarkWorld _world;
    private readonly string[] _sfids;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly Task[] _running;
    private long _salesforce;
    private long _postgres;

    public TwoSidedEdits(BenchmarkWorld world, string[] sfids, long perSecond)
    {
        (_world, _sfids) = (world, sfids);
        _running = perSecond == 0 ? [] : [PacedAsync(perSecond / 2.0, 1, InSalesforceAsync), PacedAsync(perSecond / 2.0, 2, InPostgresAsync)];
    }

    /// <summary>Ends the edits; how many there were.</summary>
    public async Task<(long Salesforce, long Postgres)> StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        return (_salesforce, _postgres);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task PacedAsync(double perSecond, int seed, Func<string, Task> edit)
    {
        var random = new Random(seed);
        var began = TimeProvider.System.GetTimestamp();
        for (var made = 0L; !_stop.IsCancellationRequested; made++)
        {
            var due = TimeSpan.FromSeconds(made / perSecond) - TimeProvider.System.GetElapsedTime(began);
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await edit(_sfids[random.Next(_sfids.Length)]);
        }
    }

    private Task InSalesforceAsync(string sfid)
    {
        var version = _names.AddOrUpdate(sfid, 1, (_, before) => before + 1);
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal) { ["Name"] = string.Create(CultureInfo.InvariantCulture, $"S {version}") };
        var result = _world.Org.Update([new RecordInput("Account", sfid, fields)], new DmlContext("benchmark", null, _world.Org.HumanUser.Id))[0];
        _salesforce += result.Success ? 1 : throw new InvalidOperationException(result.Errors[0].Message);
        return Task.CompletedTask;
    }

    // The row may not be there yet: the load is on its way.
    private async Task InPostgresAsync(string sfid)
    {
        await using var command = _world.Application.CreateCommand("update salesforce.account set phone = 'A ' || (substr(phone, 3)::int + 1) where sfid = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = sfid });
        _postgres += await command.ExecuteNonQueryAsync();
    }
}
