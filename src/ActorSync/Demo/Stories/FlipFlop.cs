using ActorSync.OrgSimulator.Http;

namespace ActorSync.Demo.Stories;

/// <summary>Two quick updates of one field; the first one's echo comes while the second waits.</summary>
internal sealed class FlipFlop : Story
{
    public override string Title => "flip-flop";

    public override string Documented => "two quick updates of one field: the row shows v1 again after v2";

    public override string Expected => "the row never leaves v2, however late v1's echo comes";

    public override IReadOnlyList<string> Fields => ["Phone"];

    public override async Task ArrangeAsync(StoryStage stage, CancellationToken stop)
    {
        await stage.InsertAsync(stop, ("Name", "Flip-flop"), ("Phone", "v0"));
        await stage.SettledAsync("Phone", "v0", stop);
        await stage.SceneAsync("before", "both sides agree", stop);
    }

    public override async Task ActAsync(StoryStage stage, CancellationToken stop)
    {
        using var answer = stage.HoldNext("update", HoldPoint.AfterEffect);
        await stage.UpdateAsync("Phone", "v1", stop);
        await stage.ArrivedAsync(answer, stop);
        await stage.UpdateAsync("Phone", "v2", stop);
        await stage.FeedPassedAsync(stop);
        await stage.SceneAsync("during", "v1 is in Salesforce, its answer is held; v2 was written; the feed has read v1", stop);
        answer.Release();
        await stage.SettledAsync("Phone", "v2", stop);
        await stage.FeedPassedAsync(stop);
        await stage.SceneAsync("after", "the answer is released, everything has come to rest", stop);
    }

    public override async Task VerifyAsync(StoryStage stage, CancellationToken stop)
    {
        await stage.CheckRowHistoryAsync("Phone", stop, "v0", "v1", "v2");
        await stage.CheckBothAsync("Phone", "v2", stop);
        stage.CheckArrivals("update", 2);
    }
}
