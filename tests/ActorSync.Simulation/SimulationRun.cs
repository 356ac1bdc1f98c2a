using ActorSync.Domain.Submissions;
using ActorSync.Runtime.Sharding;
using ActorSync.TestKit.Memory;

namespace ActorSync.Simulation;

/// <summary>What came of one run.</summary>
/// <param name="Failure">Null when everything held.</param>
internal sealed record SimulationOutcome(SimulationOptions Options, Exception? Failure, FaultTally Faults, long Steps, IReadOnlyList<string> Story)
{
    public string? Invariant => (Failure as ViolationException)?.Invariant ?? (Failure is null ? null : "defect");
}

/// <summary>One run: a busy time with edits on both sides and faults, then quiet, in which everything must come to rest and be right.</summary>
internal static class SimulationRun
{
    public static SimulationOutcome Run(SimulationOptions options)
    {
        // One thread: whoever calls, what is awaited goes on where it was answered.
        var caller = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        var world = new World(options);
        Exception? failure = null;
        try
        {
            Play(world);
        }
        catch (Exception error)
        {
            failure = error;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(caller);
        }

        return new SimulationOutcome(options, failure, world.Faults, world.Steps, options.Traced ? [.. world.Trace.Story((failure as ViolationException)?.Record)] : []);
    }

    /// <summary>The smallest run found that breaks the same invariant: without the kinds of faults and the edits it does not need.</summary>
    public static SimulationOptions Shrink(SimulationOutcome failed)
    {
        var options = failed.Options;
        foreach (var kind in Enum.GetValues<FaultKind>())
        {
            var less = options with { Without = options.Without.Add(kind) };
            options = Run(less).Invariant == failed.Invariant ? less : options;
        }

        for (var edits = options.EditsMax / 2; edits >= 1; edits /= 2)
        {
            while (options.EditsMax > edits && Run(options with { EditsMax = options.EditsMax - edits }).Invariant == failed.Invariant)
            {
                options = options with { EditsMax = options.EditsMax - edits };
            }
        }

        return options;
    }

    private static void Play(World world)
    {
        var judge = new Judge(world);
        var (application, people) = (new ApplicationSide(world), new PeopleSide(world));
        var operators = new OperatorSide(world, application);
        Strays(world);
        people.Populate(world.Temper.Records(world.Options));
        EnsureLeases(world);
        var nodes = world.Random.Next(2, 4);
        for (var i = 1; i <= nodes; i++)
        {
            var node = new SimulatedNode(world, $"node{i}");
            world.Nodes.Add(node);
            world.After(TimeSpan.FromMilliseconds(world.Random.Next(0, 1500)), node.Start);
        }

        var busy = world.Temper.BusyTime(world.Options);
        PlanEdits(world, busy, application, people);
        people.Begin();
        application.Begin();
        operators.Begin();
        for (var i = 0; i < 2; i++)
        {
            if (world.Strikes(FaultKind.Outage, 0.15))
            {
                world.After(world.Drawn(FaultKind.Outage).NextDouble() * busy, () => world.Wire.BeginOutage(TimeSpan.FromSeconds(world.Drawn(FaultKind.Outage).NextDouble() * 4)));
            }
        }

        world.Run(busy + TimeSpan.FromSeconds(5));
        world.IsBusy = false;
        for (var i = 1; i <= 3; i++)
        {
            world.After(TimeSpan.FromSeconds(4 * i), application.Correct);
        }

        operators.Finish();

        ComeToRest(world, judge);
        if (world.Order == WriteOrder.Log)
        {
            // One that is tried again holds all others, so the last write may have been a moment ago: the feeds still have to read it.
            world.Run(world.Elapsed + TimeSpan.FromSeconds(6));
        }

        judge.AtTheEnd();
        var arrivals = world.Org.LastArrival;
        // What Salesforce said last may still have been on its way: its stamp goes to the row. In this time each feed does once whatever it does, however slow an answer is.
        var round = SimulatedNode.FeedIntervalMax + TimeSpan.FromSeconds(3);
        world.Run(world.Elapsed + round);
        var rows = Revisions(world);
        world.Run(world.Elapsed + round);
        if (world.Org.LastArrival != arrivals || Revisions(world) != rows)
        {
            throw new ViolationException("I7", "writes go on although nothing changes");
        }
    }

    private static void ComeToRest(World world, Judge judge)
    {
        // In ordered mode a record may wait for a long row of refusals, each after its retries.
        var quiet = world.Options.QuietTimeMax * (SimulatedMappings.AreCommon(world.Mappings) ? 1 : 4);
        var deadline = world.Elapsed + quiet;
        world.Run(world.Elapsed + TimeSpan.FromSeconds(13));
        var looked = TimeSpan.Zero;
        world.Run(deadline, () =>
        {
            if (world.Elapsed < looked)
            {
                return false;
            }

            looked = world.Elapsed + TimeSpan.FromSeconds(1);
            return judge.IsAtRest();
        });
        if (!judge.IsAtRest())
        {
            var (text, record) = judge.Unrest();
            throw new ViolationException("I7", $"no rest {quiet.TotalSeconds:0} s after the last edit: {text}", record);
        }
    }

    private static void PlanEdits(World world, TimeSpan busy, ApplicationSide application, PeopleSide people)
    {
        var random = world.Draws("edits");
        for (var i = 0; i < world.Temper.Edits(world.Options); i++)
        {
            // Bursts: many edits fall on few moments.
            var at = (random.Next(3) == 0 ? random.Next(10) / 10.0 : random.NextDouble()) * busy;
            world.After(at + TimeSpan.FromMilliseconds(random.Next(30)), random.Next(5) < 3 ? application.Edit : people.Edit);
        }
    }

    /// <summary>Makes the leases that nodes hold: of the shards, the coordinator and the feeds.</summary>
    public static void EnsureLeases(World world) => new MemoryTurnStore(world.Database).Leases.EnsureAsync(
        [.. Enumerable.Range(0, World.ShardCount), Addresses.Coordinator, .. world.Mappings.Select(mapping => Addresses.Feed(mapping.Number))], CancellationToken.None);

    private static long Revisions(World world) => world.Database.Tables.Values.Sum(table => table.Rows.Scan(null).Sum(row => row.Value.Revision));

    // What a record is told may be told again, later, after other things.
    private static void Strays(World world) => world.Database.Mail.Committed += (_, envelope) =>
    {
        if (envelope is { DueAt: null } && envelope.Address < World.ShardCount && world.Strikes(FaultKind.StrayEvents, 0.05))
        {
            world.After(TimeSpan.FromSeconds(world.Drawn(FaultKind.StrayEvents).NextDouble() * 8), () =>
            {
                var transaction = world.Database.Begin();
                var id = world.Database.NextId();
                world.Database.Mail.Write(transaction, id, envelope with { Id = id, DueAt = DateTimeOffset.MinValue });
                transaction.Commit();
            });
        }
    };
}
