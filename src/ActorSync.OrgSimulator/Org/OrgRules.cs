namespace ActorSync.OrgSimulator.Org;

/// <summary>Finds a record a duplicate if a live record of its object has the same value in a field, whatever its case.</summary>
/// <param name="Type">API name of the object.</param>
/// <param name="Field">API name of the field. An empty value is nobody's duplicate.</param>
/// <param name="Blocks">The rule's action is to block: the record is refused even where the caller allows the save.</param>
public sealed record DuplicateRule(string Type, string Field, bool Blocks = false);

/// <summary>Gives every case or lead that is created or updated with it to one user.</summary>
/// <param name="Id">Id of the rule, 15 or 18 characters.</param>
/// <param name="Type">Case or Lead; the org has no territories.</param>
/// <param name="Owner">User name of the new owner.</param>
/// <param name="IsActive">It is the one that runs for callers who ask for the default rule; one of an object at most.</param>
public sealed record AssignmentRule(string Id, string Type, string Owner, bool IsActive = true);

/// <summary>The org's duplicate and assignment rules, for the calls of all surfaces.</summary>
internal sealed class OrgRules
{
    private readonly IReadOnlyList<(ObjectDefinition Type, int Ordinal, bool Blocks)> _duplicates;
    private readonly Dictionary<string, (ObjectDefinition Type, string OwnerId)> _byId;
    private readonly Dictionary<ObjectDefinition, string> _active;

    /// <exception cref="ArgumentException">A rule names an object, a field or a user that is not there, or its id is none.</exception>
    public OrgRules(OrgSchema schema, OrgOptions options, IReadOnlyList<UserInfo> users)
    {
        _duplicates = [.. options.DuplicateRules.Select(rule => Resolve(schema, rule))];
        var rules = options.AssignmentRules.Select(rule => (Rule: rule, Type: Assigned(schema, rule), Owner: Owner(users, rule))).ToList();
        _byId = rules.ToDictionary(rule => RuleId(rule.Rule), rule => (rule.Type, rule.Owner), StringComparer.Ordinal);
        _active = rules.Where(rule => rule.Rule.IsActive).ToDictionary(rule => rule.Type, rule => rule.Owner);
    }

    private OrgRules() => (_duplicates, _byId, _active) = ([], [], []);

    public static OrgRules None { get; } = new();

    /// <summary>The error of a record that duplicates a live one in a field it is given now. A rule that does not block asks a person whether to save; a caller answers by its header.</summary>
    public List<RecordError> Duplicates(DmlCall call, RecordDraftInSave draft, StoredRecord record) =>
        _duplicates.Any(rule => rule.Type == draft.Definition && (rule.Blocks || !call.Context.SaveDuplicates) && IsDuplicate(call.Store, draft, record, rule.Ordinal))
            ? [new RecordError("DUPLICATES_DETECTED", "Use one of these records?", [])]
            : [];

    /// <summary>Sets the owner by the rule the caller asked for; without one the owner stays as it is.</summary>
    public List<RecordError> Assign(DmlCall call, RecordDraftInSave draft)
    {
        int owner = draft.Definition.Ordinal("OwnerId");
        if (call.Context.AssignmentRuleId is { } named && draft.Definition.Name is "Case" or "Lead")
        {
            if (!SalesforceId.TryNormalize(named, out string? id) || !_byId.TryGetValue(id, out (ObjectDefinition Type, string OwnerId) rule) || rule.Type != draft.Definition)
            {
                return [RecordSaver.Unknown];
            }

            draft.Values[owner] = rule.OwnerId;
        }
        else if (call.Context.UseDefaultRule && _active.TryGetValue(draft.Definition, out string? active))
        {
            draft.Values[owner] = active;
        }

        return [];
    }

    private static bool IsDuplicate(OrgStore store, RecordDraftInSave draft, StoredRecord record, int ordinal) =>
        FieldText.Format(draft.Values[ordinal]) is { Length: > 0 } text
        && (draft.IsNew || !Equals(record.Values[ordinal], draft.Values[ordinal]))
        && store.Table(draft.Definition).ById(null).Any(other =>
            other != record && !other.IsDeleted && text.Equals(FieldText.Format(other.Values[ordinal]), StringComparison.OrdinalIgnoreCase));

    private static (ObjectDefinition, int, bool) Resolve(OrgSchema schema, DuplicateRule rule)
    {
        ObjectDefinition type = Type(schema, rule.Type);
        int ordinal = type.Ordinal(rule.Field);
        return ordinal >= 0 ? (type, ordinal, rule.Blocks) : throw new ArgumentException($"A duplicate rule names {rule.Type}.{rule.Field}, which is not there.");
    }

    private static string RuleId(AssignmentRule rule) =>
        SalesforceId.TryNormalize(rule.Id, out string? id) && id.StartsWith("01Q", StringComparison.Ordinal)
            ? id
            : throw new ArgumentException($"The assignment rule {rule.Id} has no id of an assignment rule, which begins with 01Q.");

    private static ObjectDefinition Assigned(OrgSchema schema, AssignmentRule rule) =>
        rule.Type is "Case" or "Lead" ? Type(schema, rule.Type) : throw new ArgumentException($"The assignment rule {rule.Id} is for {rule.Type}; only Case and Lead have some here.");

    private static ObjectDefinition Type(OrgSchema schema, string name) =>
        schema.Find(name) ?? throw new ArgumentException($"A rule names the object {name}, which is not there.");

    private static string Owner(IReadOnlyList<UserInfo> users, AssignmentRule rule) =>
        users.FirstOrDefault(user => user.Username == rule.Owner)?.Id ?? throw new ArgumentException($"The assignment rule {rule.Id} names the user {rule.Owner}, who is not there.");
}
