using ActorSync.TestKit.Memory;

namespace ActorSync.Simulation;

/// <summary>What an application's triggers make of what is written, by itself and by us.</summary>
internal static class ApplicationTriggers
{
    private const int Phone = 1;
    private const int Site = 3;

    /// <summary>Puts one on the accounts.</summary>
    /// <param name="random">Draws which.</param>
    public static void Put(MemoryMappedTable accounts, Random random)
    {
        switch (random.Next(3))
        {
            case 0:
                accounts.BeforeTrigger = SiteIsMarked;
                break;
            case 1:
                accounts.AfterTrigger = FaxFollowsPhone;
                break;
            default:
                accounts.AfterTriggerInFront = PhoneIsGivenAPlus;
                break;
        }
    }

    private static MemoryRow SiteIsMarked(MemoryRow? old, MemoryRow row) =>
        row.Values[Site] is { } site && !site.StartsWith('#') ? row with { Values = row.Values.SetItem(Site, $"#{site}") } : row;

    private static void FaxFollowsPhone(MemoryStatements statements, MemoryRow? old, MemoryRow? row)
    {
        if (old is not null && row is not null && old.Values[Phone] != row.Values[Phone])
        {
            statements.Update(SimulatedMappings.Account, row.Key, ("Fax", row.Values[Phone] is { } phone ? $"F{phone}" : null));
        }
    }

    // The value of one statement is replaced by the next, which is logged before it.
    private static void PhoneIsGivenAPlus(MemoryStatements statements, MemoryRow? old, MemoryRow? row)
    {
        if (old is not null && row?.Values[Phone] is { } phone && !phone.StartsWith('+'))
        {
            statements.Update(SimulatedMappings.Account, row.Key, ("Phone", $"+{phone}"));
        }
    }
}
