using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Http;

/// <summary>The 57 properties of a field (partner WSDL type Field, REST describe).</summary>
internal static class DescribeFields
{
    /// <summary>Long text areas cannot be filtered, sorted or grouped; Salesforce's limit of a plain text area is 255 characters.</summary>
    private const int PlainTextLengthMax = 255;

    public static void Write(DescribeSink sink, FieldDefinition field)
    {
        WriteToDigits(sink, field);
        WriteToNillable(sink, field);
        WriteFromPermissionable(sink, field);
    }

    private static void WriteToDigits(DescribeSink sink, FieldDefinition field)
    {
        sink.Flag("aggregatable", field.Aggregatable);
        sink.Flag("aiPredictionField", false);
        sink.Flag("autoNumber", field.AutoNumber);
        sink.Number("byteLength", field.ByteLength);
        sink.Flag("calculated", field.Calculated);
        sink.Text("calculatedFormula", field.CalculatedFormula);
        sink.RareFlag("cascadeDelete", field.CascadeDelete);
        sink.Flag("caseSensitive", field.CaseSensitive);
        sink.Text("compoundFieldName", field.CompoundFieldName);
        sink.Text("controllerName", null);
        sink.Flag("createable", field.Createable);
        sink.Flag("custom", field.Custom);
        WriteDefault(sink, field);
        sink.Text("defaultValueFormula", null);
        sink.Flag("defaultedOnCreate", field.DefaultedOnCreate);
        sink.RareFlag("dependentPicklist", false);
        sink.Flag("deprecatedAndHidden", false);
        sink.Number("digits", field.Digits);
    }

    private static void WriteToNillable(DescribeSink sink, FieldDefinition field)
    {
        sink.RareFlag("displayLocationInDecimal", false);
        sink.RareFlag("encrypted", false);
        sink.RareFlag("externalId", field.ExternalId);
        sink.Text("extraTypeInfo", ExtraTypeInfo(field));
        sink.Flag("filterable", field.Filterable);
        sink.Text("filteredLookupInfo", null);
        sink.RareFlag("formulaTreatNullNumberAsZero", false);
        sink.Flag("groupable", field.Groupable);
        sink.RareFlag("highScaleNumber", false);
        sink.RareFlag("htmlFormatted", false);
        sink.Flag("idLookup", field.IdLookup || field.Type == FieldType.Id);
        sink.Text("inlineHelpText", field.InlineHelpText);
        sink.Text("label", field.Label);
        sink.Number("length", field.Length);
        sink.Text("mask", null);
        sink.Text("maskType", null);
        sink.Text("name", field.Name);
        sink.Flag("nameField", field.NameField);
        sink.Flag("namePointing", field.NamePointing);
        sink.Flag("nillable", field.Nillable);
    }

    private static void WriteFromPermissionable(DescribeSink sink, FieldDefinition field)
    {
        sink.Flag("permissionable", field.Permissionable);
        sink.Group("picklistValues", field.PicklistValues, WritePicklistValue);
        sink.Flag("polymorphicForeignKey", field.PolymorphicForeignKey);
        sink.Number("precision", field.Precision);
        sink.Flag("queryByDistance", false);
        sink.Text("referenceTargetField", null);
        sink.List("referenceTo", field.ReferenceTo);
        sink.Text("relationshipName", field.RelationshipName);
        WriteOrder(sink, field.RelationshipOrder);
        sink.RareFlag("restrictedDelete", field.RestrictedDelete);
        sink.Flag("restrictedPicklist", field.RestrictedPicklist);
        sink.Number("scale", field.Scale);
        sink.Flag("searchPrefilterable", field.Type == FieldType.Reference && field.Custom);
        sink.Text("soapType", field.SoapType);
        sink.Flag("sortable", field.Sortable);
        sink.Text("type", field.TypeName);
        sink.Flag("unique", field.Unique);
        sink.Flag("updateable", field.Updateable);
        sink.RareFlag("writeRequiresMasterRead", false);
    }

    private static void WriteDefault(DescribeSink sink, FieldDefinition field)
    {
        if (field.Type == FieldType.Boolean && sink.IsRest)
        {
            sink.Flag("defaultValue", string.Equals(field.DefaultValue, "true", StringComparison.OrdinalIgnoreCase));
        }
        else
        {
            sink.Text("defaultValue", field.DefaultValue);
        }
    }

    private static void WriteOrder(DescribeSink sink, int? order)
    {
        if (order is { } number)
        {
            sink.Number("relationshipOrder", number);
        }
        else
        {
            sink.Text("relationshipOrder", null);
        }
    }

    private static string? ExtraTypeInfo(FieldDefinition field) =>
        field.ExtraTypeInfo ?? (field.Type == FieldType.TextArea && field.Length >= PlainTextLengthMax ? "plaintextarea" : null);

    private static void WritePicklistValue(DescribeSink sink, PicklistValue value)
    {
        sink.Flag("active", value.Active);
        sink.Flag("defaultValue", value.DefaultValue);
        sink.NillableText("label", value.Label ?? value.Value);
        sink.Text("validFor", null);
        sink.Text("value", value.Value);
    }
}
