using Shouldly;

namespace ActorSync.TestKit.Time;

/// <summary>
/// Waits for what only another process or server can bring about, where there is no event to await. Anything in this process has
/// an event, a <see cref="TaskCompletionSource"/> or a <see cref="FakeClock"/>.
/// </summary>
public static class Eventually
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(25);

    /// <summary>How long a test waits for evidence unless it says otherwise. Long: a timeout says the evidence is missing, nothing more.</summary>
    public static readonly TimeSpan DefaultMax = TimeSpan.FromSeconds(30);

    /// <summary>Asks until the condition holds.</summary>
    /// <param name="what">What is awaited, for the failure: "the row to reach Salesforce".</param>
    /// <param name="condition">True ends the wait. An exception ends it too.</param>
    /// <param name="within">The deadline, in real time; null: <see cref="DefaultMax"/>.</param>
    public static Task HoldsAsync(string what, Func<Task<bool>> condition, TimeSpan? within = null) =>
        PollAsync(what, async () => await condition() ? null : "it does not hold", within);

    /// <summary>Asks until the assertion passes; on timeout its last failure is shown.</summary>
    public static Task PassesAsync(string what, Func<Task> assertion, TimeSpan? within = null) =>
        PollAsync(
            what,
            async () =>
            {
                try
                {
                    await assertion();
                    return null;
                }
                catch (ShouldAssertException e)
                {
                    return e.Message;
                }
            },
            within);

    private static async Task PollAsync(string what, Func<Task<string?>> failure, TimeSpan? within)
    {
        var clock = TimeProvider.System;
        var (started, deadline) = (clock.GetTimestamp(), within ?? DefaultMax);
        while (await failure() is { } last)
        {
            if (clock.GetElapsedTime(started) > deadline)
            {
                throw new ShouldAssertException($"Waited {deadline.TotalSeconds:0.#} s for {what}. Last: {last}");
            }

            await Task.Delay(PollInterval, clock);
        }
    }
}
