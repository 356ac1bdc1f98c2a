using ActorSync.Domain.Mapping;
using ActorSync.Salesforce.Budget;
using ActorSync.Salesforce.Http;
using ActorSync.Salesforce.Session;

namespace ActorSync.Salesforce.Soap;

/// <summary>
/// The SOAP partner API of one org. A write is sent at most once: nothing here or below sends it a second time, except after the
/// answer said that the session had expired before anything ran. Safe for concurrent use.
/// </summary>
public sealed class SoapClient : IPartnerApi
{
    /// <summary>Records in one write call; Salesforce refuses more (<c>EXCEEDED_ID_LIMIT</c>).</summary>
    public const int SoapRowsMax = 200;

    /// <summary>Records in one page of a query; the largest batch Salesforce gives.</summary>
    public const int QueryRowsMax = 2_000;

    /// <summary>Ids in one <c>retrieve</c> call.</summary>
    public const int RetrieveRowsMax = 2_000;

    private readonly SoapTransport transport;
    private readonly WriteOptions? options;

    /// <summary>Calls the org that the session is signed in to.</summary>
    public SoapClient(SalesforceSession session)
        : this(new SoapTransport(session), null)
    {
    }

    private SoapClient(SoapTransport transport, WriteOptions? options) => (this.transport, this.options) = (transport, options);

    /// <inheritdoc/>
    public IPartnerApi With(WriteOptions options) => new SoapClient(transport, options);

    /// <inheritdoc/>
    public SoapClient For(ApiUse reads) => new(transport.For(reads), options);

    IPartnerApi IPartnerApi.For(ApiUse reads) => For(reads);

    /// <summary>Inserts or updates records by an external id field, each on its own (partial success).</summary>
    /// <param name="objectName">API name of the object of all records.</param>
    /// <param name="externalIdField">API name of the field that decides between insert and update.</param>
    /// <param name="records">1 to <see cref="SoapRowsMax"/> records, no external id twice.</param>
    /// <param name="client">Origin of the change, <c>actorsync/SUBMISSION</c>; comes back in the change events of these records.</param>
    /// <param name="cancellation">Ends the call. Once bytes have left, the outcome is thrown as <c>InDoubt</c>, not as a cancellation.</param>
    /// <returns>One result per record, at the index of the record.</returns>
    /// <exception cref="SalesforceException">The whole call failed; its fault says whether it may have run.</exception>
    public Task<IReadOnlyList<WriteResult>> UpsertAsync(
        string objectName, string externalIdField, IReadOnlyList<SoapRecord> records, string client, CancellationToken cancellation)
    {
        WriteChecks.Upsert(records, externalIdField);
        return WriteAsync(objectName, "upsert", externalIdField, records, client, cancellation);
    }

    /// <summary>Updates records by their id, each on its own. As <see cref="UpsertAsync"/>; every record has an id.</summary>
    public Task<IReadOnlyList<WriteResult>> UpdateAsync(
        string objectName, IReadOnlyList<SoapRecord> records, string client, CancellationToken cancellation)
    {
        WriteChecks.Update(records);
        return WriteAsync(objectName, "update", externalIdField: null, records, client, cancellation);
    }

    /// <summary>Deletes records by their id (to the recycle bin), each on its own. As <see cref="UpsertAsync"/>.</summary>
    public async Task<IReadOnlyList<WriteResult>> DeleteAsync(IReadOnlyList<string> ids, string client, CancellationToken cancellation)
    {
        WriteChecks.Delete(ids);
        SoapCall call = new("delete", xml => SoapRequests.Ids(xml, ids)) { Client = client };
        return await transport.CallAsync(
            $"delete {ids.Count} records", CallKind.Write, call, xml => SoapResults.Writes(xml, ids.Count, externalIdField: null), cancellation);
    }

