using System.Text.Json;
using ActorSync.OrgSimulator.Org.Formulas;
using static ActorSync.OrgSimulator.Org.FieldFactory;

namespace ActorSync.OrgSimulator.Org.SchemaFiles;

/// <summary>
/// Custom objects, and fields and rules added to standard ones, from a JSON file: <c>{"objects": [{"object": "Invoice__c", "label": "Invoice", "fields": [...], "validationRules": [...], "beforeSaveRules": [...]}]}</c>.
/// A custom object gets Id, Name, owner (or master), audit fields and ActorSync_Id__c by itself, and the key prefixes a00, a01 ...
/// All errors are reported at once.
/// </summary>
public sealed class OrgSchemaFile
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly SchemaErrors _errors;
    private readonly List<ObjectDefinition> _objects;
    private readonly List<(JsonSection At, string Key, string Type, string FieldPath)> _uses = [];
    private int _customObjects;

    private OrgSchemaFile(string file, OrgSchema schema)
    {
        _errors = new SchemaErrors(file);
        _objects = [.. schema.Objects];
    }

    /// <summary>Reads a file and adds what it holds to the standard objects.</summary>
    /// <exception cref="OrgSchemaException">It cannot be read or has errors.</exception>
    public static OrgSchema Load(string path)
    {
        string json;
        try
        {
            json = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OrgSchemaException([$"{path}: cannot be read: {e.Message}"]);
        }

        return Parse(json, path);
    }

    /// <summary>Adds what the text holds to <paramref name="schema"/>, the standard objects by default.</summary>
    /// <param name="json">The text of the file.</param>
    /// <param name="file">Its name, for errors.</param>
    /// <param name="schema">What to add to.</param>
    /// <exception cref="OrgSchemaException">All errors of the file.</exception>
    public static OrgSchema Parse(string json, string file, OrgSchema? schema = null)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Lenient);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new OrgSchemaException([$"{file}: $: must be an object in braces with the key objects"]);
            }

            return new OrgSchemaFile(file, schema ?? StandardObjects.Schema()).Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new OrgSchemaException([$"{file}: line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}: no valid JSON"]);
        }
    }

    private OrgSchema Read(JsonElement root)
    {
        var json = new JsonSection(root, "$", _errors);
        if (!json.Has("objects"))
        {
            _errors.Add("$", "objects is missing");
        }

        foreach (JsonSection section in json.Sections("objects"))
        {
            Add(section);
        }

        json.RefuseOthers();
        if (_errors.All.Count > 0)
        {
            throw new OrgSchemaException(_errors.All);
        }

        var schema = new OrgSchema(_objects);
        CheckUses(schema);
        CheckRollUps(schema, json);
        return _errors.All.Count > 0 ? throw new OrgSchemaException(_errors.All) : schema;
    }

    private void Add(JsonSection json)
    {
        string name = json.RequiredText("object");
        int known = _objects.FindIndex(o => o.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (known < 0 && !name.EndsWith("__c", StringComparison.Ordinal))
        {
            json.Wrong("object", $"\"{name}\" is no standard object of the simulator, and custom objects end in __c");
        }

        string label = json.Text("label") ?? name.Replace("__c", "", StringComparison.Ordinal).Replace('_', ' ');
        string plural = json.Text("labelPlural") ?? label + "s";
        string? nameLabel = json.Text("nameLabel");
        bool autoNumberName = json.Flag("autoNumberName");
        FieldDefinition[] fields = [.. json.Sections("fields").Select(s => ReadField(s, name))];
        ObjectDefinition definition = known >= 0
            ? _objects[known]
            : new ObjectDefinition(name, label, plural, $"a{_customObjects / 36}{"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[_customObjects++ % 36]}", CustomFields(label, nameLabel, autoNumberName, fields));
        CheckNames(json, definition.Fields, fields);
        ValidationRule[] validations = [.. json.Sections("validationRules").Select(s => RuleSections.Validation(s, (k, f) => _uses.Add((s, k, name, f)))).OfType<ValidationRule>()];
        BeforeSaveRule[] rewrites = [.. json.Sections("beforeSaveRules").Select(s => RuleSections.BeforeSave(s, (k, f) => _uses.Add((s, k, name, f)))).OfType<BeforeSaveRule>()];
        json.RefuseOthers();
        if (_errors.All.Count > 0)
        {
            return;
        }

        definition = definition.With(
            [.. definition.Fields.Where(f => !fields.Any(n => n.Name.Equals(f.Name, StringComparison.OrdinalIgnoreCase))), .. fields],
            [.. definition.ValidationRules, .. validations],
            [.. definition.BeforeSaveRules, .. rewrites]);
        if (known >= 0)
        {
            _objects[known] = definition;
        }
        else
        {
            _objects.Add(definition);
        }
    }

    private FieldDefinition ReadField(JsonSection json, string type)
    {
        FieldDefinition field = FieldSection.Read(json);
        if (field.CalculatedFormula is { } formula)
        {
            _uses.AddRange(Formula.Parse(formula).Fields.Select(f => (json, "formula", type, f)));
        }

        return field;
    }

    private static List<FieldDefinition> CustomFields(string label, string? nameLabel, bool autoNumberName, FieldDefinition[] own)
    {
        FieldDefinition name = Text("Name", nameLabel ?? $"{label} Name", 80) with { NameField = true, IdLookupOnly = autoNumberName };
        List<FieldDefinition> fields = [Id("Record")];
        if (!own.Any(f => f.RelationshipOrder is not null))
        {
            fields.Add(Owner("User"));
        }

        fields.Add(IsDeleted());
        fields.Add(autoNumberName ? name.ReadOnly() with { AutoNumber = true, Nillable = false, DefaultedOnCreate = true } : name.Required());
        fields.AddRange(Audit());
        fields.Add(ActorSyncId());
        return fields;
    }

    private static void CheckNames(JsonSection json, IReadOnlyList<FieldDefinition> present, FieldDefinition[] added)
    {
        foreach (IGrouping<string, FieldDefinition> twice in added.GroupBy(f => f.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            json.Wrong("fields", $"{twice.Key} stands there twice");
        }

        foreach (FieldDefinition field in added.Where(a => a.Name != "ActorSync_Id__c" && present.Any(p => p.Name.Equals(a.Name, StringComparison.OrdinalIgnoreCase))))
        {
            json.Wrong("fields", $"{field.Name} is a field of the object already");
        }
    }

    private void CheckUses(OrgSchema schema)
    {
        foreach ((JsonSection at, string key, string type, string path) in _uses)
        {
            if (FieldPath.Resolve(schema, schema.Find(type)!, path, out var failure) is null)
            {
                at.Wrong(key, $"{failure.On.Name} has no {(failure.IsRelationship ? "relationship" : "field")} {failure.Part}");
            }
        }
    }

    private static void CheckRollUps(OrgSchema schema, JsonSection json)
    {
        foreach (ObjectDefinition definition in schema.Objects)
        {
            foreach (FieldDefinition field in definition.Fields)
            {
                foreach (string target in field.ReferenceTo.Where(t => schema.Find(t) is null))
                {
                    json.Wrong("objects", $"{definition.Name}.{field.Name} refers to {target}, which is no object of the org");
                }

                if (field.RollUp is { } rollUp && RollUpError(schema, definition, rollUp) is { } error)
                {
                    json.Wrong("objects", $"{definition.Name}.{field.Name}: the roll-up's {error}");
                }
            }
        }
    }

    private static string? RollUpError(OrgSchema schema, ObjectDefinition parent, RollUp rollUp)
    {
        if (schema.Find(rollUp.ChildObject) is not { } child)
        {
            return $"object {rollUp.ChildObject} is no object of the org";
        }

        if (child.Field(rollUp.ReferenceField) is not { Type: FieldType.Reference } reference || !reference.ReferenceTo.Contains(parent.Name, StringComparer.OrdinalIgnoreCase))
        {
            return $"reference {rollUp.ReferenceField} is no field of {child.Name} that refers to {parent.Name}";
        }

        bool fits = rollUp.Kind == RollUpKind.Count
            || (rollUp.SummarizedField is { } name && child.Field(name) is { } field && (field.IsNumber || (rollUp.Kind != RollUpKind.Sum && field.Type is FieldType.Date or FieldType.DateTime)));
        return fits ? null : $"field {rollUp.SummarizedField ?? "(missing)"} is no field of {child.Name} that {rollUp.Kind} takes";
    }
}
