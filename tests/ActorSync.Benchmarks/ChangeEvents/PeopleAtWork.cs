using ActorSync.OrgSimulator.Org;

namespace ActorSync.Benchmarks.ChangeEvents;

/// <summary>People who change one record after the other in Salesforce, so many a second, each time to a value that was never there.</summary>
internal sealed class PeopleAtWork(OrgModel org, IReadOnlyList<string> sfids)
{
    private static readonly TimeProvider Clock = TimeProvider.System;
    private readonly DmlContext _person = new("page", null, org.HumanUser.Id);
    private int _changes;

    /// <summary>Works for a time; the values in the order of their commits, with the moments after them.</summary>
    public async Task<IReadOnlyList<(string Value, long CommittedAt)>> WorkAsync(long perSecond, TimeSpan time)
    {
        var (began, commits) = (Clock.GetTimestamp(), new List<(string, long)>());
        while (Clock.GetElapsedTime(began) is var elapsed && elapsed < time)
        {
            // What is late is made up for at once, so that the rate is the rate.
            for (var due = (long)(elapsed.TotalSeconds * perSecond); commits.Count < due;)
            {
                commits.Add(Change());
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), Clock);
        }

        return commits;
    }

    /// <summary>Every record once, in transactions of 200, faster than anybody hears it.</summary>
    public void Rush()
    {
        foreach (var some in sfids.Chunk(OrgModel.RecordsPerCallMax))
        {
            Check(org.Update([.. some.Select(sfid => Input(sfid, Next()))], _person));
        }
    }

    private (string Value, long CommittedAt) Change()
    {
        var value = Next();
        Check(org.Update([Input(sfids[_changes % sfids.Count], value)], _person));
        return (value, Clock.GetTimestamp());
    }

    private string Next() => $"https://example.com/{++_changes}";

    private static RecordInput Input(string sfid, string value) => new("Account", sfid, new Dictionary<string, object?> { ["Website"] = value });

    private static void Check(IReadOnlyList<RecordResult> results)
    {
        if (results.FirstOrDefault(result => !result.Success) is { } refused)
        {
            throw new InvalidOperationException($"the org refused a person's change: {refused.Errors[0].Message}");
        }
    }
}
