using ActorSync.Salesforce.Streaming;
using Shouldly;

namespace ActorSync.IntegrationTests.Salesforce;

/// <summary>A reading of a stream that a test takes one piece of news at a time.</summary>
internal sealed class StreamReading : IAsyncDisposable
{
    /// <summary>Long, also for a machine that is busy with other things: a test that comes to it misses news.</summary>
    private static readonly TimeSpan TimeMax = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource ended = new(TimeMax, TimeProvider.System);
    private readonly IAsyncEnumerator<StreamNews> news;

    public StreamReading(StreamClient client) => news = client.ReadAsync(ended.Token).GetAsyncEnumerator(CancellationToken.None);

    public async Task<StreamNews> NextAsync() =>
        await news.MoveNextAsync() ? news.Current : throw new InvalidOperationException("the stream has ended");

    public async Task<T> NextAsync<T>()
        where T : StreamNews =>
        (await NextAsync()).ShouldBeOfType<T>();

    public async Task<StreamNews.Changed[]> ChangesAsync(int count)
    {
        List<StreamNews.Changed> changes = [];
        while (changes.Count < count)
        {
            changes.Add(await NextAsync<StreamNews.Changed>());
        }

        return [.. changes];
    }

    /// <summary>Ends the reading by its token, in the middle of whatever it waits for.</summary>
    public Task CancelAsync() => ended.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await news.DisposeAsync();
        ended.Dispose();
    }

    /// <summary>The Name that each event tells, or its type where it tells none.</summary>
    public static string[] Names(IEnumerable<StreamNews.Changed> changes) => [.. changes.Select(c => c.Event.Fields.GetValueOrDefault("Name") ?? c.Event.Type.ToString())];
}
