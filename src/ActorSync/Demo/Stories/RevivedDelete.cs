using ActorSync.OrgSimulator.Http;

namespace ActorSync.Demo.Stories;

/// <summary>A local delete, and an update in Salesforce before the delete gets there.</summary>
internal sealed class RevivedDelete : Story
{
    public override string Title => "revived delete";

    public override string Documented => "a local delete, then a remote update before it is sent: the row comes back for a while";

    public override string Expected => "the row stays gone, the Salesforce record is deleted";

    public override IReadOnlyList<string> Fields => ["Phone"];

    public override async Task ArrangeAsync(StoryStage stage, CancellationToken stop)
    {
        await stage.InsertAsync(stop, ("Name", "Revived delete"), ("Phone", "v0"));
        await stage.SettledAsync("Phone", "v0", stop);
        await stage.SceneAsync("before", "both sides agree", stop);
    }

    public override async Task ActAsync(StoryStage stage, CancellationToken stop)
    {
        using var call = stage.HoldNext("delete", HoldPoint.OnTheWay);
        await stage.DeleteAsync(stop);
        await stage.ArrivedAsync(call, stop);
        stage.EditInSalesforce("Phone", "edited in Salesforce");
        await stage.FeedPassedAsync(stop);
        await stage.SceneAsync("during", "the row was deleted, the delete is on its way; a Salesforce user edits; the feed has read it", stop);
        call.Release();
        await stage.UntilAsync("the record is deleted in Salesforce", (row, record) => row is null && record is null, stop);
        await stage.FeedPassedAsync(stop);
        await stage.SceneAsync("after", "the delete has arrived", stop);
    }

    public override async Task VerifyAsync(StoryStage stage, CancellationToken stop)
    {
        await stage.CheckGoneAsync(stop);
        await stage.CheckRowOperationsAsync("the row was inserted once, deleted once and never came back", stop, 'I', 'D');
        stage.CheckArrivals("delete", 1);
    }
}
