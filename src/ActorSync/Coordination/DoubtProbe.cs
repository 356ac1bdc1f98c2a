using System.Globalization;
using ActorSync.Domain.Faults;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Domain.Submissions;
using ActorSync.Feeds;
using ActorSync.Records;
using ActorSync.Salesforce.Soap;

namespace ActorSync.Coordination;

/// <summary>Looks up every record of a submission whose answer was lost, deleted ones included, and answers each by the truth table. Only after it has settled.</summary>
internal sealed class DoubtProbe(IPartnerApi soap, string organizationId)
{
    // Keys per query: 200 quoted ids keep the statement far below the limit of 100,000 characters.
    private const int KeysMax = 200;

    /// <summary>The answer for each write, in order.</summary>
    /// <param name="readBegan">Database clock before this call.</param>
    public async Task<IReadOnlyList<DoubtAnswer>> AnswerAsync(ObjectMapping mapping, Submission submission, DateTimeOffset readBegan, CancellationToken stop)
    {
        var byKey = submission.Operation == WriteOperation.Insert ? mapping.ExternalIdField : "Id";
        var found = new Dictionary<string, List<ProbedRecord>>(StringComparer.OrdinalIgnoreCase);
        foreach (var keys in submission.Writes.Select(Key).Chunk(KeysMax))
        {
            var list = string.Join(", ", keys.Select(key => $"'{key}'"));
            var reader = new ObjectReader(mapping, organizationId);
            var page = await soap.QueryAsync($"{reader.Select} WHERE {byKey} IN ({list})", includeDeleted: true, stop);
            while (true)
            {
                foreach (var row in page.Rows)
                {
                    var key = row[byKey] is { } value && byKey == "Id" ? CanonicalValue.Id18(value) : row[byKey] ?? "";
                    if (!found.TryGetValue(key, out var versions))
                    {
                        found[key] = versions = [];
                    }

                    var image = reader.Image(row);
                    versions.Add(new ProbedRecord(image.Sfid, image.Deleted, image.SystemModstamp, image.Fields));
                }

                if (page.Done || page.Locator is null)
                {
                    break;
                }

                page = await soap.QueryMoreAsync(page.Locator, stop);
            }
        }

        return [.. submission.Writes.Select(write => DoubtTable.Answer(
            new LostWrite(write.Operation, write.Sfid, Known(mapping, write.Fields), write.Base, submission.StartedAt) { Sums = Sums(mapping, write.Fields) },
            found.TryGetValue(Key(write), out var versions) ? versions : [],
            mapping.ClockTolerance, readBegan))];
    }

    private static string Key(OfferedWrite write) =>
        write.Operation == WriteOperation.Insert ? write.Entity.ToString("D", CultureInfo.InvariantCulture) : write.Sfid!;

    private static FieldNames Sums(ObjectMapping mapping, FieldValues fields) =>
        new(fields.Names.Where(name => mapping.PolicyOf(name) == ConflictPolicy.Counter));

    private static FieldValues Known(ObjectMapping mapping, FieldValues fields) =>
        fields.Where((name, _) => name == mapping.ExternalIdField || mapping.Field(name) is not null);
}
