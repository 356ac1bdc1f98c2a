namespace ActorSync.Salesforce.Streaming;

/// <summary>Where one reading stands on each of its channels.</summary>
internal sealed class StreamPositions(IReadOnlyDictionary<string, ReplayPosition> from)
{
    private readonly Dictionary<string, ReplayPosition> positions = new(from, StringComparer.Ordinal);
    private readonly HashSet<string> heard = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Channels => positions.Keys;

    public ReplayPosition this[string channel] => positions[channel];

    /// <summary>True where the channel was heard before and nothing was said on it, so that nobody can tell what was said since.</summary>
    public bool IsLost(string channel) => heard.Contains(channel) && positions[channel] == ReplayPosition.Newest;

    public void Heard(string channel) => heard.Add(channel);

    public void Move(string channel, ReplayPosition to)
    {
        if (positions.ContainsKey(channel))
        {
            positions[channel] = to;
        }
    }
}
