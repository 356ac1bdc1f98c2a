using System.Collections.Immutable;
using ActorSync.Configuration.Hocon;

namespace ActorSync.Configuration;

/// <summary>Binds <c>actorsync.mappings</c>: which objects and fields are kept in which tables.</summary>
internal static class MappingBinder
{
    /// <summary>Most mapped objects.</summary>
    public const int MappingsMax = 500;

    /// <summary>Most fields of one mapping: Salesforce allows 800 custom fields per object.</summary>
    public const int FieldsMax = 1000;

    private const string MappingRemedy = "write { object = Account, fields = [Name, Phone] }";
    private const string FieldRemedy = "write a field such as Phone, { name = Phone, policy = salesforce-wins }, or a parent's external id such as Account.ActorSync_Id__c";

    private static readonly ImmutableDictionary<string, string> AlwaysMapped = ImmutableDictionary.CreateRange(StringComparer.OrdinalIgnoreCase,
        [KeyValuePair.Create("Id", "sfid"), KeyValuePair.Create("SystemModstamp", "systemmodstamp"), KeyValuePair.Create("IsDeleted", "isdeleted")]);

    public static MappingDefaultsConfig Defaults(SectionReader at)
    {
        var config = new MappingDefaultsConfig
        {
            Access = at.Choice("access", ConfigChoices.Access),
            ExternalId = at.Text("external-id", "write the API name of an external id field", FieldNameComplaint),
            Truncate = at.Choice("truncate", ConfigChoices.Truncate),
            Feed = at.Choice("feed", ConfigChoices.Feed),
            Mode = at.Choice("mode", ConfigChoices.Mode),
            Delete = at.Choice("delete", ConfigChoices.Delete),
            AssignmentRule = WriteOptionsBinder.DefaultRule(at),
            DuplicateRules = at.Choice(WriteOptionsBinder.DuplicateRules, ConfigChoices.DuplicateRules),
            FieldTruncation = at.Choice(WriteOptionsBinder.FieldTruncation, ConfigChoices.FieldTruncation),
        };
        at.Done();
        return config;
    }

    public static ImmutableArray<MappingConfig> Bind(SectionReader root, SyncConfig config)
    {
        var mappings = ImmutableArray.CreateBuilder<MappingConfig>();
        var objects = new Dictionary<string, ConfigOrigin>(StringComparer.OrdinalIgnoreCase);
        var tables = new Dictionary<string, ConfigOrigin>(StringComparer.Ordinal);
        var rules = new Dictionary<string, (string Object, ConfigOrigin Origin)>(StringComparer.Ordinal);
        foreach (var (index, item) in root.List("mappings", MappingsMax, $"write mappings = [ ... ] and in it, per object, {MappingRemedy[6..]}").Index())
        {
            var key = root.KeyOf($"mappings[{index}]");
            if (item is not HoconObject block)
            {
                root.Error(item.Origin, key, $"is {item.Kind}, not a block", MappingRemedy);
                continue;
            }

            var at = root.Item(key, block);
            var mapping = Mapping(at, config, rules);
            if (CheckOnce(at, objects, "object", mapping.Object))
            {
                CheckOnce(at, tables, "table", mapping.Table);
            }

            mappings.Add(mapping);
        }

        return mappings.ToImmutable();
    }

