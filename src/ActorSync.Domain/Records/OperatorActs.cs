using ActorSync.Domain.Mapping;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.Domain.Records.RecordMessage;

namespace ActorSync.Domain.Records;

/// <summary>What an operator's word does to a parked record: retry, skip, or correct and retry. What makes no sense in the state is journaled as unexpected (rule 10).</summary>
internal static class OperatorActs
{
    public static void Retry(RecordDecision decision, Retry m)
    {
        // A row that cannot be sent waits for another configuration, not for another try.
        if (decision.State.Parked is not { } parked || (parked.Code == ParkedError.ReadOnly && decision.Mapping.Access == MappingAccess.ReadOnly))
        {
            decision.Add(new Unexpected(m.ToString(), decision.Now));
            return;
        }

        decision.Add(new OperatorActed(OperatorAction.Retry, m.By, null, FieldValues.Empty, m.At));
        ReadAgain(decision, parked, "a message of it failed");
    }

    public static void Skip(RecordDecision decision, Skip m)
    {
        if (decision.State.Parked is not { } parked)
        {
            decision.Add(new Unexpected(m.ToString(), decision.Now));
            return;
        }

        var (operation, fields) = Dropped(decision.State, parked);
        decision.Add(new OperatorActed(OperatorAction.Skip, m.By, operation, fields, m.At));
        if (parked.Source == ParkedError.Salesforce && decision.State.Sfid is { } sfid)
        {
            decision.Add(new ReadBackAsked(sfid, "a refused change was skipped: the row gets the values of Salesforce", decision.Now));
        }

        ReadAgain(decision, parked, "a message of it failed and was skipped");
    }

    public static void Edit(RecordDecision decision, EditAndRetry m)
    {
        var write = decision.State.Parked?.Source switch
        {
            ParkedError.Salesforce => decision.State.Queue.FirstOrDefault(),
            ParkedError.Doubt => decision.State.Outstanding?.Write,
            _ => null,
        };
        if (write is null || write.Operation == WriteOperation.Delete || m.Fields.IsEmpty || !m.Fields.Names.All(name => MaySay(decision, write, name)))
        {
            decision.Add(new Unexpected(m.ToString(), decision.Now));
            return;
        }

        var fields = FieldValues.From(m.Fields.Select(field => KeyValuePair.Create(field.Key, CanonicalValue.Of(decision.Mapping.Field(field.Key)!, field.Value))));
        decision.Add(new OperatorActed(OperatorAction.Edit, m.By, write.Operation, fields, m.At));
    }

    // What a skip gives up: the refused write, the birth in doubt, or the values a row would not take. A message that failed is given up already.
    private static (WriteOperation?, FieldValues) Dropped(RecordState state, ParkedError parked) => parked.Source switch
    {
        ParkedError.Doubt when state.Outstanding is { } outside => (outside.Write.Operation, outside.Write.Fields),
        ParkedError.Postgres => (null, state.Owed?.Fields ?? FieldValues.Empty),
        ParkedError.Salesforce when !state.Queue.IsEmpty => (state.Queue[0].Operation, state.Queue[0].Fields.With(Sums(state))),
        ParkedError.Engine when parked.Code == ParkedError.ReadOnly && !state.Queue.IsEmpty => (state.Queue[0].Operation, state.Queue[0].Fields),
        ParkedError.Salesforce when !state.Counters.IsEmpty => (WriteOperation.Update, Sums(state)),
        _ => (null, FieldValues.Empty),
    };

    // Of a message that failed nothing is known but that it was one: a fresh read shows what it may have brought.
    private static void ReadAgain(RecordDecision decision, ParkedError parked, string reason)
    {
        if (parked.Source == ParkedError.Engine && decision.State.Sfid is { } sfid)
        {
            decision.Add(new ReadBackAsked(sfid, reason, decision.Now));
        }
    }

    private static FieldValues Sums(RecordState state) =>
        FieldValues.From(state.Counters.Select(counter => KeyValuePair.Create(counter.Key, (string?)Counters.Text(Counters.Sum(counter.Value)))));

    private static bool MaySay(RecordDecision decision, LocalWrite write, string name) =>
        decision.Mapping.Access == MappingAccess.ReadWrite && decision.Mapping.Field(name) is { } field
        && (write.Operation == WriteOperation.Insert ? field.Creatable : field.Updatable);
}
