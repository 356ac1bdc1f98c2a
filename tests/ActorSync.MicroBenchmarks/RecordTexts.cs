using ActorSync.Capture;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;
using ActorSync.TestKit.Memory;
using BenchmarkDotNet.Attributes;

namespace ActorSync.MicroBenchmarks;

/// <summary>Records between memory and the columns of the engine's tables, a record each: journal, snapshots, the change log, the mailbox.</summary>
[MemoryDiagnoser]
public class RecordTexts
{
    private const int Record = 1;

    /// <summary>Messages of an envelope of the largest size, all for one shard.</summary>
    private const int Messages = RecordMail.EnvelopeMessagesMax;

    private readonly RecordCodec _codec = new();
    private readonly LocalChanges _changes = new(new Dictionary<short, RowValues> { [AccountRecords.Number] = new(AccountRecords.Mapping) });
    private readonly CapturedChange _insert = AccountRecords.Inserted(Record);
    private readonly CapturedChange _update = AccountRecords.Updated(Record);
    private RecordState _state = null!;
    private string _stateText = "";
    private List<RecordEvent> _events = [];
    private List<(string Name, string Text)> _eventTexts = [];
    private MemoryTurnStore _store = null!;
    private RecordMail _mail = null!;
    private List<Delivery<RecordMessage>> _deliveries = [];
    private IReadOnlyList<StoredEnvelope> _envelopes = [];

    /// <summary>A birth that is offered, and an envelope of answers.</summary>
    [GlobalSetup]
    public async Task Prepare()
    {
        (_state, _events) = AccountRecords.Take(Record, RecordState.Initial, _changes.Translate(_insert)!.Value.Message, AccountRecords.Now);
        _stateText = _codec.WriteState(_state);
        _eventTexts = [.. _events.Select(decided => (_codec.NameOf(decided), _codec.WriteEvent(decided)))];
        var database = new MemoryDatabase([AccountRecords.Mapping], 1, () => AccountRecords.Now, TestKit.Seeds.Seeded.From(1));
        _store = new MemoryTurnStore(database);
        _mail = new RecordMail(AccountRecords.Mappings, new MemoryMappedRows(database), 1);
        _deliveries = [.. Enumerable.Range(0, Messages).Select(record => new Delivery<RecordMessage>(new ActorId(AccountRecords.Number, AccountRecords.Entity(record)), AccountRecords.Confirmed(record)))];
        await using var turn = await _store.BeginAsync(CancellationToken.None);
        _mail.Send(turn, _deliveries);
        await turn.CommitAsync(CancellationToken.None);
        _envelopes = await _store.PeekMailAsync(0, 2, CancellationToken.None);
    }

    /// <summary>The snapshot of a record whose birth is offered.</summary>
    [Benchmark]
    public object StateWritten() => _codec.WriteState(_state);

    /// <summary>The same, read.</summary>
    [Benchmark]
    public object StateRead() => _codec.ReadState(_stateText);

    /// <summary>All events of a birth.</summary>
    [Benchmark]
    public int EventsWritten()
    {
        var length = 0;
        foreach (var decided in _events)
        {
            length += _codec.WriteEvent(decided).Length;
        }

        return length;
    }

    /// <summary>The same, read.</summary>
    [Benchmark]
    public object EventsRead()
    {
        RecordEvent? last = null;
        foreach (var (name, text) in _eventTexts)
        {
            last = _codec.ReadEvent(name, text);
        }

        return last!;
    }

    /// <summary>jsonb of an inserted row, to canonical values.</summary>
    [Benchmark]
    public object InsertTranslated() => _changes.Translate(_insert)!.Value.Message;

    /// <summary>jsonb of a row of which one field was updated.</summary>
    [Benchmark]
    public object UpdateTranslated() => _changes.Translate(_update)!.Value.Message;

    /// <summary>Answers for records, put into an envelope.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    public async Task EnvelopeWritten()
    {
        await using var turn = await _store.BeginAsync(CancellationToken.None);
        _mail.Send(turn, _deliveries);
    }

    /// <summary>The same, taken out.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    public async Task<object> EnvelopeOpened()
    {
        await using var turn = await _store.BeginAsync(CancellationToken.None);
        return await _mail.OpenAsync(turn, _envelopes, CancellationToken.None);
    }
}