    private static MappingConfig Mapping(SectionReader at, SyncConfig config, Dictionary<string, (string Object, ConfigOrigin Origin)> rules)
    {
        var name = at.Text("object", "write object = Account, the API name of the object", ObjectNameComplaint);
        var externalId = at.Text(
            "external-id", "write the API name of an external id field", FieldNameComplaint, config.MappingDefaults.ExternalId, "actorsync.mapping-defaults.external-id");
        var policy = at.Choice("policy", ConfigChoices.Policy, config.Conflict.Policy, "actorsync.conflict.policy");
        var feed = at.Choice("feed", ConfigChoices.Feed, config.MappingDefaults.Feed, "actorsync.mapping-defaults.feed");
        var access = at.Choice("access", ConfigChoices.Access, config.MappingDefaults.Access, "actorsync.mapping-defaults.access");
        var mapping = new MappingConfig
        {
            Object = name,
            Table = Table(at, name),
            Access = access,
            ExternalId = externalId,
            Feed = feed,
            Mode = at.Choice("mode", ConfigChoices.Mode, config.MappingDefaults.Mode, "actorsync.mapping-defaults.mode"),
            Delete = at.Choice("delete", ConfigChoices.Delete, config.MappingDefaults.Delete, "actorsync.mapping-defaults.delete"),
            Policy = policy,
            TieBreak = at.Choice("tie-break", ConfigChoices.TieBreak, config.Conflict.TieBreak, "actorsync.conflict.tie-break"),
            Truncate = Truncate(at, config, access),
            Fields = Fields(at, externalId, policy, access, feed),
        };
        mapping = WriteOptionsBinder.Bind(at, mapping, config.MappingDefaults, rules);
        at.Done();
        return mapping;
    }

    private static TruncateConfig Truncate(SectionReader at, SyncConfig config, MappingAccess access)
    {
        var truncate = at.Choice("truncate", ConfigChoices.Truncate, config.MappingDefaults.Truncate, "actorsync.mapping-defaults.truncate");
        if (truncate == TruncateConfig.Delete && access == MappingAccess.ReadOnly)
        {
            at.Error(at.OriginOf("truncate"), at.KeyOf("truncate"), "the mapping is read_only, its rows are deleted in Salesforce only", "write truncate = refuse in the mapping");
        }

        return truncate;
    }

    private static string Table(SectionReader at, string name)
    {
        const string Remedy = "write table = a name of lower-case letters, digits and _, at most 63 bytes";
        if (at.OptionalValue("table", Remedy, text => SectionReader.CheckedText(text, SyncConfigBinder.PostgresNameComplaint)) is { } table)
        {
            return table;
        }

        var byDefault = name.ToLowerInvariant();
        if (name.Length > 0 && SyncConfigBinder.PostgresNameComplaint(byDefault) is { } complaint)
        {
            at.Error(at.OriginOf("object"), at.KeyOf("table"), $"the table of {name} would be named {byDefault}, which {complaint}", Remedy);
        }

        at.Record(at.KeyOf("table"), byDefault, at.OriginOf("object"));
        return byDefault;
    }

    private static bool CheckOnce(SectionReader at, Dictionary<string, ConfigOrigin> seen, string key, string name)
    {
        var origin = at.OriginOf(key);
        if (name.Length == 0 || seen.TryAdd(name, origin))
        {
            return true;
        }

        at.Error(origin, at.KeyOf(key), $"the {key} {name} is mapped already at {seen[name]}", key == "table" ? "write another table" : "join the two mappings");
        return false;
    }

    private static ImmutableArray<FieldConfig> Fields(SectionReader at, string externalId, ConflictPolicyConfig policy, MappingAccess access, FeedChoice feed)
    {
        var fields = ImmutableArray.CreateBuilder<FieldConfig>();
        var columns = new Dictionary<string, (string Name, ConfigOrigin Origin)>(StringComparer.Ordinal);
        foreach (var (index, item) in at.List("fields", FieldsMax, "write fields = [Name, Phone]").Index())
        {
            var key = at.KeyOf($"fields[{index}]");
            if (Field(at, key, item, policy, access, feed) is not { } field)
            {
                continue;
            }

            if (AlwaysMapped.TryGetValue(field.Name, out var column) || string.Equals(field.Name, externalId, StringComparison.OrdinalIgnoreCase))
            {
                at.Error(item.Origin, key, $"{field.Name} is always mapped, as the column {column ?? field.Column}", "remove it from fields");
            }
            else if (columns.TryGetValue(field.Column, out var other))
            {
                var message = field.Name == other.Name ? $"{field.Name} is named twice" : $"{field.Name} and {other.Name} would both be the column {field.Column}";
                at.Error(item.Origin, key, $"{message}, first at {other.Origin}", "remove one of them");
            }
            else
            {
                columns.Add(field.Column, (field.Name, item.Origin));
                fields.Add(field);
            }
        }

        at.Record(at.KeyOf("fields"), string.Join(", ", fields.Select(f => Show(f, policy))), at.OriginOf("fields"));
        return fields.ToImmutable();
    }

