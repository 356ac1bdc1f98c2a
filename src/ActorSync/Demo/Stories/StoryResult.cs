using System.Collections.Immutable;

namespace ActorSync.Demo.Stories;

/// <summary>Both sides at one moment of a story.</summary>
/// <param name="Postgres">Values by field; null: no row.</param>
/// <param name="Salesforce">Values by field; null: no living record.</param>
internal sealed record Scene(
    string Moment, string Note, ImmutableArray<string> Fields, IReadOnlyDictionary<string, string?>? Postgres, IReadOnlyDictionary<string, string?>? Salesforce);

/// <summary>One thing a story promises, and whether it held.</summary>
/// <param name="Found">What was found instead, when it did not.</param>
internal sealed record StoryCheck(string Promise, bool Held, string Found);

/// <summary>A story as it went.</summary>
internal sealed record StoryResult(Story Story, ImmutableArray<Scene> Scenes, ImmutableArray<StoryCheck> Checks, TimeSpan Took)
{
    public bool IsRight => Checks.Length > 0 && Checks.All(check => check.Held);

    /// <summary>Plays a story. What fails to happen in time is a broken promise, not an exception.</summary>
    public static async Task<StoryResult> PlayAsync(Story story, StoryStage stage, TimeProvider clock, CancellationToken stop)
    {
        var startedAt = clock.GetTimestamp();
        stage.Begin(story);
        try
        {
            await story.ArrangeAsync(stage, stop);
            await story.ActAsync(stage, stop);
            await story.VerifyAsync(stage, stop);
        }
        catch (TimeoutException e)
        {
            stage.Check(e.Message, held: false, "it did not happen in time");
        }

        return new StoryResult(story, stage.Scenes, stage.Checks, clock.GetElapsedTime(startedAt));
    }
}
