using ActorSync.Domain.Records;

namespace ActorSync.Feeds;

/// <summary>What the polls have mailed already, so that the overlap of each poll is not mailed again. Compared by values, not by stamp alone: two changes of
/// one second carry the same stamp. Only a saving: telling a record something twice changes nothing. At most <see cref="ImagesMax"/>, then it starts afresh.</summary>
internal sealed class SeenImages
{
    /// <summary>Images remembered.</summary>
    public const int ImagesMax = 200_000;

    private readonly Dictionary<string, (DateTimeOffset Stamp, bool Deleted, FieldValues Fields)> _seen = new(StringComparer.Ordinal);

    public bool IsNews(ReadRecord image) =>
        !_seen.TryGetValue(image.Sfid, out var seen)
        || seen.Stamp != image.SystemModstamp || seen.Deleted != image.Deleted || !seen.Fields.Equals(image.Fields);

    /// <summary>False when a poll has shown this deletion, or a later life of the record.</summary>
    public bool IsDeletionNews(string sfid, DateTimeOffset deletedAt) =>
        !_seen.TryGetValue(sfid, out var seen) || (!seen.Deleted && seen.Stamp <= deletedAt);

    public void Remember(IEnumerable<ReadRecord> images)
    {
        if (_seen.Count > ImagesMax)
        {
            _seen.Clear();
        }

        foreach (var image in images)
        {
            _seen[image.Sfid] = (image.SystemModstamp, image.Deleted, image.Fields);
        }
    }

    /// <summary>These are deleted, as something else than a poll has shown: should they live again under the stamp they had, a poll has news.</summary>
    public void RememberDeleted(IEnumerable<string> sfids)
    {
        foreach (var sfid in sfids)
        {
            if (_seen.TryGetValue(sfid, out var seen))
            {
                _seen[sfid] = (seen.Stamp, true, seen.Fields);
            }
        }
    }

    /// <summary>What was mailed of these is mailed again.</summary>
    public void Forget(IEnumerable<string> sfids)
    {
        foreach (var sfid in sfids)
        {
            _seen.Remove(sfid);
        }
    }

    public void ForgetBefore(DateTimeOffset stamp)
    {
        foreach (var sfid in _seen.Where(entry => entry.Value.Stamp < stamp).Select(entry => entry.Key).ToArray())
        {
            _seen.Remove(sfid);
        }
    }
}
