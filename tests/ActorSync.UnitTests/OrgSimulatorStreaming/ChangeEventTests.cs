using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Org.Changes;
using ActorSync.UnitTests.OrgSimulator;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulatorStreaming;

/// <summary>Which events a change of records makes.</summary>
public sealed class ChangeEventTests
{
    private readonly RecordedOrg _recorded = new();

    private TestOrg Org => _recorded.Org;

    [Fact]
    public void A_record_is_told_from_its_birth_to_its_undelete()
    {
        var id = "";
        RecordedOrg.Told(_recorded.Published(() => id = Org.Created("Account", ("Name", "Acme"), ("Phone", "1"), ("Fax", ""))))
            .ShouldBe(["Create Account 1: Name=Acme, Phone=1"]);
        RecordedOrg.Told(_recorded.Published(() => Org.Update("Account", id, ("Name", "Acme"), ("Phone", "2"), ("Fax", "3")))).ShouldBe(["Update Account 1: Phone=2, Fax=3"]);
        RecordedOrg.Told(_recorded.Published(() => Org.Update("Account", id, ("Fax", null)))).ShouldBe(["Update Account 1: Fax="]);
        RecordedOrg.Told(_recorded.Published(() => Org.Delete(id))).ShouldBe(["Delete Account 1:"]);
        RecordedOrg.Told(_recorded.Published(() => Org.Undelete(id))).ShouldBe(["Undelete Account 1: Name=Acme, Phone=2"]);
    }

    [Fact]
    public void A_record_that_is_deleted_for_good_is_told_by_nobody()
    {
        var id = Org.Account();
        Org.Delete(id);

        _recorded.Published(() => Org.Model.EmptyRecycleBin([id], Org.Context)[0].ShouldSucceed()).ShouldBeEmpty();
        _recorded.Published(() =>
        {
            var other = Org.Account();
            Org.Delete(other);
            Org.Clock.Advance(TimeSpan.FromDays(20));
            Org.Ids("SELECT Id FROM Account", includeDeleted: true).ShouldBeEmpty();
        }).ShouldBeEmpty("both are older than events are kept");
    }

    [Fact]
    public void A_record_that_is_deleted_past_the_bin_is_told_by_getDeleted_alone()
    {
        var id = Org.Account();

        _recorded.Published(() => Org.Model.HardDelete([id], Org.Context)[0].ShouldSucceed()).ShouldBeEmpty();
        Org.Ids("SELECT Id FROM Account", includeDeleted: true).ShouldBeEmpty();
        Org.Model.GetDeleted("Account", Org.Clock.GetUtcNow().AddHours(-1), Org.Clock.GetUtcNow().AddHours(1)).Records.Select(record => record.Id).ShouldBe([id]);
    }

    // LastModifiedDate moves with every save, LastModifiedById only with another user.
    [Fact]
    public void A_save_tells_its_stamps()
    {
        var id = Org.Account();
        Org.Clock.Advance(TimeSpan.FromMinutes(1));

        _recorded.Published(() => Org.Update("Account", id, ("Name", "Acme")))[0].Fields.Select(f => f.Field.Name).ShouldBe(["LastModifiedDate"]);
        Org.Context = Org.Context with { UserId = Org.Model.HumanUser.Id };
        _recorded.Published(() => Org.Update("Account", id, ("Name", "Acme")))[0].Fields.Select(f => f.Field.Name).ShouldBe(["LastModifiedDate", "LastModifiedById"]);
    }

