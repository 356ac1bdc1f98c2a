using System.Text;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;

namespace ActorSync.UnitTests.Submissions;

/// <summary>Waiting writes, with records called by short names.</summary>
internal static class Waiting
{
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>The account of a name of at most 15 characters.</summary>
    public static RecordId Id(string name, short mapping = 1) => new(mapping, new Guid(Encoding.ASCII.GetBytes(name.PadRight(16))));

    public static string NameOf(RecordId id) => Encoding.ASCII.GetString(id.ExternalId.ToByteArray()).TrimEnd();

    /// <summary>A birth of an account that refers to others.</summary>
    public static WaitingWrite Birth(long key, string name, params string[] parents) => Write(key, name, WriteOperation.Insert, parents);

    /// <summary>An update of an account that refers to others.</summary>
    public static WaitingWrite Update(long key, string name, params string[] parents) => Write(key, name, WriteOperation.Update, parents);

    private static WaitingWrite Write(long key, string name, WriteOperation operation, string[] parents) => new(
        key, new Lane(1, operation), Id(name), [.. parents.Select(parent => new ParentReference($"to {parent}", Id(parent), CanFollow: true))], Now, Alone: false);
}
