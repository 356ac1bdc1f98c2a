using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Org.SchemaFiles;

namespace ActorSync.OrgSimulator.Http;

/// <summary>Makes the org of a server that was given none.</summary>
internal static class OrgModels
{
    /// <exception cref="OrgSchemaException">The objects file cannot be read or has errors.</exception>
    public static OrgModel Make(OrgServerOptions options)
    {
        var schema = options.ObjectsFile is { } file ? OrgSchemaFile.Load(file) : options.OrgOptions.Schema;
        var model = new OrgModel(options.OrgOptions with { Schema = schema }, options.Clock);
        if (options.Records > 0)
        {
            model.Populate(options.Records, options.Seed);
        }

        return model;
    }
}