    [Fact]
    public void Records_that_change_alike_in_one_transaction_share_an_event()
    {
        string[] ids = [Org.Account("a"), Org.Account("b"), Org.Account("c")];
        Org.Update("Account", ids[1], ("Phone", "2"));

        var events = _recorded.Published(() => Org.Model.Update(
            [TestOrg.Input("Account", ids[0], ("Phone", "1")), TestOrg.Input("Account", ids[1], ("Phone", "2"), ("Fax", "1")), TestOrg.Input("Account", ids[2], ("Phone", "1"))], Org.Context));

        RecordedOrg.Told(events).ShouldBe(["Update Account 2: Phone=1", "Update Account 1: Fax=1"]);
        events[0].RecordIds.ShouldBe([ids[0], ids[2]]);
        events.Select(e => e.SequenceNumber).ShouldBe([1, 2]);
        events.Select(e => e.Transaction).Distinct().ShouldHaveSingleItem();
        RecordedOrg.Told(_recorded.Published(() => Org.Model.Delete(ids, Org.Context))).ShouldBe(["Delete Account 3:"]);
    }

    [Fact]
    public void What_follows_from_a_delete_is_told_in_its_transaction()
    {
        var account = Org.Account();
        var contact = Org.Created("Contact", ("LastName", "Lovelace"), ("AccountId", account));
        var child = Org.Created("Account", ("Name", "Child"), ("ParentId", account));

        var events = _recorded.Published(() => Org.Delete(account).ShouldSucceed());

        RecordedOrg.Told(events).ShouldBe(["Delete Account 1:", "Delete Contact 1:", "Update Account 1: ParentId="]);
        events.Select(e => e.RecordIds[0]).ShouldBe([account, contact, child]);
        events[2].Fields.Select(f => f.Field.Name).ShouldBe(["ParentId"], "the platform clears it, nobody modified the record");
    }

    [Fact]
    public void What_did_not_happen_is_not_told()
    {
        var id = Org.Account();

        _recorded.Published(() => Org.Update("Account", id, ("Name", "")).ShouldFail("REQUIRED_FIELD_MISSING")).ShouldBeEmpty();
        _recorded.Published(() => Org.Model.Update(
            [TestOrg.Input("Account", id, ("Phone", "1")), TestOrg.Input("Account", id, ("Phone", "2"))], Org.Context with { AllOrNone = true })).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("soap", "my-sync", "com/salesforce/api/soap/60.0;client=my-sync")]
    [InlineData("bulkapi", null, "com/salesforce/api/bulkapi/60.0")]
    [InlineData("page", null, "com/salesforce/api/soap/60.0;client=SfdcInternalAPI/")]
    [InlineData("setup", null, "")]
    public void An_event_names_its_origin(string api, string? client, string origin)
    {
        Org.Context = new DmlContext(api, client, Org.Model.HumanUser.Id) { ApiVersion = 60 };

        var transaction = _recorded.Published(() => Org.Account()).ShouldHaveSingleItem().Transaction;

        (transaction.Origin, transaction.UserId, transaction.CommittedAt).ShouldBe((origin, Org.Model.HumanUser.Id, Org.Clock.GetUtcNow()));
    }

    [Fact]
    public void Only_selected_objects_are_told()
    {
        var recorded = new RecordedOrg(options: new ChangeEventOptions { Objects = ["contact"] });
        var account = recorded.Org.Account();

        recorded.Org.Created("Contact", ("LastName", "Lovelace"), ("AccountId", account));

        recorded.Log.After(0).Select(e => e.Definition.Name).ShouldBe(["Contact"]);
    }

    [Fact]
    public void Recording_changes_nothing_that_the_org_draws_or_tells()
    {
        static string Story(bool isRecorded)
        {
            var org = new TestOrg();
            if (isRecorded)
            {
                org.Model.RecordChangeEvents(new ChangeEventOptions());
            }

            org.Model.InjectError(new ErrorInjection(null, null, "UNABLE_TO_LOCK_ROW", "drawn", Probability: 0.5));
            for (var i = 0; i < 50; i++)
            {
                org.Create("Account", ("Name", $"a{i}"));
            }

            return string.Join('\n', org.Model.Arrivals().Select(a => $"{a.Sequence} {a.Id} {a.Error?.StatusCode}"));
        }

        Story(isRecorded: true).ShouldBe(Story(isRecorded: false));
    }
}
