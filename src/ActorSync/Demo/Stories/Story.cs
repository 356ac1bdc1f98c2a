namespace ActorSync.Demo.Stories;

/// <summary>A documented anomaly, played end to end over PostgreSQL and HTTP. One instance plays once.</summary>
internal abstract class Story
{
    /// <summary>Short name.</summary>
    public abstract string Title { get; }

    /// <summary>What Heroku Connect documents as expected behaviour.</summary>
    public abstract string Documented { get; }

    /// <summary>What must happen here.</summary>
    public abstract string Expected { get; }

    /// <summary>Fields of Account that the story is about; shown on both sides.</summary>
    public abstract IReadOnlyList<string> Fields { get; }

    /// <summary>Brings both sides to where the story begins.</summary>
    public abstract Task ArrangeAsync(StoryStage stage, CancellationToken stop);

    /// <summary>Plays it, forcing the timing by holding calls of the node at the org; ends when both sides have come to rest.</summary>
    public abstract Task ActAsync(StoryStage stage, CancellationToken stop);

    /// <summary>Says what is right and what is not.</summary>
    public abstract Task VerifyAsync(StoryStage stage, CancellationToken stop);

    /// <summary>All stories, in the order of the documentation.</summary>
    public static IReadOnlyList<Story> All() => [new FlipFlop(), new RevivedDelete(), new MergedReinsert(), new Counter(), new LostUpdate(), new LostAnswer()];
}
