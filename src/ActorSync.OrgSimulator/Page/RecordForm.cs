using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Page;

/// <summary>What a form holds: current text of each input, and the text it was opened with, so that only what the person changed is saved.</summary>
internal sealed record FormValues(IReadOnlyDictionary<string, string> Now, IReadOnlyDictionary<string, string> Was);

/// <summary>The inputs of a record, each with its error.</summary>
internal static class RecordForm
{
    public const string Was = "was.";
    public const string Field = "f.";

    public static IEnumerable<FieldDefinition> Editable(ObjectDefinition type, bool isNew) =>
        type.Fields.Where(f => f.Type != FieldType.Id && !f.Calculated && (isNew ? f.Createable : f.Updateable));

    public static Html Render(ObjectDefinition type, FormValues values, IReadOnlyList<RecordError> errors, bool isNew) =>
        $"<div class=\"fields\">{Editable(type, isNew).Select(f => Row(f, values, Message(f, errors)))}</div>";

    /// <summary>Errors that name no field of the form; they go above it.</summary>
    public static IEnumerable<RecordError> Unplaced(ObjectDefinition type, IReadOnlyList<RecordError> errors, bool isNew) =>
        errors.Where(e => !Editable(type, isNew).Any(f => Names(e, f)));

    private static string? Message(FieldDefinition field, IReadOnlyList<RecordError> errors) => errors.FirstOrDefault(e => Names(e, field))?.Message;

    private static bool Names(RecordError error, FieldDefinition field) => error.Fields.Contains(field.Name, StringComparer.OrdinalIgnoreCase);

    private static Html Row(FieldDefinition field, FormValues values, string? error)
    {
        var now = values.Now.GetValueOrDefault(field.Name, "");
        var was = values.Was.GetValueOrDefault(field.Name, "");
        Html message = error is null ? Html.None : $"<div class=\"error\" id=\"e.{field.Name}\">{error}</div>";
        var needed = field.Nillable || field.DefaultedOnCreate || field.Type == FieldType.Boolean ? "" : " *";
        return $"""
            <div class="{(error is null ? "" : "bad-field")}"><label for="{Field}{field.Name}">{field.Label}{needed} <code>{field.Name}</code>{Hint(field)}</label>
            <input type="hidden" name="{Was}{field.Name}" value="{was}">{Input(field, now)}{message}</div>
            """;
    }

    private static string Hint(FieldDefinition field) => field.Type switch
    {
        FieldType.DateTime => " (UTC)",
        FieldType.Reference => $" (id of {string.Join(" or ", field.ReferenceTo)})",
        _ => "",
    };

    private static Html Input(FieldDefinition field, string now) => field.Type switch
    {
        FieldType.Boolean => Check(field, now == "true"),
        FieldType.Picklist => Select(field, [now], multiple: false),
        FieldType.Multipicklist => Select(field, now.Split(';', StringSplitOptions.RemoveEmptyEntries), multiple: true),
        FieldType.TextArea => $"<textarea id=\"{Field}{field.Name}\" name=\"{Field}{field.Name}\" rows=\"3\">\n{now}</textarea>",
        FieldType.Date => Typed(field, now, "date"),
        FieldType.DateTime => Typed(field, now, "datetime-local"),
        FieldType.Time => Typed(field, now, "time"),
        FieldType.Email => Typed(field, now, "email"),
        FieldType.Url => Typed(field, now, "url"),
        FieldType.Phone => Typed(field, now, "tel"),
        _ => Typed(field, now, "text"),
    };

    private static Html Typed(FieldDefinition field, string now, string type)
    {
        Html extra = type switch
        {
            "datetime-local" or "time" => $" step=\"1\"",
            "text" when field.IsNumber => $" inputmode=\"decimal\"",
            _ => Html.None,
        };
        return $"<input id=\"{Field}{field.Name}\" name=\"{Field}{field.Name}\" type=\"{type}\"{extra} value=\"{now}\">";
    }

    private static Html Check(FieldDefinition field, bool on)
    {
        Html state = on ? $" checked" : Html.None;
        return $"<input id=\"{Field}{field.Name}\" name=\"{Field}{field.Name}\" type=\"checkbox\" value=\"true\"{state}>";
    }

    private static Html Select(FieldDefinition field, string[] now, bool multiple)
    {
        var values = field.PicklistValues.Where(v => v.Active).Select(v => (v.Value, Label: v.Label ?? v.Value)).ToList();
        values.AddRange(now.Where(n => n.Length > 0 && !values.Exists(v => v.Value == n)).Select(n => (n, n)));
        if (!multiple)
        {
            values.Insert(0, ("", ""));
        }

        Html many = multiple ? $" multiple size=\"4\"" : Html.None;
        return $"<select id=\"{Field}{field.Name}\" name=\"{Field}{field.Name}\"{many}>{values.Select(v => Option(v.Value, v.Label, now.Contains(v.Value)))}</select>";
    }

    private static Html Option(string value, string label, bool chosen)
    {
        Html state = chosen ? $" selected" : Html.None;
        return $"<option value=\"{value}\"{state}>{label}</option>";
    }
}
