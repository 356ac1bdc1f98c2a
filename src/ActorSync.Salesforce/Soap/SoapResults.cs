using System.Xml;
using ActorSync.Domain.Faults;

namespace ActorSync.Salesforce.Soap;

/// <summary>Reads the answers of the operations, each at its <c>...Response</c> element.</summary>
internal static class SoapResults
{
    /// <summary>One result per record of the call, in its order.</summary>
    /// <exception cref="InvalidDataException">The number of results differs: nobody can say which is whose.</exception>
    public static List<WriteResult> Writes(XmlReader xml, int expected, string? externalIdField)
    {
        List<WriteResult> results = new(expected);
        ForEachResult(xml, result => results.Add(Write(result, externalIdField)));
        SoapAnswer.Require(results.Count == expected, $"it has {results.Count} results for {expected} records");
        return results;
    }

    public static QueryAnswer Query(XmlReader xml)
    {
        bool? done = null;
        string? locator = null;
        int size = 0;
        List<QueryRow> rows = [];
        ForEachResult(xml, result => SoapAnswer.ForEachChild(result, field =>
        {
            switch (field.LocalName)
            {
                case "done":
                    done = SoapAnswer.Boolean(field);
                    break;
                case "queryLocator":
                    locator = SoapAnswer.Text(field);
                    break;
                case "records":
                    if (RowReader.Read(field) is { } row)
                    {
                        rows.Add(row);
                    }

                    break;
                case "size":
                    size = SoapAnswer.Integer(field);
                    break;
                default:
                    field.Skip();
                    break;
            }
        }));
        SoapAnswer.Require(done is not null, "it does not say whether the query is done");
        SoapAnswer.Require(done == true || !string.IsNullOrEmpty(locator), "it has more pages but no locator");
        return new QueryAnswer(rows, done!.Value, done.Value ? null : locator, size);
    }

    public static List<QueryRow?> Retrieved(XmlReader xml, int expected)
    {
        List<QueryRow?> rows = new(expected);
        SoapAnswer.ForEachChild(xml, result =>
        {
            SoapAnswer.Require(result.LocalName == "result", $"it has an unknown element {result.LocalName}");
            rows.Add(RowReader.Read(result));
        });
        SoapAnswer.Require(rows.Count == expected, $"it has {rows.Count} results for {expected} ids");
        return rows;
    }

    public static DeletedAnswer Deleted(XmlReader xml)
    {
        List<DeletedRecord> records = [];
        DateTimeOffset? earliest = null, latest = null;
        ForEachResult(xml, result => SoapAnswer.ForEachChild(result, field =>
        {
            switch (field.LocalName)
            {
                case "deletedRecords":
                    records.Add(DeletedRecord(field));
                    break;
                case "earliestDateAvailable":
                    earliest = SoapAnswer.Time(field);
                    break;
                case "latestDateCovered":
                    latest = SoapAnswer.Time(field);
                    break;
                default:
                    field.Skip();
                    break;
            }
        }));
        SoapAnswer.Require(earliest is not null && latest is not null, "it does not say which dates it covers");
        return new DeletedAnswer(records, earliest!.Value, latest!.Value);
    }

    public static DateTimeOffset Timestamp(XmlReader xml)
    {
        DateTimeOffset? time = null;
        ForEachResult(xml, result => SoapAnswer.ForEachChild(result, field => time = SoapAnswer.Time(field)));
        return time ?? throw new InvalidDataException("it has no time");
    }

    public static UserInfo User(XmlReader xml)
    {
        Dictionary<string, string> values = [];
        ForEachResult(xml, result => SoapAnswer.ForEachChild(result, field =>
        {
            string name = field.LocalName;
            values[name] = SoapAnswer.Text(field) ?? "";
        }));
        return new UserInfo(Value("organizationId"), Value("userId"), Value("userName"), Value("organizationName"));

        string Value(string name) => values.TryGetValue(name, out string? value) ? value : throw new InvalidDataException($"it has no {name}");
    }

    private static void ForEachResult(XmlReader xml, Action<XmlReader> read) =>
        SoapAnswer.ForEachChild(xml, child =>
        {
            SoapAnswer.Require(child.LocalName == "result", $"it has an unknown element {child.LocalName}");
            SoapAnswer.Require(!SoapAnswer.IsNil(child), "a result is nil");
            read(child);
        });

    private static WriteResult Write(XmlReader xml, string? externalIdField)
    {
        string? id = null;
        bool? success = null;
        bool created = false;
        List<WriteError> errors = [];
        SoapAnswer.ForEachChild(xml, field =>
        {
            switch (field.LocalName)
            {
                case "created":
                    created = SoapAnswer.Boolean(field);
                    break;
                case "errors":
                    errors.Add(Error(field));
                    break;
                case "id":
                    id = SoapAnswer.Text(field);
                    break;
                case "success":
                    success = SoapAnswer.Boolean(field);
                    break;
                default:
                    field.Skip();
                    break;
            }
        });
        SoapAnswer.Require(success is not null, "a result does not say whether it succeeded");
        SoapAnswer.Require(success == true || errors.Count > 0, "a failed result has no error");
        SoapAnswer.Require(success == false || !string.IsNullOrEmpty(id), "a successful result has no id");
        return new WriteResult(string.IsNullOrEmpty(id) ? null : id, success!.Value, created, errors, success.Value ? null : Worst(errors, externalIdField));
    }

    /// <summary>A record with several errors waits for the one that lasts longest: rejected before throttled before transient.</summary>
    private static SyncFault Worst(List<WriteError> errors, string? externalIdField) => errors
        .Select(error => SalesforceFaults.OfRow(error.StatusCode, error.Message, error.Fields, externalIdField))
        .MaxBy(fault => fault switch { SyncFault.Rejected => 2, SyncFault.Throttled => 1, _ => 0 })!;

    private static WriteError Error(XmlReader xml)
    {
        string code = "", message = "";
        List<string> fields = [];
        SoapAnswer.ForEachChild(xml, child =>
        {
            switch (child.LocalName)
            {
                case "statusCode":
                    code = SoapAnswer.RequiredText(child).Trim();
                    break;
                case "message":
                    message = SoapAnswer.Text(child) ?? "";
                    break;
                case "fields":
                    if (SoapAnswer.Text(child) is { Length: > 0 } name)
                    {
                        fields.Add(name);
                    }

                    break;
                default:
                    child.Skip();
                    break;
            }
        });
        SoapAnswer.Require(code.Length > 0, "an error has no code");
        return new WriteError(code, message, new FieldNames(fields));
    }

    private static DeletedRecord DeletedRecord(XmlReader xml)
    {
        string? id = null;
        DateTimeOffset? date = null;
        SoapAnswer.ForEachChild(xml, child =>
        {
            switch (child.LocalName)
            {
                case "id":
                    id = SoapAnswer.RequiredText(child);
                    break;
                case "deletedDate":
                    date = SoapAnswer.Time(child);
                    break;
                default:
                    child.Skip();
                    break;
            }
        });
        return id is not null && date is not null ? new DeletedRecord(id, date.Value) : throw new InvalidDataException("a deleted record has no id or no date");
    }
}
