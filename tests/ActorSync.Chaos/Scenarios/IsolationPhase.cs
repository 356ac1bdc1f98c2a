using System.Collections.Immutable;
using ActorSync.Chaos.Judging;
using ActorSync.Chaos.Traffic;
using ActorSync.OrgSimulator.Http;
using Npgsql;

namespace ActorSync.Chaos.Scenarios;

/// <summary>Before anything else is done to the cluster: one bad record, one bad batch, one bad object, each for a while, beside good records that are edited all the time.</summary>
internal sealed class IsolationPhase(ChaosWorld world, SteadyEdits steady, EditLedger ledger, ChaosOptions options, TimeProvider clock)
{
    private const int BadRecords = 5;
    private static readonly TimeSpan SettledMax = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan BadEditInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs, and says which time was bad in which way.</summary>
    public async Task<ImmutableArray<BadTime>> RunAsync()
    {
        return
        [
            await TimeAsync(BadTime.Nothing, ImmutableHashSet<string>.Empty, WaitAsync),
            await TimeAsync("a record that Salesforce refuses", ImmutableHashSet<string>.Empty, EditBadRecordsAsync),
            await TimeAsync("a call of Contacts that is never answered", [MappedObject.Contact.Name], HangAsync),
            await TimeAsync("all Contacts refused", [MappedObject.Contact.Name], RefuseContactsAsync),
            await TimeAsync(BadTime.Nothing, ImmutableHashSet<string>.Empty, WaitAsync),
        ];
    }

    private async Task<BadTime> TimeAsync(string what, ImmutableHashSet<string> concerned, Func<Task> act)
    {
        var from = clock.GetUtcNow();
        await act();
        var time = new BadTime(what, concerned, from, clock.GetUtcNow());
        // What was edited in one time must not meet what is bad in the next.
        for (var startedAt = clock.GetTimestamp(); clock.GetElapsedTime(startedAt) < SettledMax && steady.All.Any(edit => edit.ArrivedAfter is null && edit.CommittedAt < time.Until); await Task.Delay(LookInterval, clock))
        {
        }

        return time;
    }

    private Task WaitAsync() => Task.Delay(options.IsolationTime, clock);

    // A blank name is empty in Salesforce, where it is required: each change of the row is sent and refused again.
    private async Task EditBadRecordsAsync()
    {
        var random = options.Stream(70);
        var ids = Enumerable.Range(0, BadRecords).Select(_ => RandomKey.Next(random)).ToArray();
        await RunAsync($"insert into {MappedObject.Account.Table}({MappedObject.KeyColumn}, name) select unnest($1::uuid[]), ' '", ids);
        for (var startedAt = clock.GetTimestamp(); clock.GetElapsedTime(startedAt) < options.IsolationTime; await Task.Delay(BadEditInterval, clock))
        {
            await RunAsync($"update {MappedObject.Account.Table} set phone = $1 where {MappedObject.KeyColumn} = $2", ledger.LocalValue(), ids[random.Next(ids.Length)]);
        }
    }

    // It takes effect and is never answered: its records are in doubt until they are looked up, and nobody else is.
    private async Task HangAsync()
    {
        var fault = world.Server.Faults.Add(new OrgFault.Hang(HangEffect.Applied), new CallMatch("update", MappedObject.Contact.Name), hitsMax: 1);
        await WaitAsync();
        world.Server.Faults.Remove(fault);
    }

    private async Task RefuseContactsAsync()
    {
        var fault = world.Server.Faults.Add(new OrgFault.RowError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", []), new CallMatch("update", MappedObject.Contact.Name));
        await WaitAsync();
        world.Server.Faults.Remove(fault);
    }

    private async Task RunAsync(string sql, params object[] values)
    {
        await using var command = world.Application.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync();
    }
}
