using System.Xml;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soap;

/// <summary>The operations of the partner API, but merge and convertLead.</summary>
internal sealed class SoapOperations(OrgServices org)
{
    /// <summary>Rows of a query page where QueryOptions names none, and the bounds of what it may name.</summary>
    private const int BatchRowsDefault = 500;
    private const int BatchRowsMin = 200;
    private const int BatchRowsMax = 2000;

    private readonly SoapIdentity _identity = new(org);
    private readonly SoapSearch _search = new(org.Model);

    /// <exception cref="SoapClientException">There is no such operation in this version.</exception>
    public CallAnswering Find(SoapRequest request, int version, string baseUrl)
    {
        request.Version = version;
        if (request.Operation == "login" && version <= ApiVersion.LastWithLogin)
        {
            return new(false, _ => Respond(request, _identity.Login(request, version, baseUrl)), SoapFault.Write);
        }

        Func<CallScope, Action<XmlWriter>> effect = Dml(request) ?? Reads(request) ?? Describes(request, baseUrl) ?? Others(request)
            ?? throw new SoapClientException($"No operation available for request {{{SoapXml.Partner}}}{request.Operation}, please check the WSDL for the service.");
        return new(true, scope => Respond(request, effect(scope)), SoapFault.Write)
        {
            Locked = Locked(request),
        };
    }

    /// <summary>The effect has happened when <paramref name="results"/> exists; writing it must not fail.</summary>
    private Answer Respond(SoapRequest request, Action<XmlWriter> results) => SoapXml.Response(request.Operation, org.Usage, results);

    private Func<CallScope, Action<XmlWriter>>? Dml(SoapRequest request)
    {
        var ids = request.All("ids");
        return request.Operation switch
        {
            "create" => s => Results(s, request, (m, c) => m.Create(request.Records, c)),
            "update" => s => Results(s, request, (m, c) => m.Update(request.Records, c)),
            "upsert" => s => Results(s, request, (m, c) => m.Upsert(request.Argument("externalIDFieldName").Trim(), request.Records, c)),
            "delete" => s => Results(s, request, (m, c) => m.Delete(ids, c)),
            "undelete" => s => Results(s, request, (m, c) => m.Undelete(ids, c)),
            "emptyRecycleBin" => s => Results(s, request, (m, c) => m.EmptyRecycleBin(ids, c)),
            _ => null,
        };
    }

    private Func<bool>? Locked(SoapRequest request) => request.Operation switch
    {
        "update" => () => org.Model.AnyLocked(request.Records),
        "upsert" => () => org.Model.AnyLocked(request.Records, request.Argument("externalIDFieldName").Trim()),
        "delete" or "undelete" => () => org.Model.AnyLocked(request.All("ids")),
        _ => null,
    };

    private Action<XmlWriter> Results(CallScope scope, SoapRequest request, Func<OrgModel, DmlContext, IReadOnlyList<RecordResult>> dml)
    {
        var headers = request.Headers;
        var context = new DmlContext("soap", headers.Client, scope.Session!.UserId, headers.AllOrNone, headers.AllowFieldTruncation)
        {
            ApiVersion = request.Version,
            AssignmentRuleId = headers.AssignmentRuleId,
            UseDefaultRule = headers.UseDefaultRule,
            SaveDuplicates = headers.SaveDuplicates,
        };
        var results = org.Writes.Run(scope, model => dml(model, context));
        return xml =>
        {
            foreach (var result in results)
            {
                SoapRecords.WriteResult(xml, result, upsert: request.Operation == "upsert");
            }
        };
    }

    private Func<CallScope, Action<XmlWriter>>? Reads(SoapRequest request)
    {
        var rows = Math.Clamp(request.Headers.BatchSize ?? BatchRowsDefault, BatchRowsMin, BatchRowsMax);
        return request.Operation switch
        {
            "query" => _ => Page(org.Model.Query(request.Argument("queryString"), includeDeleted: false, rows)),
            "queryAll" => _ => Page(org.Model.Query(request.Argument("queryString"), includeDeleted: true, rows)),
            "queryMore" => _ => Page(org.Model.QueryMore(request.Argument("queryLocator").Trim(), rows)),
            "retrieve" => _ => Retrieved(request),
            "getUpdated" => _ => Updated(request),
            "getDeleted" => _ => Deleted(request),
            "search" => _ => _search.Run(request.Argument("searchString")),
            _ => null,
        };
    }

