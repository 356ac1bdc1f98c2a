using ActorSync.Domain.Mapping;
using ActorSync.Domain.Records;
using ActorSync.Feeds;
using ActorSync.Records;
using ActorSync.Salesforce.Streaming;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Feeds;

/// <summary>What change events mean to the records that they name.</summary>
public sealed class ChangeReaderTests
{
    private const string First = "001000000000001AAA";
    private const string Second = "001000000000002AAA";
    private const string ExternalId = "ActorSync_Id__c";
    private static readonly Guid Submission = Guid.Parse("01a2074c-1827-7a7e-a732-6686897c05ce");
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private static readonly ObjectMapping Account = new(
        1, "Account", "salesforce", "account", Domain.Mapping.MappingAccess.ReadWrite, ExternalId, "actorsync_id__c", ConflictPolicy.LatestWins, Side.Salesforce, TimeSpan.FromSeconds(2),
        [
            Field("Name", FieldKind.Text), Field("Phone", FieldKind.Text), Field("Employees", FieldKind.Number) with { Policy = ConflictPolicy.Counter },
            Field($"Parent.{ExternalId}", FieldKind.Parent) with { Parent = new ParentLink("Parent", "ParentId", "Account", ExternalId) },
        ]);

    [Fact]
    public void Event_names_several_records_and_each_is_told_its_changes_canonically()
    {
        var changes = Read(Told(ChangeType.Update, [First[..15], Second], ("Phone", " 1 "), ("Employees", "7.0"), ("LastModifiedDate", "2026-01-02T03:04:05.000Z")));
        changes.Select(change => change.Sfid).ShouldBe([First, Second]);
        changes.ShouldAllBe(change => change.Own == null && !change.IsRead && !change.IsNearMiss && change.AsOf == At.AddMilliseconds(-678));
        var message = changes[0].Message(At).ShouldBeOfType<RecordMessage.RemoteChanged>();
        message.Fields.ShouldBe(FieldValues.Of(("Phone", "1"), ("Employees", "7")));
        message.Position.ShouldBe(new StreamPosition(40, 2));
        message.OwnWrite.ShouldBeNull();
    }

    [Fact]
    public void Change_of_fields_that_are_not_mapped_is_nobodys_business() => Read(Told(ChangeType.Update, [First], ("Fax", "1"))).ShouldBeEmpty();

    [Fact]
    public void Change_of_the_external_id_is_read() =>
        Read(Told(ChangeType.Update, [First], (ExternalId, null)) with { ChangedFields = [ExternalId] }).ShouldHaveSingleItem().IsRead.ShouldBeTrue();

    [Fact]
    public void Parent_is_told_by_its_id_so_that_only_a_read_shows_which_it_is() =>
        Read(Told(ChangeType.Update, [First], ("ParentId", Second))).ShouldHaveSingleItem().Fields.Names.ShouldBe([$"Parent.{ExternalId}"]);

    [Fact]
    public void Own_write_is_known_by_the_submission_and_the_values_that_were_sent()
    {
        var change = Read(Ours(Told(ChangeType.Update, [First], ("Phone", "1"), ("Employees", "7"))), Sent(First, ("Phone", "1"), ("Employees", "7"), ("Name", "Ada"))).ShouldHaveSingleItem();
        change.Own.ShouldNotBeNull().WriteNo.ShouldBe(5);
        (change.IsRead, change.IsNearMiss).ShouldBe((false, false));
        change.Message(At).ShouldBeOfType<RecordMessage.RemoteChanged>().OwnWrite.ShouldBe(5);
    }

    [Fact]
    public void Own_write_that_named_nothing_new_is_still_told() =>
        Read(Ours(Told(ChangeType.Update, [First], ("LastModifiedDate", "x"))), Sent(First, ("Employees", "7"))).ShouldHaveSingleItem()
            .Message(At).ShouldBeOfType<RecordMessage.RemoteChanged>().OwnWrite.ShouldBe(5);

    [Fact]
    public void What_rules_of_the_org_made_of_other_fields_of_our_write_is_read()
    {
        var change = Read(Ours(Told(ChangeType.Update, [First], ("Phone", "1"), ("Name", "Made by a rule"))), Sent(First, ("Phone", "1"))).ShouldHaveSingleItem();
        change.Own.ShouldNotBeNull();
        change.IsRead.ShouldBeTrue();
    }

    [Fact]
    public void Our_origin_with_other_values_is_a_near_miss_and_somebody_elses_change()
    {
        var change = Read(Ours(Told(ChangeType.Update, [First], ("Phone", "2"))), Sent(First, ("Phone", "1"))).ShouldHaveSingleItem();
        (change.Own, change.IsNearMiss).ShouldBe((null, true));
        change.Message(At).ShouldBeOfType<RecordMessage.RemoteChanged>().OwnWrite.ShouldBeNull();
    }

    [Fact]
    public void Our_origin_at_a_record_that_was_not_sent_is_a_near_miss() =>
        Read(Ours(Told(ChangeType.Update, [Second], ("Phone", "1"))), Sent(First, ("Phone", "1"))).ShouldHaveSingleItem().IsNearMiss.ShouldBeTrue();

    [Fact]
    public void Counter_with_our_origin_and_another_value_can_be_counted_by_nobody() =>
        Read(Ours(Told(ChangeType.Update, [First], ("Employees", "8"))), Sent(First, ("Employees", "7"))).ShouldHaveSingleItem()
            .Message(At).ShouldBeOfType<RecordMessage.ChangesMissed>().Position.ShouldBe(new StreamPosition(40, 2));

