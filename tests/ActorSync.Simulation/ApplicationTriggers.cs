using ActorSync.TestKit.Memory;

namespace ActorSync.Simulation;

/// <summary>The triggers that an application has on its accounts in a run.</summary>
internal static class ApplicationTriggers
{
    /// <summary>Puts one on the accounts.</summary>
    /// <param name="random">Draws which.</param>
    public static void Put(MemoryMappedTable accounts, Random random)
    {
        switch (random.Next(3))
        {
            case 0:
                accounts.BeforeTrigger = AccountTriggers.SiteIsMarked;
                break;
            case 1:
                accounts.AfterTrigger = AccountTriggers.FaxFollowsPhone(SimulatedMappings.Account);
                break;
            default:
                accounts.AfterTriggerInFront = AccountTriggers.PhoneIsGivenAPlus(SimulatedMappings.Account);
                break;
        }
    }
}