    private static string Show(FieldConfig field, ConflictPolicyConfig policy) =>
        (field.Policy == policy, field.Intent) switch
        {
            (true, false) => field.Name,
            (true, true) => $"{field.Name} (intent)",
            (false, var intent) => $"{field.Name} ({ConfigChoices.FieldPolicy.Show(field.Policy)}{(intent ? ", intent" : "")})",
        };

    private static FieldConfig? Field(SectionReader at, string key, HoconValue item, ConflictPolicyConfig policy, MappingAccess access, FeedChoice feed)
    {
        switch (item)
        {
            case HoconText { IsNull: false } text when PathComplaint(text.Text) is { } complaint:
                at.Error(item.Origin, key, $"{SectionReader.Quote(text.Text)} {complaint}", FieldRemedy);
                return null;
            case HoconText { IsNull: false } text:
                return new() { Name = text.Text, Policy = policy };
            case HoconObject block:
                var inner = at.Item(key, block);
                var name = inner.Text("name", "write name = Phone, the API name of the field", PathComplaint);
                var own = Policy(inner, policy, at.KeyOf("policy"), feed);
                var intent = Intent(inner, access);
                inner.Done();
                return name.Length == 0 ? null : new() { Name = name, Policy = own, Intent = intent };
            default:
                at.Error(item.Origin, key, $"is {item.Kind}, not a field", FieldRemedy);
                return null;
        }
    }

    private static ConflictPolicyConfig Policy(SectionReader at, ConflictPolicyConfig policy, string source, FeedChoice feed)
    {
        var own = at.Choice("policy", ConfigChoices.FieldPolicy, policy, source);
        if (own == ConflictPolicyConfig.Counter && feed != FeedChoice.ChangeEvents)
        {
            at.Error(
                at.OriginOf("policy"), at.KeyOf("policy"), "counter needs change events: only they show what a write of ours overwrote",
                "write feed = cdc in the mapping, or latest-wins, salesforce-wins, postgres-wins or manual");
        }

        return own;
    }

    private static bool Intent(SectionReader at, MappingAccess access)
    {
        var intent = at.OptionalValue("intent", "write true or false", text => text switch
        {
            "true" => Bound.To(true, text),
            "false" => Bound.To(false, text),
            _ => Bound<bool>.Wrong($"{SectionReader.Quote(text)} is neither true nor false"),
        });
        if (intent && access == MappingAccess.ReadOnly)
        {
            at.Error(at.OriginOf("intent"), at.KeyOf("intent"), "the mapping is read_only, nothing is said to Salesforce", "remove it, or write access = read_write in the mapping");
        }

        return intent;
    }

    /// <summary>A field, or relationship and external id field with a dot between.</summary>
    private static string? PathComplaint(string text)
    {
        var parts = text.Split('.');
        return parts.Length > 2 ? "goes further than the direct parent"
            : parts.Select(NameComplaint).FirstOrDefault(c => c is not null) ?? ColumnComplaint(text);
    }

    private static string? FieldNameComplaint(string text) =>
        text.Equals("Id", StringComparison.OrdinalIgnoreCase) ? "is no external id field" : NameComplaint(text) ?? ColumnComplaint(text);

    private static string? ColumnComplaint(string field)
    {
        var column = FieldConfig.ColumnOf(field);
        return column.Length > SyncConfigBinder.PostgresNameBytesMax
            ? $"would be the column {column} of {column.Length} bytes; PostgreSQL cuts names at {SyncConfigBinder.PostgresNameBytesMax}"
            : null;
    }

    private static string? ObjectNameComplaint(string text) => NameComplaint(text);

    private static string? NameComplaint(string text) =>
        text.Length == 0 ? "is empty or has an empty part"
        : !char.IsAsciiLetter(text[0]) ? "does not begin with a letter"
        : !text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? "holds more than letters, digits and _"
        : null;
}
