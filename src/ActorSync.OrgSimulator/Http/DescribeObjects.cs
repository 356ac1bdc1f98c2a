using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Http;

/// <summary>The properties of an object, in full (describe) and in short (describe global).</summary>
internal static class DescribeObjects
{
    /// <summary>Records per create, update, upsert or delete call, as describe global states it.</summary>
    public const int BatchRecordsMax = OrgModel.RecordsPerCallMax;

    public static void WriteShort(DescribeSink sink, ObjectDefinition described)
    {
        sink.Flag("activateable", false);
        WriteAssociations(sink);
        sink.Flag("createable", true);
        sink.Flag("custom", described.Custom);
        sink.Flag("customSetting", false);
        sink.Flag("deepCloneable", false);
        sink.Flag("deletable", described.Deletable);
        sink.Flag("deprecatedAndHidden", false);
        sink.Flag("feedEnabled", false);
        sink.Flag("hasSubtypes", false);
        if (!sink.IsRest)
        {
            sink.Flag("idEnabled", true);
        }

        sink.Flag("isInterface", false);
        sink.Flag("isSubtype", false);
        WriteNames(sink, described);
        sink.Flag("queryable", true);
        WriteAbilities(sink, described);
    }

    public static void WriteFull(DescribeSink sink, ObjectDefinition described, OrgSchema schema, Action<DescribeSink> urls)
    {
        sink.Group<string>("actionOverrides", [], (_, _) => { });
        sink.Flag("activateable", false);
        WriteAssociations(sink);
        sink.Group("childRelationships", schema.ChildRelationships(described.Name), WriteChild);
        sink.Flag("compactLayoutable", true);
        sink.Flag("createable", true);
        sink.Flag("custom", described.Custom);
        sink.Flag("customSetting", false);
        sink.Flag("deepCloneable", false);
        sink.NillableText("defaultImplementation", null);
        sink.Flag("deletable", described.Deletable);
        sink.Flag("deprecatedAndHidden", false);
        if (sink.IsRest)
        {
            sink.Text("extendedBy", null);
            sink.Text("extendsInterfaces", null);
        }

        sink.Flag("feedEnabled", false);
        sink.Group("fields", described.Fields, DescribeFields.Write);
        sink.Flag("hasSubtypes", false);
        if (!sink.IsRest)
        {
            sink.Flag("idEnabled", true);
        }

        WriteRest(sink, described, urls);
    }

    private static void WriteRest(DescribeSink sink, ObjectDefinition described, Action<DescribeSink> urls)
    {
        sink.NillableText("implementedBy", null);
        sink.NillableText("implementsInterfaces", null);
        sink.Flag("isInterface", false);
        sink.Flag("isSubtype", false);
        WriteNames(sink, described, full: true);
        sink.Flag("queryable", true);
        sink.Group("recordTypeInfos", MasterRecordType, WriteRecordType);
        sink.Flag("replicateable", true);
        sink.Flag("retrieveable", true);
        sink.Flag("searchLayoutable", true);
        sink.Flag("searchable", true);
        sink.Group("supportedScopes", Scopes(described), WriteScope);
        sink.Flag("triggerable", true);
        sink.Flag("undeletable", described.Deletable);
        sink.Flag("updateable", true);
        urls(sink);
    }

    private static void WriteAssociations(DescribeSink sink)
    {
        if (sink.IsRest)
        {
            sink.Text("associateEntityType", null);
            sink.Text("associateParentEntity", null);
        }
    }

    private static void WriteNames(DescribeSink sink, ObjectDefinition described, bool full = false)
    {
        sink.NillableText("keyPrefix", described.KeyPrefix);
        sink.Text("label", described.Label);
        sink.Text("labelPlural", described.LabelPlural);
        sink.Flag("layoutable", true);
        if (full && sink.IsRest)
        {
            sink.Text("listviewable", null);
            sink.Text("lookupLayoutable", null);
        }

        sink.Flag("mergeable", described.Mergeable);
        sink.Flag("mruEnabled", true);
        sink.Text("name", described.Name);
        if (full)
        {
            sink.Group<string>("namedLayoutInfos", [], (_, _) => { });
            sink.NillableText("networkScopeFieldName", null);
        }
    }

    private static void WriteAbilities(DescribeSink sink, ObjectDefinition described)
    {
        sink.Flag("replicateable", true);
        sink.Flag("retrieveable", true);
        sink.Flag("searchable", true);
        sink.Flag("triggerable", true);
        sink.Flag("undeletable", described.Deletable);
        sink.Flag("updateable", true);
    }

    private static void WriteChild(DescribeSink sink, ChildRelationship child)
    {
        sink.Flag("cascadeDelete", child.CascadeDelete);
        sink.Text("childSObject", child.ChildObject);
        sink.Flag("deprecatedAndHidden", false);
        sink.Text("field", child.Field);
        sink.List("junctionIdListNames", []);
        sink.List("junctionReferenceTo", []);
        sink.Text("relationshipName", child.RelationshipName);
        sink.RareFlag("restrictedDelete", child.RestrictedDelete);
    }

    /// <summary>Every object has the record type Master; real orgs give it this id.</summary>
    private static IReadOnlyList<string> MasterRecordType => ["012000000000000AAA"];

    private static void WriteRecordType(DescribeSink sink, string id)
    {
        sink.Flag("active", true);
        sink.Flag("available", true);
        sink.Flag("defaultRecordTypeMapping", true);
        sink.Text("developerName", "Master");
        sink.Flag("master", true);
        sink.Text("name", "Master");
        sink.NillableText("recordTypeId", id);
    }

    private static IReadOnlyList<(string Label, string Name)> Scopes(ObjectDefinition described)
    {
        var plural = described.LabelPlural.ToLowerInvariant();
        return [($"All {plural}", "everything"), ($"My {plural}", "mine")];
    }

    private static void WriteScope(DescribeSink sink, (string Label, string Name) scope)
    {
        sink.Text("label", scope.Label);
        sink.Text("name", scope.Name);
    }
}
