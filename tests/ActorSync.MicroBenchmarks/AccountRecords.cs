using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ActorSync.Bench;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;
using ActorSync.Salesforce.Soap;

namespace ActorSync.MicroBenchmarks;

/// <summary>The records of <see cref="AccountRows"/> in memory: eight fields, about 200 bytes of values, numbered from zero on.</summary>
internal static class AccountRecords
{
    /// <summary>Number of the mapping.</summary>
    public const short Number = 1;

    private static readonly string[] Industries = ["Agriculture", "Banking", "Education", "Energy", "Retail", "Technology"];
    private static readonly string[] Cities = ["San Francisco", "Chicago", "Berlin", "Osaka", "London"];

    /// <summary>When everything happens.</summary>
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>As provisioning plans it.</summary>
    public static ObjectMapping Mapping { get; } = new(
        Number, AccountRows.Object, "salesforce", "account", MappingAccess.ReadWrite, AccountRows.ExternalId, "actorsync_id__c",
        ConflictPolicy.LatestWins, Side.Salesforce, TimeSpan.FromSeconds(2),
        [
            .. AccountRows.Fields.Select(name => new FieldMapping(
                name, Column(name), name == "NumberOfEmployees" ? FieldKind.Number : FieldKind.Text, 0, name == "Description" ? 32_000 : 255, Creatable: true, Updatable: true, Policy: null)),
            new FieldMapping(AccountRows.ExternalId, Column(AccountRows.ExternalId), FieldKind.Text, 0, 36, Creatable: true, Updatable: true, Policy: null),
        ]);

    /// <summary>By number.</summary>
    public static IReadOnlyDictionary<short, ObjectMapping> Mappings { get; } = new Dictionary<short, ObjectMapping> { [Number] = Mapping };

    /// <summary>As the node runs it.</summary>
    public static RecordActor Actor { get; } = new(Mappings);

    /// <summary>Its external id.</summary>
    public static Guid Entity(int record) => new(record * 7919, 0x5a43, 0x4c0e, 0x9c, 0x0b, 0x0f, 0x1b, (byte)(record >> 24), (byte)(record >> 16), (byte)(record >> 8), (byte)record);

    /// <summary>Its id in Salesforce.</summary>
    public static string Sfid(int record) => CanonicalValue.Id18(string.Create(CultureInfo.InvariantCulture, $"0015g{record:0000000000}"));

    /// <summary>Its canonical values by API name; the external id is not among them.</summary>
    public static FieldValues Fields(int record) => FieldValues.From(AccountRows.Fields.Zip(Values(record), KeyValuePair.Create));

    /// <summary>Its values by column as the change log has them: jsonb writes shorter names first.</summary>
    public static string Json(int record) => Written(AccountRows.Fields.Zip(Values(record)).ToDictionary(pair => Column(pair.First), pair => pair.Second, StringComparer.Ordinal));

    /// <summary>Columns with their values as the change log has them.</summary>
    public static string Written(IReadOnlyDictionary<string, string?> columns) => JsonSerializer.Serialize(
        columns.OrderBy(column => column.Key.Length).ThenBy(column => column.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal), RecordJson.Default.DictionaryStringString);

    /// <summary>As it travels: a birth by external id.</summary>
    public static SoapRecord Birth(int record) => new(
        null, Fields(record).With(AccountRows.ExternalId, Entity(record).ToString()).ToDictionary(StringComparer.Ordinal), SoapRecord.NoParents);

    /// <summary>Its values as both APIs answer them, in the order of a query: id, stamp, external id, fields.</summary>
    public static IEnumerable<(string Name, string? Value)> Answered(int record) =>
        [("Id", Sfid(record)), ("SystemModstamp", "2026-01-02T03:04:04.000Z"), (AccountRows.ExternalId, Entity(record).ToString()), .. AccountRows.Fields.Zip(Values(record))];

    /// <summary>Its row was inserted.</summary>
    public static CapturedChange Inserted(int record) => new(record + 1, "900", Now, Number, 'I', Entity(record), record + 1, 1, null, Json(record));

    /// <summary>Its description was changed.</summary>
    public static CapturedChange Updated(int record) => new(
        record + 1, "901", Now, Number, 'U', Entity(record), record + 1, 3, """{"description": "Record 1 of a benchmark; it says as much as a short note of a salesperson does."}""",
        """{"description": "A note of transaction 901 about number 1"}""");

    /// <summary>The answer to its birth.</summary>
    public static RecordMessage.WriteConfirmed Confirmed(int record) => new(1, new Guid(1, 2, 3, new byte[8]), Sfid(record), Now.AddSeconds(1));

    /// <summary>It takes one message, folds its events, offers a write if it has one, as a turn has it do.</summary>
    public static (RecordState State, List<RecordEvent> Events) Take(int record, RecordState state, RecordMessage message, DateTimeOffset now)
    {
        var id = new ActorId(Number, Entity(record));
        var events = new List<RecordEvent>();
        state = Fold(state, Actor.Decide(id, state, message, now), events);
        return (Fold(state, Actor.Settle(id, state, now), events), events);
    }

    private static RecordState Fold(RecordState state, ImmutableArray<RecordEvent> decided, List<RecordEvent> events)
    {
        foreach (var @event in decided)
        {
            state = Actor.Evolve(state, @event);
            events.Add(@event);
        }

        return state;
    }

    private static string Column(string field) => field.ToLowerInvariant();

    private static string?[] Values(int i) =>
    [
        $"Northwind {i} Logistics", $"+1 555 {i % 10_000_000:0000000}", $"https://www.example.com/accounts/{i}", Industries[i % Industries.Length], i % 2 == 0 ? "Prospect" : "Other",
        Cities[i % Cities.Length], (1 + (i % 20_000)).ToString(CultureInfo.InvariantCulture), $"Record {i} of a benchmark; it says as much as a short note of a salesperson does.",
    ];
}
