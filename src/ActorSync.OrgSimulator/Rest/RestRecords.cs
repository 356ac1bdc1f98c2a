using System.Text.RegularExpressions;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Rest;

/// <summary>One record at a time: create, and read, write and delete by id or by external id.</summary>
internal sealed partial class RestRecords(OrgServices org)
{
    private const string Verbs = "HEAD, GET, PATCH, DELETE";

    public RestAction Create(RestRequest request, ObjectDefinition type)
    {
        var record = Body(request, type);
        return new("create", [type.Name], 1, scope => Created(request, Run(scope, request, (m, c) => m.Create([record], c))));
    }

    public RestAction ById(RestRequest request, ObjectDefinition type, string id)
    {
        switch (request.Method)
        {
            case "GET" or "HEAD":
                return new("retrieve", [type.Name], 1, _ => Read(request, type, id));
            case "PATCH":
                var record = Body(request, type) with { Id = id };
                return new("update", [type.Name], 1, s => Done(id, Run(s, request, (m, c) => m.Update([record], c))))
                {
                    Locked = () => org.Model.AnyLocked([record]),
                };
            case "DELETE":
                return new("delete", [type.Name], 1, s => Done(id, Run(s, request, (m, c) => m.Delete([id], c))))
                {
                    Locked = () => org.Model.AnyLocked([id]),
                };
            default:
                throw RestErrors.Method(request.Method, Verbs);
        }
    }

    public RestAction ByExternalId(RestRequest request, ObjectDefinition type, string fieldName, string value)
    {
        if (type.Field(fieldName) is not { } field || !(field.IdLookup || field.Type == FieldType.Id))
        {
            throw RestErrors.NoRecord(fieldName);
        }

        if (field.Type == FieldType.Id)
        {
            return ById(request, type, value);
        }

        switch (request.Method)
        {
            case "GET" or "HEAD":
                return new("retrieve", [type.Name], 1, _ => Matches(type, field, value) switch
                {
                    [] => throw RestErrors.NoRecord(value),
                    [var only] => Read(request, type, only),
                    var several => Several(request, type, several),
                });
            case "PATCH":
                return Upsert(request, type, field, value);
            case "DELETE":
                return new("delete", [type.Name], 1, s => Matches(type, field, value) switch
                {
                    [] => throw RestErrors.NoRecord(value),
                    [var only] => Done(only, Run(s, request, (m, c) => m.Delete([only], c))),
                    var several => Several(request, type, several),
                });
            default:
                throw RestErrors.Method(request.Method, Verbs);
        }
    }

    private RestAction Upsert(RestRequest request, ObjectDefinition type, FieldDefinition field, string value)
    {
        var body = Body(request, type);
        if (body.Fields.ContainsKey(field.Name))
        {
            throw new OrgFaultException("INVALID_FIELD", $"The {field.Name} field should not be specified in the sobject data.");
        }

        var record = body with { Fields = new Dictionary<string, object?>(body.Fields, StringComparer.OrdinalIgnoreCase) { [field.Name] = value } };
        var updateOnly = string.Equals(request.Parameter("updateOnly"), "true", StringComparison.OrdinalIgnoreCase);
        return new("upsert", [type.Name], 1, scope =>
        {
            if (updateOnly && Matches(type, field, value).Count == 0)
            {
                throw RestErrors.NoRecord(value);
            }

            return Upserted(request, type, Run(scope, request, (m, c) => m.Upsert(field.Name, [record], c)));
        })
        {
            Locked = () => org.Model.AnyLocked([record], field.Name),
        };
    }

    private static RecordInput Body(RestRequest request, ObjectDefinition type)
    {
        using var json = RestJson.Parse(request.Body);
        return RestJson.ReadRecord(json.RootElement, type.Name);
    }

    private RecordResult Run(CallScope scope, RestRequest request, Func<OrgModel, DmlContext, IReadOnlyList<RecordResult>> dml) =>
        org.Writes.Run(scope, m => dml(m, request.Options.Context(scope.Session!.UserId, request.Version)))[0];

    private static Answer Created(RestRequest request, RecordResult result) => result.Success
        ? Answer.Json(201, json => RestJson.WriteResult(json, result, upsert: false)) with
        {
            Headers = [new("Location", $"{request.Root}/sobjects/{request.Segments[1]}/{result.Id}")],
        }
        : RestErrors.Write(result.Errors[0]);

    private static Answer Done(string id, RecordResult result)
    {
        if (result.Success)
        {
            return Answer.Empty(204);
        }

        var error = result.Errors[0];
        var unknown = error.StatusCode == "MALFORMED_ID" || (error.StatusCode == "INVALID_CROSS_REFERENCE_KEY" && error.Fields.All(f => f == "Id"));
        return unknown ? RestErrors.Write(RestErrors.NoRecord(id)) : RestErrors.Write(error);
    }

    private static Answer Upserted(RestRequest request, ObjectDefinition type, RecordResult result)
    {
        if (!result.Success)
        {
            return result.Errors[0] is { StatusCode: "DUPLICATE_EXTERNAL_ID" } several
                ? Several(request, type, [.. IdPattern().Matches(several.Message).Select(m => m.Value)])
                : RestErrors.Write(result.Errors[0]);
        }

        return !result.Created && request.Version < ApiVersion.UpsertAnswersUpdates
            ? Answer.Empty(204)
            : Answer.Json(result.Created ? 201 : 200, json => RestJson.WriteResult(json, result, upsert: true));
    }

    /// <summary>Several records match: 300 with their addresses.</summary>
    private static Answer Several(RestRequest request, ObjectDefinition type, IReadOnlyList<string> ids) => Answer.Json(300, json =>
    {
        json.WriteStartArray();
        foreach (var id in ids)
        {
            json.WriteStringValue($"{request.Root}/sobjects/{type.Name}/{id}");
        }

        json.WriteEndArray();
    });

    private Answer Read(RestRequest request, ObjectDefinition type, string id)
    {
        IReadOnlyList<string> fields = request.Parameter("fields") is { Length: > 0 } named
            ? named.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [.. type.Fields.Select(f => f.Name)];
        var row = (IsId(id) ? org.Model.Retrieve(fields, type.Name, [id])[0] : null) ?? throw Missing(id);
        return Answer.Json(200, json => RestJson.WriteRow(json, row, request.Root));
    }

    private OrgFaultException Missing(string id)
    {
        var type = org.Model.Schema.FindById(id);
        var deleted = type is not null && IsId(id)
            && org.Model.Query($"SELECT Id FROM {type.Name} WHERE Id = '{id}'", includeDeleted: true).TotalSize > 0;
        return deleted ? new OrgFaultException("ENTITY_IS_DELETED", "entity is deleted") : RestErrors.NoRecord(id);
    }

    private static bool IsId(string text) => text.Length is 15 or 18 && text.All(char.IsAsciiLetterOrDigit);

    private IReadOnlyList<string> Matches(ObjectDefinition type, FieldDefinition field, string value)
    {
        var literal = field.IsNumber ? value : $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
        return [.. org.Model.Query($"SELECT Id FROM {type.Name} WHERE {field.Name} = {literal}").Rows.Select(r => r.Id)];
    }

    [GeneratedRegex("[a-zA-Z0-9]{18}")]
    private static partial Regex IdPattern();
}
