using System.CommandLine;
using ActorSync.Configuration;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Provisioning;
using Npgsql;

namespace ActorSync.Commands;

/// <summary><c>actorsync retry</c>, <c>skip</c>, <c>edit</c> and <c>choose</c>: what an operator says of a parked record. It goes into the record's durable mailbox and is decided by the
/// node that holds it, now or when one runs again; the journal keeps who said it.</summary>
internal static class OperatorCommands
{
    public static IEnumerable<Command> Create(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        yield return Create(
            scopeOf,
            new DescribedCommand(
                "retry",
                "Let a parked record try again what it waits for. A birth in doubt is offered again: its upsert finds the record if there is one.",
                "actorsync retry 6f1c9a52-6f0e-4c0e-9d0a-0f6a8f0f6c11 -c actorsync.conf"),
            new OperatorWord((_, _, by, at) => new RecordMessage.Retry(by, at)));
        yield return Create(
            scopeOf,
            new DescribedCommand(
                "skip",
                "Give up what a parked record waits for: a refused change is dropped and the row gets Salesforce's values, a refused birth leaves a row that is not in Salesforce.",
                "actorsync skip 6f1c9a52-6f0e-4c0e-9d0a-0f6a8f0f6c11 -c actorsync.conf --by 'Ada, ticket 4711'"),
            new OperatorWord((_, _, by, at) => new RecordMessage.Skip(by, at)));
        var fields = new Argument<string[]>("FIELD=VALUE") { Description = "API name of a mapped field and its value.", Arity = ArgumentArity.OneOrMore };
        yield return Create(
            scopeOf,
            new DescribedCommand(
                "edit",
                "Correct values of a parked record's refused write and try again. Both sides get them; FIELD= empties a field.",
                "actorsync edit 6f1c9a52-6f0e-4c0e-9d0a-0f6a8f0f6c11 Email=ada@example.com -c actorsync.conf",
                "actorsync edit 6f1c9a52-6f0e-4c0e-9d0a-0f6a8f0f6c11 Title= 'LastName=van Rossum' -c actorsync.conf"),
            new OperatorWord((parsed, mapping, by, at) => new RecordMessage.EditAndRetry(ValuesOf(mapping, parsed.GetValue(fields)!), by, at)) { Arguments = [fields] });
        yield return Choose(scopeOf);
    }

    private static Command Choose(Func<ParseResult, CancellationToken, CommandScope> scopeOf)
    {
        var field = new Argument<string>("FIELD") { Description = "API name of a field in the conflict inbox." };
        var side = new Option<Side?>("--side") { Description = "The value of this side: postgres or salesforce.", HelpName = "SIDE" };
        var value = new Option<string?>("--value") { Description = "A value of neither side; an empty one empties the field.", HelpName = "TEXT" };
        return Create(
            scopeOf,
            new DescribedCommand(
                "choose",
                "Decide a field in the conflict inbox: the value of one side, or another one. Both sides get it, and the field is synced again.",
                "actorsync choose 6f1c9a52-6f0e-4c0e-9d0a-0f6a8f0f6c11 Phone --side postgres -c actorsync.conf",
                "actorsync choose 6f1c9a52-6f0e-4c0e-9d0a-0f6a8f0f6c11 Phone --value '+31 20 123' -c actorsync.conf"),
            new OperatorWord((parsed, mapping, by, at) => (parsed.GetValue(side), parsed.GetValue(value)) switch
            {
                ({ } chosen, null) => new RecordMessage.ChooseSide(FieldOf(mapping, parsed.GetValue(field)!).Name, chosen, null, by, at),
                (null, { } text) => new RecordMessage.ChooseSide(FieldOf(mapping, parsed.GetValue(field)!).Name, null, text.Length == 0 ? null : text, by, at),
                _ => throw new CommandException(ExitCode.Usage, "say which value it shall be: --side postgres, --side salesforce, or --value TEXT"),
            })
            {
                Arguments = [field],
                Options = [side, value],
            });
    }

