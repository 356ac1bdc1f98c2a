namespace ActorSync.Runtime.Turns;

/// <summary>How many messages a turn takes: as many as fit into its time, as far as the turns before it can tell.</summary>
/// <param name="messagesMax">Never more than so many.</param>
/// <param name="timeBudget">What a turn should take.</param>
internal sealed class TurnSize(int messagesMax, TimeSpan timeBudget)
{
    /// <summary>Before it is known how long they take: what a small statement of the application changes is taken, and may leave, together.</summary>
    public const int FirstMessages = 1_000;

    /// <summary>The fewest, unless one of them fails: below it most of a turn is what it costs whatever it takes.</summary>
    public const int FewMessages = 250;

    /// <summary>Messages of the next turn at most.</summary>
    public int MessagesMax { get; private set; } = Math.Min(messagesMax, FirstMessages);

    /// <summary>Follows a turn that was committed, in proportion, by at most twice or half as many messages: a stall of the disk is one turn's. A turn that had little to take says nothing of larger ones.</summary>
    public void Fit(TimeSpan took, int messages)
    {
        var fit = took > TimeSpan.Zero ? Math.Clamp(timeBudget / took, 0.5, 2) : 2;
        if (fit > 1 ? MessagesMax < FewMessages || messages > MessagesMax / 2 : messages >= MessagesMax)
        {
            MessagesMax = Math.Min(messagesMax, Math.Max((int)(MessagesMax * fit), Math.Min(MessagesMax * 2, FewMessages)));
        }
    }

    /// <summary>After a turn that failed; false when it had a single message.</summary>
    public bool TryHalve()
    {
        if (MessagesMax == 1)
        {
            return false;
        }

        MessagesMax /= 2;
        return true;
    }
}
