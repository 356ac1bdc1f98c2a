using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ActorSync.Domain.Records;

namespace ActorSync.Feeds;

/// <summary>What the polls have mailed already, so that the overlap of each poll is not mailed again. Compared by the digest of their values, not by stamp alone: two changes of
/// one second carry the same stamp. Only a saving: telling a record something twice changes nothing. At most <see cref="ImagesMax"/>, then it starts afresh.</summary>
internal sealed class SeenImages
{
    /// <summary>Images remembered.</summary>
    public const int ImagesMax = 200_000;

    private readonly Dictionary<string, (DateTimeOffset Stamp, bool Deleted, UInt128 Fields)> _seen = new(StringComparer.Ordinal);

    public bool IsNews(ReadRecord image) =>
        !_seen.TryGetValue(image.Sfid, out var seen)
        || seen.Stamp != image.SystemModstamp || seen.Deleted != image.Deleted || seen.Fields != Digest(image.Fields);

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
            _seen[image.Sfid] = (image.SystemModstamp, image.Deleted, Digest(image.Fields));
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

    // Half of SHA-256: two values of one digest do not happen, however they are chosen, and what was mailed need not be kept to be recognised.
    private static UInt128 Digest(FieldValues fields)
    {
        var text = ArrayPool<char>.Shared.Rent(fields.Sum(field => field.Key.Length + (field.Value?.Length ?? 0) + 2));
        var length = 0;
        foreach (var (name, value) in fields)
        {
            name.CopyTo(0, text, length, name.Length);
            length += name.Length;

            // No value has these two characters: Salesforce stores no half of a pair.
            text[length++] = value is null ? '\uDC00' : '\uDC01';
            value?.CopyTo(0, text, length, value.Length);
            length += value?.Length ?? 0;
            text[length++] = '\uDC02';
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan(0, length)), digest);
        ArrayPool<char>.Shared.Return(text);
        return MemoryMarshal.Read<UInt128>(digest);
    }
}
