using ActorSync.OrgSimulator.Org;

namespace ActorSync.Chaos;

/// <summary>Reads the org's own model, all pages.</summary>
internal static class OrgRecords
{
    /// <summary>Every row of a query.</summary>
    public static IEnumerable<QueryRow> Read(OrgModel org, string soql, bool includeDeleted = false)
    {
        for (var page = org.Query(soql, includeDeleted); ; page = org.QueryMore(page.Locator))
        {
            foreach (var row in page.Rows)
            {
                yield return row;
            }

            if (page.Locator is null)
            {
                yield break;
            }
        }
    }
}
