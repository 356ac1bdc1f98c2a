namespace ActorSync.Simulation;

/// <summary>What each side and each actor saw, in order, for a person to read. Costs nothing unless it is asked for.</summary>
internal sealed class Trace(World world)
{
    private readonly List<(TimeSpan At, string Who, Guid? Record, string What)> _lines = [];

    /// <summary>Notes what happened.</summary>
    /// <param name="record">The record it is about; null: all of them.</param>
    public void Note(string who, Guid? record, Func<string> what)
    {
        if (world.Options.Traced)
        {
            _lines.Add((world.Elapsed, who, record, what()));
        }
    }

    /// <summary>The record a Salesforce id is linked to, if it is known.</summary>
    public Guid? RecordOf(string sfid) => world.Database.Links.Read(null, sfid)?.Actor?.Entity;

    /// <summary>The story of one record, or of all.</summary>
    public IEnumerable<string> Story(Guid? record) => _lines
        .Where(line => record is null || line.Record is null || line.Record == record)
        .Select(line => $"{line.At.TotalSeconds,9:0.0000} {line.Who,-12} {(line.Record is { } id ? id.ToString()[..4] : "    ")} {line.What}");
}

/// <summary>The log of a node as lines of the trace.</summary>
internal sealed class TraceWriter(Trace trace, string who) : TextWriter
{
    public override System.Text.Encoding Encoding => System.Text.Encoding.UTF8;

    public override void WriteLine(string? value) => trace.Note(who, null, () => $"says {value}");
}
