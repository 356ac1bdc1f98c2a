using ActorSync.OrgSimulator.Org.Formulas;

namespace ActorSync.OrgSimulator.Org.SchemaFiles;

/// <summary>Reads one field of a schema file.</summary>
internal static class FieldSection
{
    /// <summary>Longest text field, and longest text area (32,768 by default in Salesforce's setup; 131,072 at most).</summary>
    private const int TextLengthMax = 255;
    private const int LongTextLengthMax = 131_072;
    private const int NumberPrecisionMax = 18;

    private static readonly Dictionary<string, FieldType> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["text"] = FieldType.Text,
        ["textarea"] = FieldType.TextArea,
        ["picklist"] = FieldType.Picklist,
        ["multipicklist"] = FieldType.Multipicklist,
        ["lookup"] = FieldType.Reference,
        ["masterDetail"] = FieldType.Reference,
        ["checkbox"] = FieldType.Boolean,
        ["int"] = FieldType.WholeNumber,
        ["number"] = FieldType.Number,
        ["currency"] = FieldType.Currency,
        ["percent"] = FieldType.Percent,
        ["date"] = FieldType.Date,
        ["datetime"] = FieldType.DateTime,
        ["time"] = FieldType.Time,
        ["email"] = FieldType.Email,
        ["phone"] = FieldType.Phone,
        ["url"] = FieldType.Url,
        ["autoNumber"] = FieldType.Text,
    };

    public static FieldDefinition Read(JsonSection json)
    {
        string name = json.RequiredText("name");
        if (name.Length > 0 && !name.EndsWith("__c", StringComparison.Ordinal))
        {
            json.Wrong("name", $"custom fields end in __c: write \"{name}__c\"");
        }

        string typeName = json.RequiredText("type");
        if (!Types.TryGetValue(typeName, out FieldType type))
        {
            json.Wrong("type", $"\"{typeName}\" is no type; write one of {string.Join(", ", Types.Keys)}");
        }

        FieldDefinition field = Shaped(json, new FieldDefinition { Name = name, Label = json.Text("label") ?? Spoken(name), Type = type, Permissionable = true }, typeName);
        field = WithOptions(json, field);
        field = Referring(json, field, typeName.Equals("masterDetail", StringComparison.OrdinalIgnoreCase));
        field = Computed(json, field);
        json.RefuseOthers();
        return field;
    }

    private static FieldDefinition Shaped(JsonSection json, FieldDefinition field, string typeName)
    {
        int length = json.Number("length", DefaultLength(field.Type), 1, field.Type == FieldType.TextArea ? LongTextLengthMax : Math.Max(TextLengthMax, DefaultLength(field.Type)));
        int precision = json.Number("precision", NumberPrecisionMax, 1, NumberPrecisionMax);
        int scale = json.Number("scale", field.Type == FieldType.Currency ? 2 : 0, 0, NumberPrecisionMax);
        if (scale > precision)
        {
            json.Wrong("scale", $"must not be greater than the precision, {precision}");
        }

        bool isLong = field.Type == FieldType.TextArea && length > TextLengthMax;
        string[] values = json.Texts("picklist");
        string? defaultValue = json.Text("default");
        return field with
        {
            Length = field.IsText ? length : field.Type == FieldType.Reference ? 18 : 0,
            Precision = field.IsNumber && field.Type != FieldType.WholeNumber ? precision : 0,
            Scale = field.IsNumber && field.Type != FieldType.WholeNumber ? scale : 0,
            Digits = field.Type == FieldType.WholeNumber ? 9 : 0,
            Filterable = !isLong,
            Sortable = !isLong,
            Groupable = !isLong && field.Type is not (FieldType.DateTime or FieldType.Number or FieldType.Currency or FieldType.Percent),
            ExtraTypeInfo = field.Type == FieldType.TextArea ? "plaintextarea" : null,
            PicklistValues = [.. values.Select(v => new PicklistValue(v, v, DefaultValue: v == defaultValue))],
            RestrictedPicklist = json.Flag("restricted"),
            DefaultValue = defaultValue ?? (field.Type == FieldType.Boolean ? "false" : null),
            AutoNumber = typeName.Equals("autoNumber", StringComparison.OrdinalIgnoreCase),
        };
    }

    private static FieldDefinition WithOptions(JsonSection json, FieldDefinition field)
    {
        bool required = json.Flag("required");
        bool unique = json.Flag("unique");
        bool externalId = json.Flag("externalId");
        if ((unique || externalId) && field.Type is not (FieldType.Text or FieldType.Email or FieldType.Number or FieldType.WholeNumber))
        {
            json.Wrong(unique ? "unique" : "externalId", "only text, email, number and int fields can be unique or external ids");
        }

        return field with
        {
            Nillable = !required && field.Type != FieldType.Boolean && !field.AutoNumber,
            Permissionable = !required,
            Unique = unique,
            ExternalId = externalId,
            CaseSensitive = json.Flag("caseSensitive"),
            DefaultedOnCreate = field.DefaultValue is not null || field.AutoNumber,
            Createable = json.Flag("createable", absent: !field.AutoNumber),
            Updateable = json.Flag("updateable", absent: !field.AutoNumber),
            InlineHelpText = json.Text("help"),
        };
    }

    private static FieldDefinition Referring(JsonSection json, FieldDefinition field, bool masterDetail)
    {
        string? target = json.Text("reference");
        string? children = json.Text("children");
        string? onDelete = json.Text("onDelete");
        if (field.Type != FieldType.Reference)
        {
            if (target is not null)
            {
                json.Wrong("reference", "only fields of type lookup or masterDetail refer to an object");
            }

            return field;
        }

        if (target is null)
        {
            json.Wrong("reference", "write the name of the object the field refers to");
        }

        DeleteConstraint constraint = DeleteConstraint.SetNull;
        if (onDelete is not null && !Enum.TryParse(onDelete, ignoreCase: true, out constraint))
        {
            json.Wrong("onDelete", $"\"{onDelete}\" is none of setNull, cascade, restrict");
        }

        return field with
        {
            ReferenceTo = target is null ? [] : [target],
            RelationshipName = json.Text("relationship") ?? (field.Name.EndsWith("__c", StringComparison.Ordinal) ? field.Name[..^1] + "r" : field.Name),
            ChildRelationshipName = children,
            OnParentDelete = masterDetail ? DeleteConstraint.Cascade : constraint,
            RelationshipOrder = masterDetail ? 0 : null,
            Nillable = field.Nillable && !masterDetail,
            Updateable = field.Updateable && !masterDetail,
        };
    }

    private static FieldDefinition Computed(JsonSection json, FieldDefinition field)
    {
        if (json.Section("rollup") is { } rollUp)
        {
            string kind = rollUp.RequiredText("kind");
            if (!Enum.TryParse(kind, ignoreCase: true, out RollUpKind parsed))
            {
                rollUp.Wrong("kind", $"\"{kind}\" is none of count, sum, min, max");
            }

            var defined = new RollUp(parsed, rollUp.RequiredText("object"), rollUp.RequiredText("reference"), rollUp.Text("field"));
            rollUp.RefuseOthers();
            return field.ReadOnly() with { RollUp = defined, Nillable = true };
        }

        if (json.Text("formula") is not { } text || ParseFormula(json, "formula", text) is not { } formula)
        {
            return field;
        }

        return field.ReadOnly() with
        {
            CalculatedFormula = text,
            Nillable = field.Type != FieldType.Boolean,
            Length = field.IsText ? 1300 : 0,
            DefaultValue = null,
            Derived = record => Fitted(field, formula.Evaluate(record)),
        };
    }

    /// <exception cref="FormulaException">Never: the error is noted.</exception>
    public static Formula? ParseFormula(JsonSection json, string key, string text)
    {
        try
        {
            return Formula.Parse(text);
        }
        catch (FormulaException e)
        {
            json.Wrong(key, $"character {e.Position + 1} of the formula: {e.Message}");
            return null;
        }
    }

    /// <summary>A formula's value in the field's type; null where it is of another.</summary>
    private static object? Fitted(FieldDefinition field, object? value) => (field.Type, value) switch
    {
        (FieldType.Boolean, _) => value is true,
        (_, null) => null,
        (FieldType.WholeNumber, decimal number) => (long)decimal.Round(number, MidpointRounding.AwayFromZero),
        (_, decimal number) when field.IsNumber => decimal.Round(number, field.Scale, MidpointRounding.AwayFromZero),
        (FieldType.Date, DateOnly) or (FieldType.DateTime, DateTimeOffset) => value,
        _ when field.IsText => FormulaValues.Text(value) is { Length: > 0 } text ? text : null,
        _ => null,
    };

    private static int DefaultLength(FieldType type) => type switch
    {
        FieldType.Email => 80,
        FieldType.Phone => 40,
        FieldType.Multipicklist => 4099,
        _ => TextLengthMax,
    };

    private static string Spoken(string name) => name.Replace("__c", "", StringComparison.Ordinal).Replace('_', ' ');
}
