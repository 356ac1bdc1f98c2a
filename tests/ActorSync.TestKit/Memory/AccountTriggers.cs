namespace ActorSync.TestKit.Memory;

/// <summary>What triggers of an application make of what is written to its accounts, whose fields are Name, Phone, Fax, Site in this order.</summary>
internal static class AccountTriggers
{
    private const int Phone = 1;
    private const int Site = 3;

    /// <summary>BEFORE: Site is given a mark.</summary>
    public static MemoryRow SiteIsMarked(MemoryRow? old, MemoryRow row) =>
        row.Values[Site] is { } site && !site.StartsWith('#') ? row with { Values = row.Values.SetItem(Site, $"#{site}") } : row;

    /// <summary>BEFORE: Site is in capitals.</summary>
    public static MemoryRow SiteInCapitals(MemoryRow? old, MemoryRow row) => row with { Values = row.Values.SetItem(Site, row.Values[Site]?.ToUpperInvariant()) };

    /// <summary>AFTER: Fax is set to what Phone is changed to.</summary>
    /// <param name="accounts">Number of the mapping.</param>
    public static Action<MemoryStatements, MemoryRow?, MemoryRow?> FaxFollowsPhone(short accounts) => (statements, old, row) =>
    {
        if (old is not null && row is not null && old.Values[Phone] != row.Values[Phone])
        {
            statements.Update(accounts, row.Key, ("Fax", row.Values[Phone] is { } phone ? $"F{phone}" : null));
        }
    };

    /// <summary>AFTER: Phone begins with a plus. In front of capture, the value of one statement is replaced by the next, which is logged before it.</summary>
    /// <param name="accounts">Number of the mapping.</param>
    public static Action<MemoryStatements, MemoryRow?, MemoryRow?> PhoneIsGivenAPlus(short accounts) => (statements, old, row) =>
    {
        if (old is not null && row?.Values[Phone] is { } phone && !phone.StartsWith('+'))
        {
            statements.Update(accounts, row.Key, ("Phone", $"+{phone}"));
        }
    };
}
