using ActorSync.OrgSimulator.Http;

namespace ActorSync.Demo.Stories;

/// <summary>An insert, and a delete before the insert is acknowledged.</summary>
internal sealed class MergedReinsert : Story
{
    public override string Title => "re-insert, merged";

    public override string Documented => "an insert, deleted before Salesforce has acknowledged it: the orphan comes back as a row";

    public override string Expected => "inserted, then deleted: both sides end empty";

    public override IReadOnlyList<string> Fields => ["Phone"];

    public override async Task ArrangeAsync(StoryStage stage, CancellationToken stop) =>
        await stage.SceneAsync("before", "there is no record", stop);

    public override async Task ActAsync(StoryStage stage, CancellationToken stop)
    {
        using var answer = stage.HoldNext("upsert", HoldPoint.AfterEffect);
        await stage.InsertAsync(stop, ("Name", "Short life"), ("Phone", "v0"));
        await stage.ArrivedAsync(answer, stop);
        await stage.DeleteAsync(stop);
        await stage.FeedPassedAsync(stop);
        await stage.SceneAsync("during", "the record is in Salesforce, the answer is held; the row was deleted; the feed has read the record", stop);
        answer.Release();
        await stage.UntilAsync("the record is deleted in Salesforce", (row, record) => row is null && record is null, stop);
        await stage.FeedPassedAsync(stop);
        await stage.SceneAsync("after", "the delete has followed", stop);
    }

    public override async Task VerifyAsync(StoryStage stage, CancellationToken stop)
    {
        await stage.CheckGoneAsync(stop);
        await stage.CheckRowOperationsAsync("the row was inserted once, deleted once and never came back", stop, 'I', 'D');
        stage.CheckArrivals("delete", 1);
    }
}
