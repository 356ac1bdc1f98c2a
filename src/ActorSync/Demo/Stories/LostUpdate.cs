using System.Globalization;
using ActorSync.OrgSimulator.Http;

namespace ActorSync.Demo.Stories;

/// <summary>Two writes of two fields; the sync-back of the first would restore the second field, and setting it to that would be no change.</summary>
internal sealed class LostUpdate : Story
{
    public override string Title => "lost update";

    public override string Documented => "A is written, then B = no; A's sync-back restores B = yes; setting B = yes is then no change: B ends as no";

    public override string Expected => "B never flips back, so B = yes is a change and B ends as yes";

    public override IReadOnlyList<string> Fields => ["Fax", "Site"];

    public override async Task ArrangeAsync(StoryStage stage, CancellationToken stop)
    {
        await stage.InsertAsync(stop, ("Name", "Lost update"), ("Fax", "a0"), ("Site", "yes"));
        await stage.SettledAsync("Site", "yes", stop);
        await stage.SceneAsync("before", "both sides agree; A is Fax, B is Site", stop);
    }

    public override async Task ActAsync(StoryStage stage, CancellationToken stop)
    {
        using var answer = stage.HoldNext("update", HoldPoint.AfterEffect);
        await stage.UpdateAsync("Fax", "a1", stop);
        await stage.ArrivedAsync(answer, stop);
        await stage.UpdateAsync("Site", "no", stop);
        await stage.FeedPassedAsync(stop);
        await stage.SceneAsync("during", "A is in Salesforce, its answer is held; B = no was written; the feed has read A with the old B", stop);
        var changed = await stage.UpdateByAsync("site = 'yes'", stop, "site is distinct from 'yes'");
        stage.Check("setting B = yes is a change", changed == 1, string.Create(CultureInfo.InvariantCulture, $"{changed} rows changed"));
        answer.Release();
        await stage.SettledAsync("Site", "yes", stop);
        await stage.FeedPassedAsync(stop);
        await stage.SceneAsync("after", "B = yes was written, everything has come to rest", stop);
    }

    public override async Task VerifyAsync(StoryStage stage, CancellationToken stop)
    {
        await stage.CheckRowHistoryAsync("Site", stop, "yes", "no", "yes");
        await stage.CheckBothAsync("Site", "yes", stop);
        await stage.CheckBothAsync("Fax", "a1", stop);
    }
}
