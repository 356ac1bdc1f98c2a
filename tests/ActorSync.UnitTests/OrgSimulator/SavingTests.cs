using ActorSync.OrgSimulator.Org;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulator;

public sealed class SavingTests
{
    private readonly TestOrg _org = new();

    [Fact]
    public void Created_record_has_an_18_character_id_with_its_objects_prefix()
    {
        string id = _org.Account();

        id.Length.ShouldBe(18);
        id.ShouldStartWith("001");
        SalesforceId.TryNormalize(id[..15], out string? full).ShouldBeTrue();
        full.ShouldBe(id);
    }

    [Fact]
    public void Stamps_of_a_new_record_are_the_time_to_the_second_and_its_maker()
    {
        _org.Clock.Advance(TimeSpan.FromMilliseconds(700));
        string id = _org.Account();

        _org.Value(id, "SystemModstamp").ShouldBe(new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero));
        _org.Value(id, "CreatedDate").ShouldBe(_org.Value(id, "LastModifiedDate"));
        _org.Value(id, "LastModifiedById").ShouldBe(_org.Model.IntegrationUser.Id);
        _org.Value(id, "OwnerId").ShouldBe(_org.Model.IntegrationUser.Id);
    }

    [Fact]
    public void Update_moves_SystemModstamp_and_leaves_CreatedDate_even_if_nothing_differs()
    {
        string id = _org.Account();
        object? created = _org.Value(id, "CreatedDate");
        _org.Clock.Advance(TimeSpan.FromSeconds(5));
        _org.Context = _org.Context with { UserId = _org.Model.HumanUser.Id };

        _org.Update("Account", id, ("Name", "Acme")).ShouldSucceed();

        _org.Value(id, "CreatedDate").ShouldBe(created);
        _org.Value<DateTimeOffset>(id, "SystemModstamp").ShouldBe((DateTimeOffset)created! + TimeSpan.FromSeconds(5));
        _org.Value(id, "LastModifiedById").ShouldBe(_org.Model.HumanUser.Id);
    }

    [Fact]
    public void Update_takes_a_15_character_id_and_answers_18()
    {
        string id = _org.Account();

        _org.Update("Account", id[..15], ("Phone", "1")).Id.ShouldBe(id);
    }

    [Fact]
    public void Fields_that_are_absent_stay_and_null_clears()
    {
        string id = _org.Created("Account", ("Name", "Acme"), ("Phone", "1"), ("Fax", "2"));

        _org.Update("Account", id, ("Phone", null)).ShouldSucceed();

        _org.Value(id, "Phone").ShouldBeNull();
        _org.Value(id, "Fax").ShouldBe("2");
    }

    [Fact]
    public void Missing_required_fields_are_named_together()
    {
        RecordError error = _org.Create("Opportunity", ("Amount", "1")).ShouldFail("REQUIRED_FIELD_MISSING");

        error.Message.ShouldBe("Required fields are missing: [Name, StageName, CloseDate]");
        error.Fields.ShouldBe(["Name", "StageName", "CloseDate"]);
    }

    [Fact]
    public void Required_field_cannot_be_cleared_by_an_update() =>
        _org.Update("Account", _org.Account(), ("Name", "  ")).ShouldFail("REQUIRED_FIELD_MISSING");

    [Fact]
    public void Create_with_an_Id_is_refused() =>
        _org.Model.Create([TestOrg.Input("Account", _org.Account(), ("Name", "B"))], _org.Context)[0].ShouldFail("INVALID_FIELD_FOR_INSERT_UPDATE");

    [Fact]
    public void Update_without_an_Id_is_refused() =>
        _org.Update("Account", null, ("Name", "B")).ShouldFail("MISSING_ARGUMENT").Message.ShouldBe("Id not specified in an update call");

    [Fact]
    public void Update_of_an_id_that_never_was_is_an_invalid_cross_reference()
    {
        string id = _org.Account();
        _org.Delete(id);
        _org.Model.EmptyRecycleBin([id], _org.Context);

        _org.Update("Account", id, ("Name", "B")).ShouldFail("INVALID_CROSS_REFERENCE_KEY").Message.ShouldBe("invalid cross reference id");
    }

    [Fact]
    public void Update_with_an_id_of_another_object_is_malformed() =>
        _org.Update("Contact", _org.Account(), ("LastName", "B")).ShouldFail("MALFORMED_ID");

    [Fact]
    public void Same_id_twice_in_an_update_is_an_error_of_the_second()
    {
        string id = _org.Account();

        IReadOnlyList<RecordResult> results = _org.Model.Update(
            [TestOrg.Input("Account", id, ("Name", "B")), TestOrg.Input("Account", id[..15], ("Name", "C"))], _org.Context);

        results[0].ShouldSucceed();
        results[1].ShouldFail("DUPLICATE_VALUE");
        _org.Value(id, "Name").ShouldBe("B");
    }

    [Fact]
    public void Read_only_fields_refuse_the_record_and_are_named()
    {
        RecordError error = _org.Create("Account", ("Name", "A"), ("CreatedDate", "2020-01-01T00:00:00Z")).ShouldFail("INVALID_FIELD_FOR_INSERT_UPDATE");

        error.Message.ShouldStartWith("Unable to create/update fields: CreatedDate. Please check the security settings");
        error.Fields.ShouldBe(["CreatedDate"]);
    }

    [Fact]
    public void Name_of_a_person_is_first_and_last_name_and_cannot_be_written()
    {
        string id = _org.Created("Contact", ("FirstName", "Ada"), ("LastName", "Lovelace"), ("Salutation", "Ms."));

        _org.Value(id, "Name").ShouldBe("Ada Lovelace");
        _org.Update("Contact", id, ("Name", "X")).ShouldFail("INVALID_FIELD_FOR_INSERT_UPDATE");
        _org.Update("Contact", id, ("FirstName", null)).ShouldSucceed();
        _org.Value(id, "Name").ShouldBe("Lovelace");
    }

    [Fact]
    public void Unknown_field_refuses_the_whole_call_in_the_words_of_each_api()
    {
        RecordInput[] records = [TestOrg.Input("Account", null, ("Name", "A")), TestOrg.Input("Account", null, ("Nmae", "B"))];

        OrgFaultException soap = Should.Throw<OrgFaultException>(() => _org.Model.Create(records, _org.Context));
        OrgFaultException rest = Should.Throw<OrgFaultException>(() => _org.Model.Create(records, _org.Context with { Api = "rest" }));

        soap.ExceptionCode.ShouldBe("INVALID_FIELD");
        soap.Message.ShouldStartWith("No such column 'Nmae' on entity 'Account'. If you are attempting to use a custom field");
        rest.Message.ShouldBe("No such column 'Nmae' on sobject of type Account");
        _org.Model.Count("Account").ShouldBe(0);
    }

    [Fact]
    public void Unknown_object_refuses_the_whole_call() =>
        Should.Throw<OrgFaultException>(() => _org.Create("Foo", ("Name", "A"))).ExceptionCode.ShouldBe("INVALID_TYPE");

    [Fact]
    public void More_than_200_records_refuse_the_whole_call()
    {
        RecordInput[] records = [.. Enumerable.Range(0, 201).Select(i => TestOrg.Input("Account", null, ("Name", $"A{i}")))];

        OrgFaultException fault = Should.Throw<OrgFaultException>(() => _org.Model.Create(records, _org.Context));

        fault.ExceptionCode.ShouldBe("EXCEEDED_ID_LIMIT");
        fault.Message.ShouldBe("record limit reached. cannot submit more than 200 records into this call");
        _org.Model.Create(records[..200], _org.Context).ShouldAllBe(r => r.Success);
    }

    [Fact]
    public void Good_records_are_saved_beside_bad_ones_and_results_keep_their_places()
    {
        IReadOnlyList<RecordResult> results = _org.Model.Create(
            [TestOrg.Input("Account", null, ("Name", "A")), TestOrg.Input("Account", null), TestOrg.Input("Contact", null, ("LastName", "C"))], _org.Context);

        results.Select(r => r.Success).ShouldBe([true, false, true]);
        results[2].Id!.ShouldStartWith("003");
        _org.Model.Count("Account").ShouldBe(1);
    }

    [Fact]
    public void All_or_none_takes_everything_back_if_one_fails()
    {
        string id = _org.Account("Before");
        _org.Context = _org.Context with { AllOrNone = true };

        IReadOnlyList<RecordResult> results = _org.Model.Update(
            [TestOrg.Input("Account", id, ("Name", "After"), ("ActorSync_Id__c", "x")), TestOrg.Input("Account", id, ("Name", "Again"))], _org.Context);

        results[0].ShouldFail("ALL_OR_NONE_OPERATION_ROLLED_BACK").Message
            .ShouldBe("Record rolled back because not all records were valid and the request was using AllOrNone header");
        results[1].ShouldFail("DUPLICATE_VALUE");
        _org.Value(id, "Name").ShouldBe("Before");
        _org.Ids("SELECT Id FROM Account WHERE ActorSync_Id__c = 'x'").ShouldBeEmpty();
    }

    [Fact]
    public void Unique_value_names_the_record_that_holds_it()
    {
        string holder = _org.Account("A", "EXT-1");

        RecordError error = _org.Create("Account", ("Name", "B"), ("ActorSync_Id__c", "ext-1")).ShouldFail("DUPLICATE_VALUE");

        error.Message.ShouldBe($"duplicate value found: ActorSync_Id__c duplicates value on record with id: {holder[..15]}");
        error.Fields.ShouldBeEmpty();
    }

    [Fact]
    public void Value_of_a_deleted_record_is_free_again()
    {
        string holder = _org.Account("A", "EXT-1");
        _org.Delete(holder);

        _org.Account("B", "EXT-1");

        _org.Undelete(holder).ShouldFail("DUPLICATE_VALUE");
    }

    [Fact]
    public void Reference_must_name_a_live_record_of_the_right_object()
    {
        string account = _org.Account();
        string gone = _org.Account();
        _org.Delete(gone);

        _org.Create("Contact", ("LastName", "A"), ("AccountId", account[..15])).ShouldSucceed();
        _org.Create("Contact", ("LastName", "A"), ("AccountId", "nonsense")).ShouldFail("MALFORMED_ID");
        _org.Create("Contact", ("LastName", "A"), ("AccountId", _org.Model.HumanUser.Id)).ShouldFail("FIELD_INTEGRITY_EXCEPTION")
            .Message.ShouldBe($"Account ID: id value of incorrect type: {_org.Model.HumanUser.Id}");
        _org.Create("Contact", ("LastName", "A"), ("AccountId", gone)).ShouldFail("ENTITY_IS_DELETED");
        _org.Create("Contact", ("LastName", "A"), ("AccountId", SalesforceId.Create("001", 5))).ShouldFail("INVALID_CROSS_REFERENCE_KEY");
    }

    [Fact]
    public void Parent_is_found_by_its_external_id()
    {
        string account = _org.Account("A", "A-1");

        string contact = _org.Created("Contact", ("LastName", "B"), ("Account", new ParentReference("Account", "ActorSync_Id__c", "a-1")));

        _org.Value(contact, "AccountId").ShouldBe(account);
    }

    [Fact]
    public void Parent_must_exist_before_the_call()
    {
        IReadOnlyList<RecordResult> results = _org.Model.Create(
            [
                TestOrg.Input("Account", null, ("Name", "A"), ("ActorSync_Id__c", "A-1")),
                TestOrg.Input("Contact", null, ("LastName", "B"), ("Account", new ParentReference(null, "ActorSync_Id__c", "A-1"))),
            ],
            _org.Context);

        results[0].ShouldSucceed();
        results[1].ShouldFail("INVALID_FIELD").Message.ShouldBe("Foreign key external ID: A-1 not found for field ActorSync_Id__c in entity Account");
    }

    [Fact]
    public void Case_number_counts_up_and_picklist_defaults_fill()
    {
        string first = _org.Created("Case", ("Subject", "a"));
        string second = _org.Created("Case", ("Subject", "b"));

        _org.Value(first, "CaseNumber").ShouldBe("00001000");
        _org.Value(second, "CaseNumber").ShouldBe("00001001");
        _org.Value(first, "Status").ShouldBe("New");
        _org.Value(first, "Priority").ShouldBe("Medium");
        _org.Value(first, "IsEscalated").ShouldBe(false);
    }

    [Fact]
    public void Closing_a_case_dates_it()
    {
        string id = _org.Created("Case", ("Subject", "a"));

        _org.Update("Case", id, ("Status", "closed")).ShouldSucceed();
        _org.Value(id, "IsClosed").ShouldBe(true);
        _org.Value(id, "ClosedDate").ShouldBe(_org.Model.Now);
        _org.Update("Case", id, ("Status", "New")).ShouldSucceed();
        _org.Value(id, "ClosedDate").ShouldBeNull();
    }

    [Fact]
    public void Stage_of_an_opportunity_brings_probability_forecast_and_what_follows()
    {
        string id = _org.Created("Opportunity", ("Name", "A"), ("StageName", "Value Proposition"), ("CloseDate", "2026-05-01"), ("Amount", "100.5"));

        _org.Value(id, "Probability").ShouldBe(50m);
        _org.Value(id, "ExpectedRevenue").ShouldBe(50.25m);
        _org.Value(id, "FiscalQuarter").ShouldBe(2L);
        _org.Update("Opportunity", id, ("StageName", "Closed Won")).ShouldSucceed();
        _org.Value(id, "IsWon").ShouldBe(true);
        _org.Value(id, "ForecastCategoryName").ShouldBe("Closed");
    }
}
