using ActorSync.OrgSimulator.Org;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulator;

public sealed class DeletingTests
{
    private readonly TestOrg _org = new();

    [Fact]
    public void Deleted_record_is_out_of_query_but_in_queryAll_with_a_new_stamp()
    {
        string id = _org.Account();
        _org.Clock.Advance(TimeSpan.FromSeconds(3));

        _org.Delete(id).Id.ShouldBe(id);

        _org.Ids("SELECT Id FROM Account").ShouldBeEmpty();
        _org.Ids("SELECT Id FROM Account WHERE IsDeleted = true", includeDeleted: true).ShouldBe([id]);
        _org.Ids("SELECT Id FROM Account ALL ROWS").ShouldBe([id]);
        _org.Value(id, "SystemModstamp").ShouldBe(_org.Model.Now);
        _org.Model.Retrieve(["Id"], "Account", [id]).ShouldBe([null]);
    }

    [Fact]
    public void Deleted_record_is_deleted_to_every_write()
    {
        string id = _org.Account();
        _org.Delete(id);

        _org.Delete(id).ShouldFail("ENTITY_IS_DELETED").Message.ShouldBe("entity is deleted");
        _org.Update("Account", id, ("Name", "B")).ShouldFail("ENTITY_IS_DELETED");
    }

    [Fact]
    public void Delete_of_what_is_no_id_or_never_was_is_refused()
    {
        _org.Delete("001").ShouldFail("MALFORMED_ID").Message.ShouldBe("malformed id 001");
        _org.Delete(SalesforceId.Create("001", 77)).ShouldFail("INVALID_CROSS_REFERENCE_KEY");
        _org.Delete(_org.Model.HumanUser.Id).ShouldFail("INSUFFICIENT_ACCESS_OR_READONLY");
    }

    [Fact]
    public void Contacts_and_opportunities_go_with_their_account_and_come_back_with_it()
    {
        string account = _org.Account();
        string contact = _org.Created("Contact", ("LastName", "A"), ("AccountId", account));
        string opportunity = _org.Created("Opportunity", ("Name", "A"), ("AccountId", account), ("StageName", "Prospecting"), ("CloseDate", "2026-05-01"));
        string before = _org.Created("Contact", ("LastName", "B"), ("AccountId", account));
        _org.Delete(before);

        _org.Delete(account).ShouldSucceed();
        _org.Ids("SELECT Id FROM Contact").ShouldBeEmpty();
        _org.Ids("SELECT Id FROM Opportunity").ShouldBeEmpty();
        _org.Undelete(contact).ShouldFail("UNDELETE_FAILED").Message.ShouldBe("Entity is not in the recycle bin");

        _org.Undelete(account).ShouldSucceed();
        _org.Ids("SELECT Id FROM Contact").ShouldBe([contact], "the contact that was deleted by itself stays deleted");
        _org.Ids("SELECT Id FROM Opportunity").ShouldBe([opportunity]);
    }

    [Fact]
    public void Case_keeps_its_account_from_being_deleted_also_through_a_contact()
    {
        string account = _org.Account("Acme");
        string contact = _org.Created("Contact", ("LastName", "A"), ("AccountId", account));
        string @case = _org.Created("Case", ("ContactId", contact));

        _org.Delete(account).ShouldFail("DELETE_FAILED")
            .Message.ShouldBe("Your attempt to delete A could not be completed because it is associated with the following cases.: 00001000");
        _org.Ids("SELECT Id FROM Contact").ShouldBe([contact]);

        _org.Delete(@case).ShouldSucceed();
        _org.Delete(account).ShouldSucceed();
    }

    [Fact]
    public void Lookup_to_a_deleted_record_is_cleared_by_the_platform_and_comes_back_with_it()
    {
        string parent = _org.Account("Parent");
        string child = _org.Created("Account", ("Name", "Child"), ("ParentId", parent));
        object? modified = _org.Value(child, "LastModifiedDate");
        _org.Clock.Advance(TimeSpan.FromSeconds(3));

        _org.Delete(parent);
        _org.Value(child, "ParentId").ShouldBeNull();
        _org.Value(child, "SystemModstamp").ShouldBe(_org.Model.Now);
        _org.Value(child, "LastModifiedDate").ShouldBe(modified);

        _org.Undelete(parent);
        _org.Value(child, "ParentId").ShouldBe(parent);
    }

    [Fact]
    public void Undelete_brings_the_record_back_with_its_values_and_a_new_stamp()
    {
        string id = _org.Account("Acme", "A-1");
        _org.Delete(id);
        _org.Clock.Advance(TimeSpan.FromSeconds(3));

        _org.Undelete(id).ShouldSucceed();

        _org.Value(id, "IsDeleted").ShouldBe(false);
        _org.Value(id, "SystemModstamp").ShouldBe(_org.Model.Now);
        _org.Ids("SELECT Id FROM Account WHERE ActorSync_Id__c = 'A-1'").ShouldBe([id]);
        _org.Undelete(id).ShouldFail("UNDELETE_FAILED");
    }

    [Fact]
    public void Emptied_record_is_gone_for_good_with_what_went_along()
    {
        string account = _org.Account();
        _org.Created("Contact", ("LastName", "A"), ("AccountId", account));
        _org.Delete(account);

        _org.Model.EmptyRecycleBin([account], _org.Context)[0].ShouldSucceed();

        _org.Ids("SELECT Id FROM Account", includeDeleted: true).ShouldBeEmpty();
        _org.Ids("SELECT Id FROM Contact", includeDeleted: true).ShouldBeEmpty();
        _org.Undelete(account).ShouldFail("UNDELETE_FAILED");
        _org.Model.EmptyRecycleBin([account], _org.Context)[0].ShouldFail("INVALID_CROSS_REFERENCE_KEY");
    }

    [Fact]
    public void Recycle_bin_keeps_records_for_15_days()
    {
        string id = _org.Account();
        _org.Delete(id);

        _org.Clock.Advance(TimeSpan.FromDays(15));
        _org.Ids("SELECT Id FROM Account", includeDeleted: true).ShouldBe([id]);
        _org.Clock.Advance(TimeSpan.FromSeconds(1));
        _org.Ids("SELECT Id FROM Account", includeDeleted: true).ShouldBeEmpty();
    }

    [Fact]
    public void Record_that_was_undeleted_and_deleted_again_gets_its_15_days_anew()
    {
        string id = _org.Account();
        _org.Delete(id);
        _org.Clock.Advance(TimeSpan.FromDays(10));
        _org.Undelete(id);
        _org.Delete(id);

        _org.Clock.Advance(TimeSpan.FromDays(10));

        _org.Undelete(id).ShouldSucceed();
    }

    [Fact]
    public void All_or_none_takes_deletes_with_their_cascades_back()
    {
        string account = _org.Account("Acme", "A-1");
        string contact = _org.Created("Contact", ("LastName", "A"), ("AccountId", account));
        _org.Context = _org.Context with { AllOrNone = true };

        IReadOnlyList<RecordResult> results = _org.Model.Delete([account, "nonsense"], _org.Context);

        results[0].ShouldFail("ALL_OR_NONE_OPERATION_ROLLED_BACK");
        _org.Ids("SELECT Id FROM Contact").ShouldBe([contact]);
        _org.Ids("SELECT Id FROM Account WHERE ActorSync_Id__c = 'A-1'").ShouldBe([account]);
        _org.Model.Count("Account").ShouldBe(1);
        _org.Model.GetDeleted("Account", _org.Model.Now.AddHours(-1), _org.Model.Now.AddHours(1)).Records.ShouldBeEmpty();
    }
}
