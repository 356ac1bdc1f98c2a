using System.Text.Json;
using ActorSync.Domain.Records;
using ActorSync.Records;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Turns;

namespace ActorSync.Capture;

/// <summary>Turns rows of the change log into the messages of record actors: columns become fields, text forms become canonical values.</summary>
/// <param name="retired">Mappings that the database knew when this node started and its configuration does not have: nobody wants their changes. Null: every mapping that is not known here.</param>
internal sealed class LocalChanges(IReadOnlyDictionary<short, RowValues> values, IReadOnlySet<short>? retired = null)
{
    /// <summary>The message of a captured row; null for a retired mapping.</summary>
    /// <exception cref="UnknownKindException">The mapping was added by a node with a newer configuration: this node must not pass over its changes.</exception>
    public Delivery<RecordMessage>? Translate(CapturedChange change)
    {
        if (!values.TryGetValue(change.Mapping, out var row))
        {
            return retired?.Contains(change.Mapping) != false ? null
                : throw new UnknownKindException($"a change is of mapping {change.Mapping}, which a node with a newer configuration has added");
        }

        var operation = change.Operation switch { 'I' => RowOperation.Insert, 'U' => RowOperation.Update, _ => RowOperation.Delete };
        var before = Values(row, change.Old);
        var after = Values(row, change.New);
        if (operation == RowOperation.Update)
        {
            // The application may have changed only the spelling of a value (1.0 to 1.00): canonically nothing happened.
            // A field of intent is said all the same: capture logs what the statement set to what it was with equal values.
            var differing = after.DifferingFrom(before);
            var changed = after.Where((name, _) => differing.Has(name) || row.Mapping.Field(name) is { Intent: true });
            (before, after) = (before.Where((name, _) => changed.Has(name)), changed);
        }

        return new Delivery<RecordMessage>(
            new ActorId(change.Mapping, change.Entity),
            new RecordMessage.LocalChange(change.Id, change.Xid, change.At, operation, new RowStamp(change.Birth, change.Revision), before, after));
    }

    private static FieldValues Values(RowValues row, string? json) =>
        json is null ? FieldValues.Empty : row.Canonical(JsonSerializer.Deserialize(json, RecordJson.Default.FieldValues)!);
}
