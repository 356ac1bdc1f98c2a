using System.Text;
using System.Text.Json;
using ActorSync.OrgSimulator.Org.Changes;
using ActorSync.OrgSimulator.Streaming;
using ActorSync.UnitTests.OrgSimulator;

namespace ActorSync.UnitTests.OrgSimulatorStreaming;

/// <summary>A test org whose changes are recorded from its first moment.</summary>
internal sealed class RecordedOrg
{
    public RecordedOrg(string? objectsJson = null, ChangeEventOptions? options = null)
    {
        Org = new TestOrg(objectsJson);
        Log = Org.Model.RecordChangeEvents(options ?? new ChangeEventOptions());
    }

    public TestOrg Org { get; }

    public ChangeEventLog Log { get; }

    /// <summary>Events published by what a test does.</summary>
    public IReadOnlyList<OrgChangeEvent> Published(Action act)
    {
        var last = Log.Last;
        act();
        return Log.After(last);
    }

    /// <summary>Kind, records and fields of events, one a line: <c>Update Account 1: Phone=2</c>. Stamps and owners are left out.</summary>
    public static string[] Told(IEnumerable<OrgChangeEvent> events) =>
    [
        .. events.Select(e => $"{e.Kind} {e.Definition.Name} {e.RecordIds.Count}: {string.Join(", ", e.Fields.Where(f => !IsStamp(f.Field.Name)).Select(f => $"{f.Field.Name}={f.Value}"))}".TrimEnd(' ')),
    ];

    /// <summary>An event as it goes over the wire.</summary>
    public static string Json(OrgChangeEvent change, bool namesNulls = false)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { SkipValidation = true }))
        {
            new ChangeEventJson(namesNulls).Write(json, "/data/AccountChangeEvent", change);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static bool IsStamp(string field) => field is "CreatedDate" or "CreatedById" or "LastModifiedDate" or "LastModifiedById" or "OwnerId" or "SystemModstamp";
}
