using ActorSync.Commands;
using ActorSync.Domain.Mapping;
using ActorSync.OrgSimulator.Org;
using ActorSync.Provisioning;
using Npgsql;

namespace ActorSync.Demo;

/// <summary>Waits for the two sides: for the initial load, and for everything to come to rest. Bounded, and says what is still moving.</summary>
internal sealed class BothSides(NpgsqlDataSource database, OrgModel org, DemoNode node, TimeProvider clock, Action<string> say)
{
    private static readonly TimeSpan LoadMax = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan RestMax = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SayInterval = TimeSpan.FromSeconds(3);

    private readonly StatusReader _status = new(database);

    /// <summary>Waits until every record of the org has its row, and every record its external id.</summary>
    /// <returns>The mappings as the node has provisioned them.</returns>
    public async Task<IReadOnlyList<ObjectMapping>> LoadedAsync(CancellationToken stop)
    {
        var (startedAt, saidAt) = (clock.GetTimestamp(), clock.GetTimestamp());
        while (true)
        {
            await WaitAsync(stop);
            var status = await StatusAsync(stop);
            var loaded = status is null ? 0 : status.Mappings.Sum(mapping => mapping.Rows);
            var expected = status is null ? -1 : status.Mappings.Sum(mapping => (long)org.Count(mapping.Object));
            if (status is { Mappings.IsEmpty: false, IsQuiet: true } && loaded >= expected && status.Mappings.All(mapping => mapping.Feed is not null) && AllAdopted(status))
            {
                return await MappingStore.ReadAsync(database, stop);
            }

            if (status?.Parked is [var parked, ..])
            {
                throw new CommandException(ExitCode.Failed, $"the initial load parked {status.ParkedRecords} records, the first: {parked.Object} {parked.ExternalId}: {parked.Code}: {parked.Message}");
            }

            if (clock.GetElapsedTime(startedAt) > LoadMax)
            {
                throw new CommandException(ExitCode.Failed, $"the initial load has not ended within {LoadMax.TotalMinutes:0} min: {loaded} of {expected} records, {status?.Moving ?? "no tables yet"}; see node.log");
            }

            if (clock.GetElapsedTime(saidAt) > SayInterval)
            {
                saidAt = clock.GetTimestamp();
                say(status is null ? "  waiting for the node to make the tables" : FormattableString.Invariant($"  {loaded:N0} of {expected:N0} records loaded{(status.IsQuiet ? "" : "; " + status.Moving)}"));
            }
        }
    }

    /// <summary>Waits until nothing is on its way and both sides say the same, twice with a poll of the feeds between.</summary>
    /// <returns>The last comparison: with its differences if time ran out.</returns>
    public async Task<ComparisonReport> AtRestAsync(IReadOnlyList<ObjectMapping> mappings, CancellationToken stop)
    {
        var (startedAt, saidAt) = (clock.GetTimestamp(), clock.GetTimestamp());
        var equalSince = 0L;
        while (true)
        {
            var status = await StatusAsync(stop);
            var quiet = status is { IsQuiet: true };
            var report = quiet ? await SideComparison.RunAsync(database, org, mappings, stop) : null;
            equalSince = report is not { AreEqual: true } ? 0 : equalSince == 0 ? clock.GetTimestamp() : equalSince;
            var late = clock.GetElapsedTime(startedAt) > RestMax;
            if (late || (equalSince != 0 && clock.GetElapsedTime(equalSince) >= LookInterval * 6))
            {
                return report ?? await SideComparison.RunAsync(database, org, mappings, stop);
            }

            if (clock.GetElapsedTime(saidAt) > SayInterval)
            {
                saidAt = clock.GetTimestamp();
                say("  still moving: " + (quiet ? FormattableString.Invariant($"{report!.DifferenceCount} differences, the first: {report.Differences.FirstOrDefault()}") : status?.Moving));
            }

            await WaitAsync(stop);
        }
    }

    private bool AllAdopted(StatusReport status) =>
        status.Mappings.All(mapping => org.Query($"SELECT Id FROM {mapping.Object} WHERE ActorSync_Id__c = null LIMIT 1").Rows.Count == 0);

    private async Task<StatusReport?> StatusAsync(CancellationToken stop)
    {
        try
        {
            return await _status.ReadAsync(stop);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedFunction)
        {
            return null; // the node has not made all of its tables yet
        }
    }

    private async Task WaitAsync(CancellationToken stop)
    {
        await Task.WhenAny(node.Keeping, Task.Delay(LookInterval, clock, stop));
        stop.ThrowIfCancellationRequested();
        if (node.Keeping.IsCompleted)
        {
            await node.Keeping;
        }
    }
}
