namespace ActorSync.OrgSimulator.Org;

/// <summary>The stages of a Developer Edition org and what Salesforce derives from them.</summary>
internal static class OpportunityStages
{
    /// <summary>In order; probability in percent.</summary>
    public static readonly IReadOnlyList<Stage> All =
    [
        new("Prospecting", 10, "Pipeline"),
        new("Qualification", 10, "Pipeline"),
        new("Needs Analysis", 20, "Pipeline"),
        new("Value Proposition", 50, "Pipeline"),
        new("Id. Decision Makers", 60, "Pipeline"),
        new("Perception Analysis", 70, "Pipeline"),
        new("Proposal/Price Quote", 75, "Pipeline"),
        new("Negotiation/Review", 90, "Pipeline"),
        new("Closed Won", 100, "Closed", IsClosed: true, IsWon: true),
        new("Closed Lost", 0, "Omitted", IsClosed: true),
    ];

    private static readonly Stage Unknown = new("", 0, "Pipeline");

    public static Stage Of(RecordView record) => All.FirstOrDefault(s => s.Name == record["StageName"] as string) ?? Unknown;

    /// <summary>A new stage brings its probability and forecast category, unless the caller sends them.</summary>
    public static void ApplyDefaults(RecordDraft draft)
    {
        if (!draft.IsNew && Equals(draft["StageName"], draft.Prior("StageName")))
        {
            return;
        }

        Stage stage = Of(draft);
        if (!draft.IsSent("Probability"))
        {
            draft.Set("Probability", (decimal)stage.Probability);
        }

        if (!draft.IsSent("ForecastCategoryName"))
        {
            draft.Set("ForecastCategoryName", stage.ForecastCategory);
        }
    }

    public static object? ExpectedRevenue(RecordView record) =>
        record["Amount"] is decimal amount ? decimal.Round(amount * ((record["Probability"] as decimal?) ?? 0) / 100, 2, MidpointRounding.AwayFromZero) : null;

    public static object? FiscalYear(RecordView record) => record["CloseDate"] is DateOnly date ? (long)date.Year : null;

    public static object? FiscalQuarter(RecordView record) => record["CloseDate"] is DateOnly date ? ((date.Month - 1) / 3) + 1L : null;

    internal sealed record Stage(string Name, int Probability, string ForecastCategory, bool IsClosed = false, bool IsWon = false);
}
