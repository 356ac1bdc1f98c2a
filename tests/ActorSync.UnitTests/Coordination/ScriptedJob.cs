using ActorSync.Domain.Faults;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Soap;

namespace ActorSync.UnitTests.Coordination;

/// <summary>One job whose states are told one after the other, the last one for ever.</summary>
internal sealed class ScriptedJob : IBulkApi
{
    private readonly Dictionary<string, Queue<SyncFault>> _faults = new(StringComparer.Ordinal);

    private BulkJobState _state;

    public Queue<BulkJobState> States { get; } = new();

    public List<string> Calls { get; } = [];

    public Dictionary<string, WriteResult> Results { get; } = new(StringComparer.Ordinal)
    {
        [Offers.Account("b").Entity.ToString()] = new WriteResult("id of b", Success: true, Created: true, [], null),
        [Offers.Account("a").Entity.ToString()] = new WriteResult("id of a", Success: true, Created: true, [], null),
    };

    public HashSet<string> Unprocessed { get; } = new(StringComparer.Ordinal);

    public string? ErrorMessage { get; set; }

    /// <summary>What happens before the first reading of the results, the second and so on.</summary>
    public Queue<Action> Later { get; } = new();

    /// <summary>The next calls of a kind fail.</summary>
    public void Fail(string call, params SyncFault[] faults) => _faults[call] = new Queue<SyncFault>(faults);

    /// <summary>What the job was last opened for.</summary>
    public BulkRequest? Opened { get; private set; }

    public Task<string> CreateAsync(BulkRequest request, string client, CancellationToken cancellation)
    {
        Opened = request;
        return AnswerAsync("create", () => "750");
    }

    public Task UploadAsync(string jobId, BulkRequest request, IReadOnlyList<SoapRecord> records, CancellationToken cancellation) => AnswerAsync($"upload {records.Count}", () => "");

    public Task CloseAsync(string jobId, CancellationToken cancellation) => AnswerAsync("close", () => "");

    public Task AbortAsync(string jobId, CancellationToken cancellation) => AnswerAsync("abort", () => "");

    public Task<BulkJob> ReadAsync(string jobId, CancellationToken cancellation) =>
        AnswerAsync("read", () => new BulkJob(jobId, _state = States.TryDequeue(out var next) ? next : _state, Results.Count, 0, ErrorMessage));

    public Task<BulkResults> ResultsAsync(string jobId, BulkRequest request, CancellationToken cancellation) => AnswerAsync("results", () =>
    {
        if (Later.TryDequeue(out var commit))
        {
            commit();
        }

        return new BulkResults(Results.ToDictionary(), Unprocessed.ToHashSet());
    });

    private Task<T> AnswerAsync<T>(string call, Func<T> answer)
    {
        Calls.Add(call);
        return _faults.TryGetValue(call, out var faults) && faults.TryDequeue(out var fault) ? Task.FromException<T>(new SalesforceException(fault, call)) : Task.FromResult(answer());
    }
}

/// <summary>Many at once.</summary>
internal static class QueueExtensions
{
    public static void EnqueueAll<T>(this Queue<T> queue, params ReadOnlySpan<T> items)
    {
        foreach (var item in items)
        {
            queue.Enqueue(item);
        }
    }
}
