using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soql;

/// <summary>All rows of a query as they stand at one moment, parents' fields and formulas too.</summary>
/// <param name="Columns">As selected, by their API names: <c>Name</c>, <c>Account.Name</c>.</param>
internal sealed record QueryExport(IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Rows)
{
    /// <summary>What a Bulk query cannot ask. Its CSV has one column for each selected field and one line for each record.</summary>
    /// <exception cref="OrgFaultException">API_ERROR.</exception>
    public static void Check(SoqlSyntax syntax)
    {
        foreach (SelectItem item in syntax.Select)
        {
            switch (item)
            {
                case SelectItem.CountRows or SelectItem.CountField:
                    throw Refused("Aggregate functions not supported in Bulk Query");
                case SelectItem.FieldGroup:
                    throw Refused("FIELDS function not supported in Bulk Query");
            }
        }

        if (syntax.Offset > 0)
        {
            throw Refused("OFFSET not supported in Bulk Query");
        }
    }

    /// <summary>What the parser does not know at all, named as a Bulk query names it.</summary>
    /// <exception cref="OrgFaultException">API_ERROR.</exception>
    public static void CheckText(string soql)
    {
        IReadOnlyList<Token> tokens = SoqlLexer.Read(soql);
        for (int i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Is("typeof"))
            {
                throw Refused("TYPEOF not supported in Bulk Query");
            }

            if (tokens[i].Is("group") && i + 1 < tokens.Count && tokens[i + 1].Is("by"))
            {
                throw Refused("GROUP BY not supported in Bulk Query");
            }

            if (i > 1 && tokens[i].Is("select") && tokens[i - 1].Is("(") && (tokens[i - 2].Is(",") || tokens[i - 2].Is("select")))
            {
                throw Refused("Aggregate Relationships not supported in Bulk V2 Query with CSV content type");
            }

            if (i + 1 < tokens.Count && tokens[i + 1].Is("(") && Aggregates.Any(a => tokens[i].Is(a)))
            {
                throw Refused("Aggregate functions not supported in Bulk Query");
            }
        }
    }

    private static readonly string[] Aggregates = ["count", "count_distinct", "sum", "avg", "min", "max"];

    private static OrgFaultException Refused(string message) => new("API_ERROR", message);
}
