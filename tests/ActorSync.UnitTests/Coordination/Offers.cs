using System.Collections.Frozen;
using System.Text;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Records;

namespace ActorSync.UnitTests.Coordination;

/// <summary>Offered writes of accounts and contacts, called by short names.</summary>
internal static class Offers
{
    public const string ExternalId = "ActorSync_Id__c";
    public const string Parent = "Parent." + ExternalId;
    public const string PrimaryContact = "PrimaryContact__r." + ExternalId;
    public const string AccountOf = "Account." + ExternalId;
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static readonly IReadOnlyDictionary<short, ObjectMapping> Mappings = new[]
    {
        Mapping(1, "Account", Reference(Parent, "Parent", "Account"), Reference(PrimaryContact, "PrimaryContact__r", "Contact")),
        Mapping(2, "Contact", Reference(AccountOf, "Account", "Account")),
    }.ToFrozenDictionary(mapping => mapping.Number);

    public static OfferedWrite Account(string name, string? parent = null, string? contact = null, WriteOperation operation = WriteOperation.Insert) =>
        Write(1, name, operation, (Parent, parent), (PrimaryContact, contact));

    public static OfferedWrite Contact(string name, string? account = null, WriteOperation operation = WriteOperation.Insert) =>
        Write(2, name, operation, (AccountOf, account));

    public static string NameOf(OfferedWrite write) => Encoding.ASCII.GetString(write.Entity.ToByteArray()).TrimEnd();

    private static OfferedWrite Write(short mapping, string name, WriteOperation operation, params (string Field, string? Name)[] references) => new(
        mapping, Id(name), 1, operation, operation == WriteOperation.Insert ? null : name,
        FieldValues.From(references.Where(reference => reference.Name is not null).Select(reference => KeyValuePair.Create(reference.Field, (string?)Id(reference.Name!).ToString()))),
        FieldValues.Empty, Now);

    private static Guid Id(string name) => new(Encoding.ASCII.GetBytes(name.PadRight(16)));

    private static ObjectMapping Mapping(short number, string name, params FieldMapping[] fields) => new(
        number, name, "salesforce", name, MappingAccess.ReadWrite, ExternalId, "actorsync_id__c", ConflictPolicy.LatestWins, Side.Salesforce, TimeSpan.FromSeconds(2), [.. fields]);

    private static FieldMapping Reference(string name, string relationship, string parent) =>
        new(name, name, FieldKind.Parent, 0, 36, Creatable: true, Updatable: true, null) { Parent = new ParentLink(relationship, relationship, parent, ExternalId) };
}
