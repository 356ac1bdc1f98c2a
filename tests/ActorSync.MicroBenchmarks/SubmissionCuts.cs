using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using BenchmarkDotNet.Attributes;

namespace ActorSync.MicroBenchmarks;

/// <summary>The coordinator cuts 20,000 waiting births, an offer each. With the limits of reference.conf it looks at no more at once.</summary>
[MemoryDiagnoser]
public class SubmissionCuts
{
    private const int Offers = 20_000;

    private static readonly CutLimits Calls = new(CutLimits.SoapRowsMax, TimeSpan.FromMilliseconds(20), 10);
    private static readonly CutLimits Jobs = Calls with { Jobs = new JobLimits(2_000, 10_000, TimeSpan.FromMilliseconds(500), 4, 100_000_000) };

    private readonly WaitingWrite[] _offers = [.. Enumerable.Range(0, Offers).Select(record => Offer(record, []))];

    // Every tenth is the parent of the nine behind it.
    private readonly WaitingWrite[] _families = [.. Enumerable.Range(0, Offers).Select(record =>
        Offer(record, record % 10 == 0 ? [] : [new ParentReference("Parent.ActorSync_Id__c", Record(record - (record % 10)), CanFollow: true)]))];

    /// <summary>By Bulk jobs.</summary>
    [Benchmark(OperationsPerInvoke = Offers)]
    public object CutIntoJobs() => Cut(_offers, Jobs);

    /// <summary>By SOAP calls.</summary>
    [Benchmark(OperationsPerInvoke = Offers)]
    public object CutIntoCalls() => Cut(_offers, Calls);

    /// <summary>By Bulk jobs, where nine of ten wait for the birth of a parent.</summary>
    [Benchmark(OperationsPerInvoke = Offers)]
    public object CutFamilies() => Cut(_families, Jobs);

    private static IReadOnlyList<SubmissionCut> Cut(WaitingWrite[] waiting, CutLimits limits) =>
        SubmissionCutter.Cut(waiting, [], [], PlacesTaken.None, _ => 0, limits, AccountRecords.Now.AddSeconds(1));

    private static WaitingWrite Offer(int record, IReadOnlyList<ParentReference> parents) =>
        new(record + 1, new Lane(AccountRecords.Number, WriteOperation.Insert), Record(record), parents, AccountRecords.Now, Alone: false, Position: record + 1) { Bytes = 300 };

    private static RecordId Record(int record) => new(AccountRecords.Number, AccountRecords.Entity(record));
}
