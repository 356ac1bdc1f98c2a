using ActorSync.Domain.Mapping;
using ActorSync.Salesforce.Budget;

namespace ActorSync.Salesforce.Soap;

/// <summary>The calls of the SOAP partner API that a sync makes. <see cref="SoapClient"/> sends them over HTTP; a simulation answers them from a model of the org.</summary>
public interface IPartnerApi
{
    /// <summary>The same org, with options on every upsert and update.</summary>
    IPartnerApi With(WriteOptions options) => throw new NotSupportedException($"{GetType().Name} writes without options.");

    /// <summary>The same org, with reads that are for this: how long they may go on as the API budget runs low.</summary>
    IPartnerApi For(ApiUse reads) => this;

    /// <summary>Inserts or updates records by an external id field; one result per record, in order.</summary>
    /// <exception cref="SalesforceException">The whole call failed; its fault says whether it may have run.</exception>
    Task<IReadOnlyList<WriteResult>> UpsertAsync(
        string objectName, string externalIdField, IReadOnlyList<SoapRecord> records, string client, CancellationToken cancellation);

    /// <summary>Updates records by id; one result per record, in order.</summary>
    /// <exception cref="SalesforceException">As of an upsert.</exception>
    Task<IReadOnlyList<WriteResult>> UpdateAsync(string objectName, IReadOnlyList<SoapRecord> records, string client, CancellationToken cancellation);

    /// <summary>Deletes records by id, to the recycle bin; one result per record, in order.</summary>
    /// <exception cref="SalesforceException">As of an upsert.</exception>
    Task<IReadOnlyList<WriteResult>> DeleteAsync(IReadOnlyList<string> ids, string client, CancellationToken cancellation);

    /// <summary>The first page of a query.</summary>
    /// <param name="includeDeleted">Also records in the recycle bin.</param>
    Task<QueryAnswer> QueryAsync(string soql, bool includeDeleted, CancellationToken cancellation);

    /// <summary>The next page of a query.</summary>
    Task<QueryAnswer> QueryMoreAsync(string locator, CancellationToken cancellation);

    /// <summary>Ids deleted in [start, end].</summary>
    Task<DeletedAnswer> GetDeletedAsync(string objectName, DateTimeOffset start, DateTimeOffset end, CancellationToken cancellation);

    /// <summary>The org's clock.</summary>
    Task<DateTimeOffset> GetServerTimestampAsync(CancellationToken cancellation);
}
