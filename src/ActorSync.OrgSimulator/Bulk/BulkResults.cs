using System.Text;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Bulk;

/// <summary>
/// The three sets of a job's rows as CSV. The org's own columns are quoted, the uploaded ones stay as they came. Rows come in another order than in the upload, as
/// Salesforce allows itself: a caller that counts on the order must not get away with it.
/// </summary>
internal sealed class BulkResults(BulkJob job, int seed)
{
    private readonly IReadOnlyList<RecordResult?> _results = job.Results();

    public ReadOnlyMemory<byte> Successful() => Write(
        "\"sf__Id\",\"sf__Created\"",
        r => r is { Success: true },
        row => [_results[row]!.Id ?? "", _results[row]!.Created ? "true" : "false"]);

    public ReadOnlyMemory<byte> Failed() => Write(
        "\"sf__Id\",\"sf__Error\"",
        r => r is { Success: false },
        row => [_results[row]!.Id ?? "", ErrorText(_results[row]!.Errors)]);

    public ReadOnlyMemory<byte> Unprocessed() => Write("", r => r is null, _ => []);

    /// <summary><c>CODE:message:field field --</c>; without fields <c>CODE:message:--</c>.</summary>
    public static string ErrorText(IReadOnlyList<RecordError> errors) =>
        string.Concat(errors.Select(e => $"{e.StatusCode}:{e.Message}:{string.Concat(e.Fields.Select(f => f + ' '))}--"));

    private byte[] Write(string ownHeader, Func<RecordResult?, bool> belongs, Func<int, string[]> ownValues)
    {
        var data = job.Data;
        var csv = new StringBuilder();
        WriteLine(csv, ownHeader.Replace(',', job.Spec.Delimiter), data.HeaderText);
        foreach (var row in Shuffled([.. Enumerable.Range(0, _results.Count).Where(i => belongs(_results[i]))]))
        {
            WriteLine(csv, string.Join(job.Spec.Delimiter, ownValues(row).Select(Quoted)), data.Text(row));
        }

        return Encoding.UTF8.GetBytes(csv.ToString());
    }

    private void WriteLine(StringBuilder csv, string own, ReadOnlySpan<char> uploaded)
    {
        csv.Append(own);
        if (own.Length > 0 && uploaded.Length > 0)
        {
            csv.Append(job.Spec.Delimiter);
        }

        csv.Append(uploaded).Append(job.Spec.EndsWithCrLf ? "\r\n" : "\n");
    }

    /// <summary>In an order drawn from the server's seed and the job's number; never the upload's.</summary>
    private int[] Shuffled(int[] rows)
    {
        new Random(unchecked((seed * 397) ^ job.Number)).Shuffle(rows);
        if (rows.Length > 1 && rows.SequenceEqual(rows.Order()))
        {
            Array.Reverse(rows);
        }

        return rows;
    }

    private static string Quoted(string value) => "\"" + value.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
