using ActorSync.Domain.Mapping;

namespace ActorSync.Configuration;

/// <summary>Binds what Salesforce is asked to do with inserts and updates: <c>assignment-rule</c>, <c>duplicate-rules</c>, <c>field-truncation</c>. A mapping takes over from the defaults what it
/// can use; what it says itself must make sense for it.</summary>
internal static class WriteOptionsBinder
{
    public const string AssignmentRule = "assignment-rule";
    public const string DuplicateRules = "duplicate-rules";
    public const string FieldTruncation = "field-truncation";

    private const string Defaults = "actorsync.mapping-defaults.";
    private const string RuleForm = "write off, default, or the id of a rule such as \"01Q5g000000abcdEAA\"";
    private const string Off = "off";

    // Object key prefix of AssignmentRule (Object Reference).
    private const string RulePrefix = "01Q";

    /// <summary>The assignment rule of the defaults.</summary>
    public static AssignmentRuleChoice DefaultRule(SectionReader at) => at.Value(AssignmentRule, RuleForm, Rule) ?? AssignmentRuleChoice.Off;

    /// <summary>The options of a mapping. A rule belongs to one object: <paramref name="rules"/> holds those of the mappings before.</summary>
    public static MappingConfig Bind(SectionReader at, MappingConfig mapping, MappingDefaultsConfig defaults, Dictionary<string, (string Object, ConfigOrigin Origin)> rules)
    {
        var bound = mapping with
        {
            AssignmentRule = at.Has(AssignmentRule) ? OwnRule(at, mapping) : InheritedRule(at, mapping, defaults.AssignmentRule),
            DuplicateRules = Choice(at, DuplicateRules, ConfigChoices.DuplicateRules, defaults.DuplicateRules, mapping.Access),
            FieldTruncation = Choice(at, FieldTruncation, ConfigChoices.FieldTruncation, defaults.FieldTruncation, mapping.Access),
        };
        CheckOnce(at, bound, rules);
        return bound;
    }

    private static AssignmentRuleChoice OwnRule(SectionReader at, MappingConfig mapping)
    {
        var rule = at.Value(AssignmentRule, RuleForm, Rule) ?? AssignmentRuleChoice.Off;
        var complaint = Complaint(mapping, rule);
        if (complaint is null)
        {
            return rule;
        }

        at.Error(at.OriginOf(AssignmentRule), at.KeyOf(AssignmentRule), complaint.Value.Message, complaint.Value.Remedy);
        return AssignmentRuleChoice.Off;
    }

    private static AssignmentRuleChoice InheritedRule(SectionReader at, MappingConfig mapping, AssignmentRuleChoice inherited)
    {
        var rule = at.Value(AssignmentRule, RuleForm, Rule, inherited, Defaults + AssignmentRule)!;
        if (Complaint(mapping, rule) is null)
        {
            return rule;
        }

        at.Record(at.KeyOf(AssignmentRule), Off, at.OriginOf("object"));
        return AssignmentRuleChoice.Off;
    }

    private static (string Message, string Remedy)? Complaint(MappingConfig mapping, AssignmentRuleChoice rule) =>
        rule == AssignmentRuleChoice.Off || mapping.Object.Length == 0 ? null
        : !Is(mapping, "Account") && !Is(mapping, "Case") && !Is(mapping, "Lead") ? ($"{mapping.Object} has no assignment rules, only Account, Case and Lead have", "remove it")
        : mapping.Access == MappingAccess.ReadOnly ? NothingIsWritten
        : Is(mapping, "Account") && rule.Id is not null ? ("Account takes no rule by its id: all of its territory rules run, or none", $"write {AssignmentRule} = default")
        : null;

    private static (string Message, string Remedy) NothingIsWritten =>
        ("the mapping is read_only, nothing is written to Salesforce", "remove it, or write access = read_write in the mapping");

    // Object names are not case-sensitive in Salesforce.
    private static bool Is(MappingConfig mapping, string name) => mapping.Object.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static T Choice<T>(SectionReader at, string key, ConfigChoice<T> choice, T inherited, MappingAccess access)
        where T : struct, Enum
    {
        var isOwn = at.Has(key);
        var chosen = at.Choice(key, choice, inherited, Defaults + key);
        if (access == MappingAccess.ReadWrite || EqualityComparer<T>.Default.Equals(chosen, default))
        {
            return chosen;
        }

        if (isOwn)
        {
            at.Error(at.OriginOf(key), at.KeyOf(key), NothingIsWritten.Message, NothingIsWritten.Remedy);
        }
        else
        {
            at.Record(at.KeyOf(key), choice.Show(default), at.OriginOf("access"));
        }

        return default;
    }

    private static void CheckOnce(SectionReader at, MappingConfig mapping, Dictionary<string, (string Object, ConfigOrigin Origin)> rules)
    {
        var origin = at.OriginOf(AssignmentRule);
        if (mapping.AssignmentRule.Id is not { } id || rules.TryAdd(id, (mapping.Object, origin)))
        {
            return;
        }

        var (other, where) = rules[id];
        at.Error(origin, at.KeyOf(AssignmentRule), $"the rule {id} is that of {other} at {where}, and a rule belongs to one object", $"write {AssignmentRule} = default, or a rule of {mapping.Object}");
    }

    private static Bound<AssignmentRuleChoice> Rule(string text) =>
        text == Off ? Bound.To(AssignmentRuleChoice.Off, text)
        : text == "default" ? Bound.To(AssignmentRuleChoice.Default, text)
        : IdComplaint(text) is { } complaint ? Bound<AssignmentRuleChoice>.Wrong($"{SectionReader.Quote(text)} {complaint}")
        : Bound.To(new AssignmentRuleChoice(IsDefault: false, CanonicalValue.Id18(text)), CanonicalValue.Id18(text));

    private static string? IdComplaint(string text) =>
        text is not ['0', ..] ? "is neither off nor default nor the id of a rule"
        : !text.All(char.IsAsciiLetterOrDigit) ? "is no id: it holds more than letters and digits"
        : text.Length is not (15 or 18) ? $"is no id: it has {text.Length} characters, not 15 or 18"
        : !text.StartsWith(RulePrefix, StringComparison.Ordinal) ? $"is not the id of an assignment rule, which begins with {RulePrefix}"
        : CanonicalValue.Id18(text[..15]) != CanonicalValue.Id18(text) ? "is no id: its last three characters do not go with the others"
        : null;
}
