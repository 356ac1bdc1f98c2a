using System.Net;
using System.Text.Json;
using ActorSync.IntegrationTests.OrgSimulator;
using ActorSync.TestKit.Time;
using Shouldly;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>An administrator at the org's list of Bulk jobs.</summary>
internal static class JobsPage
{
    private static readonly string[] Final = ["JobComplete", "Failed", "Aborted"];

    /// <summary>Aborts the jobs that are not over; how many.</summary>
    public static Task<int> AbortJobsAsync(this RunningSync sync) => OfJobsAsync(sync, async (org, jobs) =>
    {
        var running = jobs.Where(job => !Final.Contains(job.State)).ToList();
        foreach (var job in running)
        {
            (await org.SetStateAsync(job.Id, "Aborted")).Status.ShouldBe(HttpStatusCode.OK);
        }

        return running.Count;
    });

    /// <summary>Deletes all jobs as soon as they are over.</summary>
    public static async Task DeleteJobsAsync(this RunningSync sync)
    {
        await JobsAreOverAsync(sync);
        await OfJobsAsync(sync, async (org, jobs) =>
        {
            foreach (var job in jobs)
            {
                (await org.RestAsync(HttpMethod.Delete, $"/jobs/ingest/{job.Id}")).Status.ShouldBe(HttpStatusCode.NoContent);
            }

            return jobs.Count;
        });
    }

    /// <summary>Waits until no job runs.</summary>
    public static Task JobsAreOverAsync(this RunningSync sync) => Eventually.HoldsAsync("the jobs to be over", () =>
        OfJobsAsync(sync, (_, jobs) => Task.FromResult(jobs.Count > 0 && jobs.All(job => Final.Contains(job.State)))));

    private static async Task<T> OfJobsAsync<T>(RunningSync sync, Func<OrgCaller, IReadOnlyList<(string Id, string State)>, Task<T>> work)
    {
        var org = await OrgCaller.OfAsync(sync.Server);
        using var http = org.Http;
        var (_, list) = await org.RestAsync(HttpMethod.Get, "/jobs/ingest");
        return await work(org, [.. list.GetProperty("records").EnumerateArray().Select(job => (Text(job, "id"), Text(job, "state")))]);
    }

    private static string Text(JsonElement job, string name) => job.GetProperty(name).GetString()!;
}