    private static Command Create(
        Func<ParseResult, CancellationToken, CommandScope> scopeOf,
        DescribedCommand command,
        OperatorWord word)
    {
        var record = new Argument<Guid>("UUID") { Description = "External id of the record." };
        var objectName = new Option<string?>("--object") { Description = "Of this object, where records of several objects have that UUID and are parked.", HelpName = "NAME" };
        var by = new Option<string>("--by")
        {
            Description = "Who says so, for the journal. Default: the login on this machine.",
            HelpName = "NAME",
            DefaultValueFactory = _ => Environment.UserName,
        };
        var database = new DatabaseChoice();
        command.Arguments.Add(record);
        foreach (var argument in word.Arguments)
        {
            command.Arguments.Add(argument);
        }

        foreach (var option in word.Options)
        {
            command.Options.Add(option);
        }

        command.Options.Add(objectName);
        command.Options.Add(by);
        database.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            var scope = scopeOf(parsed, stop);
            return CommandLine.GuardAsync(scope, async () =>
            {
                await using var source = database.Open(parsed);
                var parked = await ParkedAsync(source, parsed.GetValue(record), parsed.GetValue(objectName), scope.Stop);
                var said = word.Say(parsed, parked.Mapping, parsed.GetValue(by)!, parked.ReadAt);
                await SendAsync(source, parked, said, command.Name, scope.Stop);
                await scope.Out.WriteLineAsync(
                    $"{command.Name} of {parked.Mapping.ObjectName} {parked.Id.ExternalId} is in its mailbox; actorsync audit {parked.Id.ExternalId} shows what became of it");
                return (int)ExitCode.Ok;
            });
        });
        return command;
    }

    private static async Task<KnownRecord> ParkedAsync(NpgsqlDataSource database, Guid record, string? objectName, CancellationToken stop)
    {
        var mappings = RecordChoice.Of(await MappingStore.ReadAsync(database, stop), objectName);
        var known = await new ParkedRecords(database).FindAsync(mappings, record, stop);
        if (known.IsEmpty)
        {
            throw new CommandException(ExitCode.NotFound, $"no record {record} is known: check the UUID (the external id column of the mapped table) and --object");
        }

        return known.Where(one => one.State.Parked is not null || !one.State.Inbox.IsEmpty).ToArray() switch
        {
            [var parked] => parked,
            [] => throw NotParked(known[0]),
            var several => throw new CommandException(
                ExitCode.Usage, $"records {record} of {string.Join(" and ", several.Select(one => one.Mapping.ObjectName))} are parked: say which with --object NAME"),
        };
    }

    // The decision is the record's own, later; what it would find senseless by its snapshot is not sent.
    private static async Task SendAsync(NpgsqlDataSource database, KnownRecord parked, RecordMessage said, string verb, CancellationToken stop)
    {
        if (RecordBehavior.Take(parked.Mapping, parked.Id, parked.State, said, parked.ReadAt).Any(@event => @event is RecordEvent.Unexpected))
        {
            var waits = string.Join("; ", ParkedEntry.Of(parked.Mapping.ObjectName, parked.Id.ExternalId, parked.State).Select(entry => entry.Reason));
            throw new CommandException(ExitCode.Failed, $"{verb} makes no sense for {parked.Mapping.ObjectName} {parked.Id.ExternalId}, which waits because of: {waits}");
        }

        if (!await new ParkedRecords(database).SendAsync(parked.Id, said, stop))
        {
            throw NotParked(parked);
        }
    }

    private static CommandException NotParked(KnownRecord record) =>
        new(ExitCode.Failed, $"{record.Mapping.ObjectName} {record.Id.ExternalId} is not parked: nothing waits for you");

    private static FieldValues ValuesOf(ObjectMapping mapping, string[] assignments)
    {
        var values = new List<KeyValuePair<string, string?>>();
        foreach (var assignment in assignments)
        {
            var equals = assignment.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                throw new CommandException(ExitCode.Usage, $"'{assignment}' is not FIELD=VALUE");
            }

            var mapped = FieldOf(mapping, assignment[..equals]);
            if (values.Any(value => value.Key == mapped.Name))
            {
                throw new CommandException(ExitCode.Usage, $"{mapped.Name} is given twice");
            }

            values.Add(KeyValuePair.Create(mapped.Name, assignment[(equals + 1)..] is { Length: > 0 } value ? value : null));
        }

        return FieldValues.From(values);
    }

    private static FieldMapping FieldOf(ObjectMapping mapping, string name)
    {
        if (mapping.Fields.FirstOrDefault(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } mapped)
        {
            return mapped;
        }

        var nearest = NearestWord.Find(name, mapping.Fields.Select(field => field.Name));
        throw new CommandException(ExitCode.Usage, $"{name} is no mapped field of {mapping.ObjectName}{(nearest is null ? "" : $"; write {nearest}")}");
    }

    /// <summary>What one of the commands takes besides the record, and says.</summary>
    /// <param name="Say">The message, of what was given, the record's mapping, who says it and when.</param>
    private sealed record OperatorWord(Func<ParseResult, ObjectMapping, string, DateTimeOffset, RecordMessage> Say)
    {
        public IReadOnlyList<Argument> Arguments { get; init; } = [];

        public IReadOnlyList<Option> Options { get; init; } = [];
    }
}
