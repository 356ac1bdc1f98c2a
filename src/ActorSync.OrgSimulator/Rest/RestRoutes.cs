using ActorSync.OrgSimulator.Bulk;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Rest;

/// <summary>Which resource a request names.</summary>
internal sealed class RestRoutes
{
    private readonly OrgModel _model;
    private readonly RestResources _resources;
    private readonly RestDescribe _describe;
    private readonly RestRecords _records;
    private readonly RestCollections _collections;
    private readonly RestQueries _queries;
    private readonly RestComposite _composite;
    private readonly BulkResources _bulk;
    private readonly QueryResources _bulkQueries;

    public RestRoutes(OrgServices org)
    {
        _model = org.Model;
        _resources = new RestResources(org);
        _describe = new RestDescribe(org.Model);
        _records = new RestRecords(org);
        _collections = new RestCollections(org);
        _queries = new RestQueries(org.Model);
        _composite = new RestComposite(this);
        _bulk = new BulkResources(org);
        _bulkQueries = new QueryResources(org);
    }

    /// <exception cref="OrgFaultException">NOT_FOUND or METHOD_NOT_ALLOWED, or a body that cannot be read.</exception>
    public RestAction Find(RestRequest request)
    {
        var s = request.Segments;
        return s.Count == 0
            ? Get(request, request.Version == 0 ? RestResources.Versions() : _resources.Resources(request))
            : (s[0], s.Count) switch
            {
                ("sobjects", 1) => Get(request, _describe.Global(request)),
                ("sobjects", _) => OfObject(request, Type(s[1])),
                ("query", 1) => Get(request, _queries.Query(request, includeDeleted: false)),
                ("queryAll", 1) => Get(request, _queries.Query(request, includeDeleted: true)),
                ("query" or "queryAll", 2) => Get(request, _queries.More(request, s[1])),
                ("limits", 1) => Get(request, _resources.Limits()),
                ("limits", 2) when s[1] == "recordCount" => Get(request, _resources.RecordCount(request)),
                ("composite", 1) => _composite.Find(request),
                ("composite", _) when s[1] == "sobjects" => OfCollection(request),
                ("jobs", >= 2) when s[1] == "ingest" => _bulk.Find(request),
                ("jobs", >= 2) when s[1] == "query" => _bulkQueries.Find(request),
                _ => throw RestErrors.NoResource,
            };
    }

    private RestAction OfObject(RestRequest request, ObjectDefinition type)
    {
        var s = request.Segments;
        return (s.Count, s.Count > 2 ? s[2] : "") switch
        {
            (2, _) when request.Method == "POST" => _records.Create(request, type),
            (2, _) => Get(request, RestDescribe.Basic(request, type)),
            (3, "describe") => Get(request, _describe.Full(request, type)),
            (3, "updated") => Get(request, _queries.Updated(request, type)),
            (3, "deleted") => Get(request, _queries.Deleted(request, type)),
            (3, var id) => _records.ById(request, type, id),
            (4, var field) => _records.ByExternalId(request, type, field, s[3]),
            _ => throw RestErrors.NoResource,
        };
    }

    private RestAction OfCollection(RestRequest request)
    {
        var s = request.Segments;
        return (s.Count, request.Method) switch
        {
            (2, "POST") => _collections.Create(request),
            (2, "PATCH") => _collections.Update(request),
            (2, "DELETE") => _collections.Delete(request),
            (3, "GET" or "POST") => _collections.Retrieve(request, Type(s[2])),
            (4, "PATCH") => _collections.Upsert(request, Type(s[2]), s[3]),
            _ => throw RestErrors.Method(request.Method, "GET, POST, PATCH, DELETE"),
        };
    }

    private static RestAction Get(RestRequest request, RestAction action) =>
        request.Method is "GET" or "HEAD" ? action : throw RestErrors.Method(request.Method, "HEAD, GET");

    private ObjectDefinition Type(string name) => _model.Schema.Find(name) ?? throw RestErrors.NoResource;
}
