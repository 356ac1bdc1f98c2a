using ActorSync.OrgSimulator.Http;

namespace ActorSync.Demo.Stories;

/// <summary>Three increments, with the sync-back of the first between them.</summary>
internal sealed class Counter : Story
{
    private const string Increment = "numberofemployees = numberofemployees + 1";

    public override string Title => "counter";

    public override string Documented => "+1, +1, +1 with a sync-back between: 2";

    public override string Expected => "3";

    public override IReadOnlyList<string> Fields => ["NumberOfEmployees"];

    public override async Task ArrangeAsync(StoryStage stage, CancellationToken stop)
    {
        await stage.InsertAsync(stop, ("Name", "Counter"), ("NumberOfEmployees", "0"));
        await stage.SettledAsync("NumberOfEmployees", "0", stop);
        await stage.SceneAsync("before", "both sides agree", stop);
    }

    public override async Task ActAsync(StoryStage stage, CancellationToken stop)
    {
        using var answer = stage.HoldNext("update", HoldPoint.AfterEffect);
        await stage.UpdateByAsync(Increment, stop);
        await stage.ArrivedAsync(answer, stop);
        await stage.UpdateByAsync(Increment, stop);
        await stage.FeedPassedAsync(stop);
        await stage.SceneAsync("during", "1 is in Salesforce, its answer is held; the second +1 was written; the feed has read 1", stop);
        await stage.UpdateByAsync(Increment, stop);
        answer.Release();
        await stage.SettledAsync("NumberOfEmployees", "3", stop);
        await stage.FeedPassedAsync(stop);
        await stage.SceneAsync("after", "the third +1 was written, everything has come to rest", stop);
    }

    public override async Task VerifyAsync(StoryStage stage, CancellationToken stop)
    {
        await stage.CheckRowHistoryAsync("NumberOfEmployees", stop, "0", "1", "2", "3");
        await stage.CheckBothAsync("NumberOfEmployees", "3", stop);
    }
}
