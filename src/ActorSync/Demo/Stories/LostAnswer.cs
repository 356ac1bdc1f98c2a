using ActorSync.OrgSimulator.Http;

namespace ActorSync.Demo.Stories;

/// <summary>An insert whose answer is lost, and whose record is deleted in Salesforce before anybody knows of it.</summary>
internal sealed class LostAnswer : Story
{
    public override string Title => "re-insert after a lost answer";

    public override string Documented => "an insert whose acknowledgement is lost, deleted in Salesforce meanwhile: inserted again";

    public override string Expected => "the lost write settles, the probe finds it deleted, the row goes";

    public override IReadOnlyList<string> Fields => ["Phone"];

    public override async Task ArrangeAsync(StoryStage stage, CancellationToken stop) =>
        await stage.SceneAsync("before", "there is no record", stop);

    public override async Task ActAsync(StoryStage stage, CancellationToken stop)
    {
        using var answer = stage.HoldNext("upsert", HoldPoint.AfterEffect);
        await stage.InsertAsync(stop, ("Name", "Lost answer"), ("Phone", "v0"));
        await stage.ArrivedAsync(answer, stop);
        stage.DeleteInSalesforce();
        answer.Drop();
        await stage.SceneAsync("during", "Salesforce had it, its user deleted it, and the connection broke before the answer", stop);
        await stage.UntilAsync("the row goes", (row, record) => row is null && record is null, stop);
        await stage.FeedPassedAsync(stop);
        await stage.SceneAsync("after", "the lost write was looked up", stop);
    }

    public override async Task VerifyAsync(StoryStage stage, CancellationToken stop)
    {
        await stage.CheckGoneAsync(stop);
        await stage.CheckRowOperationsAsync("the row was inserted once and went once", stop, 'I', 'D');
        stage.CheckArrivals("upsert", 1);
    }
}
