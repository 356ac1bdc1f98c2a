using ActorSync.Coordination;
using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Salesforce.Soap;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Coordination;

/// <summary>What a mapping asks Salesforce for, on the way into a call or a job.</summary>
public sealed class WriteOptionsTests
{
    private static readonly WriteOptions ByRule = new() { AssignmentRuleId = "01Q5g000000abcdEAA" };

    public static TheoryData<WriteOptions> OfSoapAlone =>
        [new() { DefaultAssignmentRule = true }, new() { SaveDuplicates = true }, new() { TruncateTexts = true }, ByRule with { SaveDuplicates = true }];

    [Fact]
    public async Task Call_carries_the_options_of_its_mapping_and_no_others()
    {
        var api = new AskedApi();
        var lane = new SoapLane(api);
        await lane.SendAsync(Offers.Mappings[1], WriteOperation.Insert, [Offers.Account("a")], Guid.Empty, default);
        await lane.SendAsync(Mapping(ByRule), WriteOperation.Insert, [Offers.Account("a")], Guid.Empty, default);
        await lane.SendAsync(Mapping(ByRule), WriteOperation.Update, [Offers.Account("a", operation: WriteOperation.Update)], Guid.Empty, default);
        api.Asked.ShouldBe(["upsert", $"upsert {ByRule}", $"update {ByRule}"]);
    }

    [Theory]
    [MemberData(nameof(OfSoapAlone))]
    public void Inserts_and_updates_that_no_job_can_carry_go_by_SOAP_and_deletes_by_jobs(WriteOptions options)
    {
        OnlySoap(options, WriteOperation.Insert).ShouldBeTrue();
        OnlySoap(options, WriteOperation.Update).ShouldBeTrue();
        OnlySoap(options, WriteOperation.Delete).ShouldBeFalse();
        SoapOnly.Notice(Mapping(options)).ShouldNotBeNull().ShouldStartWith("inserts and updates of Account stay with SOAP, however many there are: ");
    }

    [Fact]
    public void Job_can_carry_the_id_of_a_rule()
    {
        OnlySoap(ByRule, WriteOperation.Insert).ShouldBeFalse();
        SoapOnly.Notice(Mapping(ByRule)).ShouldBeNull();
        SoapOnly.Notice(Offers.Mappings[1]).ShouldBeNull();
    }

    [Fact]
    public void Notice_names_everything_that_keeps_a_mapping_from_jobs() =>
        SoapOnly.Notice(Mapping(new WriteOptions { DefaultAssignmentRule = true, SaveDuplicates = true, TruncateTexts = true })).ShouldNotBeNull()
            .ShouldEndWith("Bulk API 2.0 has no counterpart of assignment-rule = default, duplicate-rules = allow-save, field-truncation = allow");

    private static ObjectMapping Mapping(WriteOptions options) => Offers.Mappings[1] with { WriteOptions = options };

    private static bool OnlySoap(WriteOptions options, WriteOperation operation)
    {
        var waiting = new WaitingWrites(new Dictionary<short, ObjectMapping> { [1] = Mapping(options) }, byJobs: true);
        var write = Offers.Account("a", operation: operation);

        // An update without a field never goes by a job.
        return waiting.Of(write with { Fields = FieldValues.From([KeyValuePair.Create("Name", (string?)"a")]) }, 1, Offers.Now).OnlySoap;
    }

    /// <summary>Notes what it is called with and accepts every record.</summary>
    private sealed class AskedApi(List<string> asked, string options) : IPartnerApi
    {
        public AskedApi()
            : this([], "")
        {
        }

        public List<string> Asked => asked;

        public IPartnerApi With(WriteOptions options) => new AskedApi(asked, $" {options}");

        public Task<IReadOnlyList<WriteResult>> UpsertAsync(
            string objectName, string externalIdField, IReadOnlyList<SoapRecord> records, string client, CancellationToken cancellation) => Noted("upsert", records.Count);

        public Task<IReadOnlyList<WriteResult>> UpdateAsync(string objectName, IReadOnlyList<SoapRecord> records, string client, CancellationToken cancellation) => Noted("update", records.Count);

        public Task<IReadOnlyList<WriteResult>> DeleteAsync(IReadOnlyList<string> ids, string client, CancellationToken cancellation) => Noted("delete", ids.Count);

        public Task<QueryAnswer> QueryAsync(string soql, bool includeDeleted, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<QueryAnswer> QueryMoreAsync(string locator, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<DeletedAnswer> GetDeletedAsync(string objectName, DateTimeOffset start, DateTimeOffset end, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<DateTimeOffset> GetServerTimestampAsync(CancellationToken cancellation) => throw new NotSupportedException();

        private Task<IReadOnlyList<WriteResult>> Noted(string call, int records)
        {
            asked.Add(call + options);
            return Task.FromResult<IReadOnlyList<WriteResult>>([.. Enumerable.Repeat(new WriteResult("id", Success: true, Created: true, [], null), records)]);
        }
    }
}