    [Fact]
    public void Own_birth_is_known_by_its_external_id_and_read_for_what_the_org_filled_in()
    {
        var entity = Guid.Parse("12954d0c-2307-5c7d-b487-c1e6656dad55");
        var birth = new OfferedWrite(1, entity, 5, WriteOperation.Insert, null, FieldValues.Of(("Name", "Ada"), ("Phone", "1")), FieldValues.Empty, At);
        var told = Ours(Told(ChangeType.Create, [First], ("Name", "Ada"), ("Phone", "1"), (ExternalId, entity.ToString())));
        Read(told, birth).ShouldHaveSingleItem().ShouldSatisfyAllConditions(change => change.Own.ShouldBe(birth), change => change.IsRead.ShouldBeFalse());
        Read(Ours(Told(ChangeType.Create, [First], ("Name", "Ada"), ("Employees", "1"), (ExternalId, entity.ToString()))), birth).ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(change => change.Own.ShouldBe(birth), change => change.IsRead.ShouldBeTrue());
    }

    [Fact]
    public void Deletion_is_read_and_our_own_is_not()
    {
        Read(Told(ChangeType.Delete, [First])).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            change => change.IsRead.ShouldBeTrue(), change => change.IsDeletion.ShouldBeTrue(), change => change.Message(At).ShouldBeNull());
        Read(Ours(Told(ChangeType.Delete, [First])), Sent(First) with { Operation = WriteOperation.Delete }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(ChangeType.GapCreate, true)]
    [InlineData(ChangeType.GapUpdate, false)]
    [InlineData(ChangeType.GapUndelete, true)]
    public void Gap_is_told_as_missing_with_its_place(ChangeType type, bool isRead)
    {
        var change = Read(Told(type, [First])).ShouldHaveSingleItem();
        change.Message(At).ShouldBeOfType<RecordMessage.ChangesMissed>().Position.ShouldBe(new StreamPosition(40, 2));
        change.IsRead.ShouldBe(isRead);
    }

    [Theory]
    [InlineData(ChangeType.GapOverflow, "000000000000000AAA")]
    [InlineData(ChangeType.GapUpdate, "001*")]
    public void Event_of_all_records_names_none(ChangeType type, string id)
    {
        var told = Told(type, [id]);
        ChangeReader.NamesNoRecords(told).ShouldBeTrue();
        Read(told).ShouldBeEmpty();
    }

    [Fact]
    public void Counter_that_an_event_does_not_tell_is_missing() =>
        Read(Told(ChangeType.Update, [First], ("Phone", "1")) with { UntoldFields = ["Employees"] }).ShouldHaveSingleItem().Message(At).ShouldBeOfType<RecordMessage.ChangesMissed>();

    [Fact]
    public void Counter_of_a_submission_that_is_forgotten_can_be_counted_by_nobody()
    {
        var told = Ours(Told(ChangeType.Update, [First], ("Employees", "8")));
        var nothing = new Dictionary<Guid, IReadOnlyList<OfferedWrite>>();
        new ChangeReader(Account).Read([told], nothing, At.AddHours(80)).ShouldHaveSingleItem().Message(At).ShouldBeOfType<RecordMessage.ChangesMissed>();
        new ChangeReader(Account).Read([told], nothing, At.AddHours(60)).ShouldHaveSingleItem().Message(At).ShouldBeOfType<RecordMessage.RemoteChanged>("another installation's");
    }

    [Theory]
    [InlineData("actorsync/01a2074c-1827-7a7e-a732-6686897c05ce/", true)]
    [InlineData("actorsync/nonsense", false)]
    [InlineData("SfdcInternalAPI/", false)]
    public void Submission_is_what_the_client_calls_itself(string client, bool isOurs) =>
        ChangeReader.Submissions([Told(ChangeType.Update, [First]) with { Origin = $"com/salesforce/api/soap/60.0;client={client}" }]).ShouldBe(isOurs ? [Submission] : []);

    private static IReadOnlyList<RecordChange> Read(ChangeEvent told, params OfferedWrite[] sent) =>
        new ChangeReader(Account).Read([told], sent.Length == 0 ? new Dictionary<Guid, IReadOnlyList<OfferedWrite>>() : new Dictionary<Guid, IReadOnlyList<OfferedWrite>> { [Submission] = sent }, At);

    private static OfferedWrite Sent(string sfid, params (string, string?)[] fields) =>
        new(1, Guid.Empty, 5, WriteOperation.Update, sfid, FieldValues.Of(fields), FieldValues.Empty, At);

    private static ChangeEvent Ours(ChangeEvent told) => told with { Origin = $"com/salesforce/api/soap/60.0;client=actorsync/{Submission}" };

    private static ChangeEvent Told(ChangeType type, string[] ids, params (string Name, string? Value)[] fields) => new()
    {
        ObjectName = "Account",
        RecordIds = ids,
        Type = type,
        Origin = "",
        TransactionKey = "t",
        SequenceNumber = 2,
        CommitNumber = 40,
        CommittedAt = At,
        CommitUser = "",
        Fields = fields.ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal),
        ChangedFields = [.. fields.Select(field => field.Name)],
        NulledFields = [],
        DiffFields = [],
        UntoldFields = [],
    };

    private static FieldMapping Field(string name, FieldKind kind) => new(name, name, kind, 0, 0, Creatable: true, Updatable: true, null);
}
