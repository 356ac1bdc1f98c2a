namespace ActorSync.Salesforce.Streaming;

/// <summary>Where one reading stands on each of its channels.</summary>
/// <param name="from">Where it starts.</param>
/// <param name="heard">Channels that were heard by any reading of the client; added to.</param>
internal sealed class StreamPositions(IReadOnlyDictionary<string, ReplayPosition> from, HashSet<string> heard)
{
    private readonly Dictionary<string, ReplayPosition> positions = new(from, StringComparer.Ordinal);

    public IReadOnlyCollection<string> Channels => positions.Keys;

    public ReplayPosition this[string channel] => positions[channel];

    /// <summary>True where the channel was heard before, by this reading or an earlier one, and there is no event to go on from, so that nobody can tell what was said since.</summary>
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
