using System.Text.RegularExpressions;
using ActorSync.OrgSimulator.Org.Formulas;

namespace ActorSync.OrgSimulator.Org.SchemaFiles;

/// <summary>Reads validation rules and before-save rules of a schema file.</summary>
internal static class RuleSections
{
    private static readonly TimeSpan RegexTime = TimeSpan.FromSeconds(1);

    /// <param name="json">Where the rule stands.</param>
    /// <param name="uses">Takes each field path that the rule reads or writes, with the key it stands under.</param>
    public static ValidationRule? Validation(JsonSection json, Action<string, string> uses)
    {
        string name = json.RequiredText("name");
        string condition = json.RequiredText("condition");
        string message = json.RequiredText("message");
        string? field = json.Text("field");
        json.RefuseOthers();
        if (condition.Length == 0 || FieldSection.ParseFormula(json, "condition", condition) is not { } formula)
        {
            return null;
        }

        Use(uses, "condition", formula, "field", field);
        return new ValidationRule(name, formula.IsTrue, message, field);
    }

    /// <inheritdoc cref="Validation"/>
    public static BeforeSaveRule? BeforeSave(JsonSection json, Action<string, string> uses)
    {
        string field = json.RequiredText("field");
        string name = json.Text("name") ?? $"Rewrite {field}";
        Formula? when = json.Text("when") is { } text ? FieldSection.ParseFormula(json, "when", text) : null;
        Func<RecordDraft, string?, object?>? rewrite = Rewrite(json, uses);
        json.RefuseOthers();
        if (rewrite is null || field.Length == 0)
        {
            return null;
        }

        Use(uses, "when", when, "field", field);
        return new BeforeSaveRule(name, draft =>
        {
            if (when is null || when.IsTrue(draft))
            {
                draft.Set(field, rewrite(draft, FieldText.Format(draft[field])));
            }
        });
    }

    private static void Use(Action<string, string> uses, string formulaKey, Formula? formula, string fieldKey, string? field)
    {
        foreach (string path in formula?.Fields ?? [])
        {
            uses(formulaKey, path);
        }

        if (!string.IsNullOrEmpty(field))
        {
            uses(fieldKey, field);
        }
    }

    private static Func<RecordDraft, string?, object?>? Rewrite(JsonSection json, Action<string, string> uses)
    {
        bool upper = json.Flag("upperCase");
        bool lower = json.Flag("lowerCase");
        string? prefix = json.Text("prefix");
        string? pattern = json.Text("pattern");
        string replacement = json.Text("replacement") ?? "";
        string? formulaText = json.Text("formula");
        if (new[] { upper, lower, prefix is not null, pattern is not null, formulaText is not null }.Count(given => given) != 1)
        {
            json.Wrong("field", "the rule needs one of upperCase, lowerCase, prefix, pattern (with replacement) or formula");
            return null;
        }

        if (pattern is not null)
        {
            return ParsePattern(json, pattern) is { } regex ? (_, value) => value is null ? null : regex.Replace(value, replacement) : null;
        }

        if (formulaText is not null)
        {
            Formula? formula = FieldSection.ParseFormula(json, "formula", formulaText);
            Use(uses, "formula", formula, "", null);
            return formula is null ? null : (draft, _) => formula.Evaluate(draft);
        }

        return prefix is not null
            ? (_, value) => value is null || value.StartsWith(prefix, StringComparison.Ordinal) ? value : prefix + value
            : (_, value) => upper ? value?.ToUpperInvariant() : value?.ToLowerInvariant();
    }

    private static Regex? ParsePattern(JsonSection json, string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.None, RegexTime);
        }
        catch (ArgumentException e)
        {
            json.Wrong("pattern", e.Message);
            return null;
        }
    }
}
