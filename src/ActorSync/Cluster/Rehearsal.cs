using System.Diagnostics;
using System.Text.Json;
using ActorSync.Coordination;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Sharding;
using ActorSync.Runtime.Turns;

namespace ActorSync.Cluster;

/// <summary>Two turns about a record that does not exist, before a process takes over any: methods are compiled when they run for the first time, for which records would stand still a second on a busy machine.
/// They run under leases that nobody has, so that their fences undo all of them.</summary>
internal sealed class Rehearsal(SyncStores stores, ObjectMapping mapping, RecordMail mail, Guid record, int shardCount)
{
    // No shard has this number, and nobody mails to it.
    private const int Nowhere = Addresses.Coordinator - 1;

    // Far behind every entry of a journal, and nobody else's: no holder, and no other process that rehearses, waits for the place of one that is undone.
    private readonly long _journalSeq = (long.MaxValue / 2) + (uint)record.GetHashCode();

    // Not one that Salesforce gives.
    private readonly string _sfid = $"000{record.ToString("N")[..15]}";

    /// <summary>Runs a turn of record actors and one of the coordinator.</summary>
    /// <param name="worker">Makes the worker of the turn, under these leases with these sources.</param>
    /// <param name="sources">Made for a lease of which there is nothing to read.</param>
    public async Task RunAsync(
        Func<HeldLease, IReadOnlyList<ITurnSource<RecordMessage>>> sources,
        Func<IReadOnlyList<HeldLease>, IReadOnlyList<ITurnSource<RecordMessage>>, TurnWorker<RecordState, RecordMessage, RecordEvent>> worker,
        CancellationToken stop)
    {
        var nowhere = await LeaseAsync(Nowhere, stop);
        var shard = await LeaseAsync(Addresses.ShardOf(record, shardCount), stop);
        await UndoneAsync(() => worker([shard, nowhere], [.. sources(nowhere), new Script(Messages, mail)]).TurnAsync(stop));
        await UndoneAsync(() => SubmitAsync(nowhere, stop));
    }

    private static async Task UndoneAsync(Func<Task<bool>> turn)
    {
        try
        {
            throw await turn() ? new UnreachableException("a turn under a lease that nobody has was committed") : new InvalidOperationException("the turn had nothing to do");
        }
        catch (StaleLeaseException)
        {
            // As it has to be.
        }
    }

    private async Task<HeldLease> LeaseAsync(int address, CancellationToken stop) => new()
    {
        Address = address, Epoch = 0, Token = record, BatchNo = -1, JournalSeq = _journalSeq, Snap = (await stores.Turns.GlanceAsync([address], stop)).Snapshot,
    };

    // Written by the application, confirmed by Salesforce, changed there.
    private RecordEnvelope Messages(DateTimeOffset now)
    {
        var id = new RecordId(mapping.Number, record);
        var text = mapping.Fields.FirstOrDefault(field => field.Kind == FieldKind.Text)?.Name;
        RecordMessage[] messages =
        [
            new RecordMessage.LocalChange(0, "0", now, RowOperation.Insert, new RowStamp(1, 1), FieldValues.Empty, Value("here")),
            new RecordMessage.WriteConfirmed(1, record, _sfid, now),
            new RecordMessage.RemoteImage(_sfid, Value("there"), now, now, RowImage.None),
        ];
        return new RecordEnvelope([.. messages.Select(message => StoredMessage.Of(id, message))]);

        FieldValues Value(string value) => text is null ? FieldValues.Empty : FieldValues.Of((text, value));
    }

    private async Task<bool> SubmitAsync(HeldLease lease, CancellationToken stop)
    {
        var journal = new SubmissionJournal(stores.Submissions, lease);
        await using var turn = await stores.Turns.BeginAsync(stop);
        await turn.ReadNowAsync(stop);
        var write = new OfferedWrite(mapping.Number, record, 1, WriteOperation.Update, _sfid, FieldValues.Empty, FieldValues.Empty, turn.Now);
        await journal.StartAsync(turn, [new Submission(record, mapping.Number, WriteOperation.Update, [write], turn.Now)], stop);
        mail.Send(turn, [new Delivery<RecordMessage>(new ActorId(mapping.Number, record), new RecordMessage.WriteConfirmed(1, record, _sfid, turn.Now))]);
        await journal.FinishAsync(turn, new SubmissionFinished(record, 1, 0, 0, null), stop);
        await turn.CommitAsync(stop);
        return true;
    }

    /// <summary>Messages as they come from a mailbox.</summary>
    private sealed class Script(Func<DateTimeOffset, RecordEnvelope> messages, RecordMail mail) : ITurnSource<RecordMessage>
    {
        public bool HasMore => true;

        public Task<IReadOnlyList<Delivery<RecordMessage>>> PeekPostponedAsync(ITurnStore store, CancellationToken stop) => Task.FromResult<IReadOnlyList<Delivery<RecordMessage>>>([]);

        public Task<IReadOnlyList<Delivery<RecordMessage>>> TakeAsync(Turn turn, int messagesMax, CancellationToken stop) =>
            mail.OpenAsync(turn, [new StoredEnvelope(0, Nowhere, JsonSerializer.Serialize(messages(turn.Now), RecordJson.Default.RecordEnvelope))], stop);
    }
}
