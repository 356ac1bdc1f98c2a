using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Http;

/// <summary>Makes the org of a server that was given none.</summary>
internal static class OrgModels
{
    public static OrgModel Make(OrgServerOptions options)
    {
        var model = new OrgModel(options.OrgOptions, options.Clock);
        if (options.Records > 0)
        {
            model.Populate(options.Records, options.Seed);
        }

        return model;
    }
}
