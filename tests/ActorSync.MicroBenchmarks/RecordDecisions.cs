using ActorSync.Bench;
using ActorSync.Capture;
using ActorSync.Domain.Records;
using ActorSync.Records;
using BenchmarkDotNet.Attributes;

namespace ActorSync.MicroBenchmarks;

/// <summary>What one record decides and folds, for each step of its life: a birth, the answer, the row's id written back, an edit, an echo.</summary>
[MemoryDiagnoser]
public class RecordDecisions
{
    private const int Record = 1;

    private RecordMessage _insert = null!;
    private RecordMessage _landed = null!;
    private RecordMessage _update = null!;
    private RecordMessage _echo = null!;
    private RecordState _offered = null!;
    private RecordState _answered = null!;
    private RecordState _atRest = null!;

    /// <summary>Takes a record through its life once.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        var changes = new LocalChanges(new Dictionary<short, RowValues> { [AccountRecords.Number] = new(AccountRecords.Mapping) });
        var fields = AccountRecords.Fields(Record);
        var row = new RowStamp(Record + 1, 2);
        _insert = changes.Translate(AccountRecords.Inserted(Record))!.Value.Message;
        _update = changes.Translate(AccountRecords.Updated(Record))!.Value.Message;
        _landed = new RecordMessage.RowWriteResult(new RowWriteOutcome.Landed(row, fields, fields), AccountRecords.Now.AddSeconds(1));
        _echo = new RecordMessage.RemoteImage(
            AccountRecords.Sfid(Record), fields.With(AccountRows.ExternalId, AccountRecords.Entity(Record).ToString()), AccountRecords.Now.AddSeconds(1), AccountRecords.Now.AddSeconds(5),
            new RowImage(row, fields, null));
        _offered = Birth();
        _answered = Answer();
        _atRest = WrittenBack();
        Require(_offered.Outstanding is not null, "a birth offers a write");
        Require(RecordBehavior.Owed(_answered) is not null, "an answer owes the row its id");
        Require(RecordBehavior.Owed(_atRest) is null && _atRest.Life == Life.Alive, "a written row is at rest");
        Require(Edit().Outstanding is not null, "an edit offers a write");
        Require(Echo().Outstanding is null, "an echo offers nothing");
    }

    /// <summary>The row is inserted: a birth is offered.</summary>
    [Benchmark]
    public object BirthDecided() => Birth();

    /// <summary>Salesforce has answered: the row is owed its id.</summary>
    [Benchmark]
    public object ConfirmationDecided() => Answer();

    /// <summary>The row has its id.</summary>
    [Benchmark]
    public object WriteBackDecided() => WrittenBack();

    /// <summary>A poll shows what we wrote ourselves.</summary>
    [Benchmark]
    public object EchoDecided() => Echo();

    /// <summary>One field of a record at rest is changed: an update is offered.</summary>
    [Benchmark]
    public object EditDecided() => Edit();

    private RecordState Birth() => Take(RecordState.Initial, _insert, 0);

    private RecordState Answer() => Take(_offered, AccountRecords.Confirmed(Record), 1);

    private RecordState WrittenBack() => Take(_answered, _landed, 1);

    private RecordState Echo() => Take(_atRest, _echo, 6);

    private RecordState Edit() => Take(_atRest, _update, 6);

    private static RecordState Take(RecordState state, RecordMessage message, int second) => AccountRecords.Take(Record, state, message, AccountRecords.Now.AddSeconds(second)).State;

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"what is measured is not what it says: {what}");
        }
    }
}
