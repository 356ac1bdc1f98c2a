using ActorSync.Salesforce.Soap;

namespace ActorSync.Feeds;

/// <summary>Queries to their end. Salesforce cuts pages as it likes: 200 rows where two long text areas are selected ("QueryOptions", SOAP API Developer Guide), so that a short one is not the last.</summary>
internal static class WholeQuery
{
    /// <summary>All rows of a query that has a LIMIT of its own.</summary>
    public static async Task<IReadOnlyList<QueryRow>> RowsAsync(this IPartnerApi soap, string soql, bool includeDeleted, CancellationToken stop)
    {
        var page = await soap.QueryAsync(soql, includeDeleted, stop);
        if (page.Done || page.Locator is null)
        {
            return page.Rows;
        }

        var rows = page.Rows.ToList();
        while (page is { Done: false, Locator: { } locator })
        {
            page = await soap.QueryMoreAsync(locator, stop);
            rows.AddRange(page.Rows);
        }

        return rows;
    }
}