    /// <summary>Runs a query and reads its first page.</summary>
    /// <param name="soql">The query; without child subqueries.</param>
    /// <param name="includeDeleted">Also records in the recycle bin (<c>queryAll</c>).</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<QueryAnswer> QueryAsync(string soql, bool includeDeleted, CancellationToken cancellation)
    {
        string name = includeDeleted ? "queryAll" : "query";
        SoapCall call = new(name, xml => SoapRequests.Element(xml, "queryString", soql)) { QueryRows = QueryRowsMax };
        return transport.CallAsync($"{name} \"{OneLine.Of(soql)}\"", CallKind.Read, call, SoapResults.Query, cancellation);
    }

    /// <summary>Reads the next page. A locator lives for a limited time; when it is gone (<c>INVALID_QUERY_LOCATOR</c>) the query must begin again.</summary>
    public Task<QueryAnswer> QueryMoreAsync(string locator, CancellationToken cancellation)
    {
        SoapCall call = new("queryMore", xml => SoapRequests.Element(xml, "queryLocator", locator)) { QueryRows = QueryRowsMax };
        return transport.CallAsync($"queryMore {locator}", CallKind.Read, call, SoapResults.Query, cancellation);
    }

    /// <summary>Reads records by id: one entry per id in the same order, null where there is no such record or it is deleted.</summary>
    public async Task<IReadOnlyList<QueryRow?>> RetrieveAsync(
        string objectName, IReadOnlyList<string> fields, IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfZero(ids.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ids.Count, RetrieveRowsMax);
        SoapCall call = new("retrieve", xml =>
        {
            SoapRequests.Element(xml, "fieldList", string.Join(", ", fields));
            SoapRequests.Element(xml, "sObjectType", objectName);
            SoapRequests.Ids(xml, ids);
        });
        return await transport.CallAsync(
            $"retrieve {ids.Count} {objectName}", CallKind.Read, call, xml => SoapResults.Retrieved(xml, ids.Count), cancellation);
    }

    /// <summary>Ids deleted in [start, end]; Salesforce cuts the seconds off both, wants them more than a minute apart, and keeps 15 days.</summary>
    public Task<DeletedAnswer> GetDeletedAsync(string objectName, DateTimeOffset start, DateTimeOffset end, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(end, start);
        SoapCall call = new("getDeleted", xml =>
        {
            SoapRequests.Element(xml, "sObjectType", objectName);
            SoapRequests.Element(xml, "startDate", start);
            SoapRequests.Element(xml, "endDate", end);
        });
        return transport.CallAsync($"getDeleted {objectName}", CallKind.Read, call, SoapResults.Deleted, cancellation);
    }

    /// <summary>The org's clock.</summary>
    public Task<DateTimeOffset> GetServerTimestampAsync(CancellationToken cancellation) =>
        transport.CallAsync("getServerTimestamp", CallKind.Read, new SoapCall("getServerTimestamp", _ => { }), SoapResults.Timestamp, cancellation);

    /// <summary>The org and the user of this session.</summary>
    public Task<UserInfo> GetUserInfoAsync(CancellationToken cancellation) =>
        transport.CallAsync("getUserInfo", CallKind.Read, new SoapCall("getUserInfo", _ => { }), SoapResults.User, cancellation);

    private async Task<IReadOnlyList<WriteResult>> WriteAsync(
        string objectName, string name, string? externalIdField, IReadOnlyList<SoapRecord> records, string client, CancellationToken cancellation)
    {
        WriteResult?[] results = [.. records.Select(SoapText.Refuse)];
        SoapRecord[] sendable = [.. records.Where((_, index) => results[index] is null)];
        if (sendable.Length == 0)
        {
            return results!;
        }

        SoapCall call = new(name, xml =>
        {
            if (externalIdField is not null)
            {
                SoapRequests.Element(xml, "externalIDFieldName", externalIdField);
            }

            SoapRequests.Records(xml, objectName, sendable);
        })
        {
            Client = client,
            Options = options,
        };
        List<WriteResult> answers = await transport.CallAsync(
            $"{name} {sendable.Length} {objectName}", CallKind.Write, call, xml => SoapResults.Writes(xml, sendable.Length, externalIdField), cancellation);
        int next = 0;
        return [.. results.Select(refused => refused ?? answers[next++])];
    }
}