    private static Action<XmlWriter> Page(QueryPage page) => xml => SoapRecords.WriteQueryResult(xml, page);

    private Action<XmlWriter> Retrieved(SoapRequest request)
    {
        var fields = request.Argument("fieldList").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var rows = org.Model.Retrieve(fields, request.Argument("sObjectType").Trim(), request.All("ids"));
        return xml =>
        {
            foreach (var row in rows)
            {
                if (row is null)
                {
                    xml.Nil("result", SoapXml.Partner);
                }
                else
                {
                    SoapRecords.WriteRecord(xml, "result", SoapXml.Partner, row);
                }
            }
        };
    }

    private Action<XmlWriter> Updated(SoapRequest request)
    {
        var found = org.Model.GetUpdated(request.Argument("sObjectType").Trim(), Moment(request, "startDate"), Moment(request, "endDate"));
        return xml =>
        {
            xml.Begin("result");
            foreach (var id in found.Ids)
            {
                xml.Text("ids", id);
            }

            xml.Moment("latestDateCovered", found.LatestDateCovered);
            xml.End();
        };
    }

    private Action<XmlWriter> Deleted(SoapRequest request)
    {
        var found = org.Model.GetDeleted(request.Argument("sObjectType").Trim(), Moment(request, "startDate"), Moment(request, "endDate"));
        return xml =>
        {
            xml.Begin("result");
            foreach (var record in found.Records)
            {
                xml.Begin("deletedRecords");
                xml.Moment("deletedDate", record.DeletedDate);
                xml.Text("id", record.Id);
                xml.End();
            }

            xml.Moment("earliestDateAvailable", found.EarliestDateAvailable);
            xml.Moment("latestDateCovered", found.LatestDateCovered);
            xml.End();
        };
    }

    private static DateTimeOffset Moment(SoapRequest request, string name) =>
        WireValue.TryDateTime(request.Argument(name), out var value)
            ? value
            : throw new OrgFaultException("INVALID_REPLICATION_DATE", $"{name}: '{request.Argument(name)}' is not a valid value for the type xsd:dateTime");

    private Func<CallScope, Action<XmlWriter>>? Describes(SoapRequest request, string baseUrl) => request.Operation switch
    {
        "describeSObject" or "describeSObjects" => _ =>
        {
            var names = request.All("sObjectType");
            if (names.Count > SoapDescribe.ObjectsPerCallMax)
            {
                throw new OrgFaultException("EXCEEDED_MAX_TYPES_LIMIT", $"describe limit reached. cannot describe more than {SoapDescribe.ObjectsPerCallMax} types in one call");
            }

            var described = names.ConvertAll(n => org.Model.Schema.Find(n.Trim())
                ?? throw new OrgFaultException("INVALID_TYPE", $"sObject type '{n}' is not supported."));
            return xml => described.ForEach(d => SoapDescribe.WriteObject(xml, d, org.Model.Schema, baseUrl));
        },
        "describeGlobal" => _ => xml => SoapDescribe.WriteGlobal(xml, org.Model.Schema),
        _ => null,
    };

    private Func<CallScope, Action<XmlWriter>>? Others(SoapRequest request) => request.Operation switch
    {
        "getServerTimestamp" => _ => xml =>
        {
            xml.Begin("result");
            xml.Moment("timestamp", org.Model.Now);
            xml.End();
        },
        "getUserInfo" => s => xml => _identity.WriteUser(xml, "result", s.Session!.UserId),
        "logout" => s =>
        {
            org.Sessions.Revoke(s.Session!.Id);
            return _ => { };
        },
        _ => null,
    };
}
