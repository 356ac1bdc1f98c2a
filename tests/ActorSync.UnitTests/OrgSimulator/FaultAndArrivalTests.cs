using ActorSync.OrgSimulator.Org;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulator;

public sealed class FaultAndArrivalTests
{
    private readonly TestOrg _org = new();

    [Fact]
    public void Locked_record_refuses_writes_until_it_is_released()
    {
        string id = _org.Account("A", "A-1");
        using (_org.Model.LockRecords([id[..15]]))
        {
            RecordError error = _org.Update("Account", id, ("Name", "B")).ShouldFail("UNABLE_TO_LOCK_ROW");
            error.Message.ShouldBe($"unable to obtain exclusive access to this record or 1 records: {id[..15]}");
            _org.Delete(id).ShouldFail("UNABLE_TO_LOCK_ROW");
            _org.Model.AnyLocked([id]).ShouldBeTrue();
            _org.Model.AnyLocked([TestOrg.Input("Account", null, ("ActorSync_Id__c", "a-1"))], "ActorSync_Id__c").ShouldBeTrue();
        }

        _org.Model.AnyLocked([id]).ShouldBeFalse();
        _org.Update("Account", id, ("Name", "B")).ShouldSucceed();
    }

    [Fact]
    public void Record_locked_twice_is_free_after_both_releases()
    {
        string id = _org.Account();
        IDisposable first = _org.Model.LockRecords([id]);
        IDisposable second = _org.Model.LockRecords([id]);

        first.Dispose();
        first.Dispose();
        _org.Model.AnyLocked([id]).ShouldBeTrue();
        second.Dispose();
        _org.Model.AnyLocked([id]).ShouldBeFalse();
    }

    [Fact]
    public void Injected_error_hits_its_object_and_operation_as_often_as_asked()
    {
        _org.Model.InjectError(new ErrorInjection("Account", "update", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "trigger failed", TimesMax: 1, Fields: ["Name"]));
        string id = _org.Account();

        _org.Update("Account", id, ("Name", "B")).ShouldFail("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY").Fields.ShouldBe(["Name"]);
        _org.Update("Account", id, ("Name", "B")).ShouldSucceed();
    }

    [Fact]
    public void Injected_error_stops_when_disposed()
    {
        using (_org.Model.InjectError(new ErrorInjection(null, null, "UNABLE_TO_LOCK_ROW", "busy")))
        {
            _org.Create("Account", ("Name", "A")).ShouldFail("UNABLE_TO_LOCK_ROW");
        }

        _org.Create("Account", ("Name", "A")).ShouldSucceed();
    }

    [Fact]
    public void Probability_of_an_injected_error_is_drawn_from_the_seed()
    {
        bool[] first = Draws(seed: 7);

        first.ShouldBe(Draws(seed: 7));
        first.ShouldNotBe(Draws(seed: 8));
        first.Count(failed => failed).ShouldBeInRange(30, 70);

        static bool[] Draws(int seed)
        {
            var org = new TestOrg(options: new OrgOptions { Seed = seed });
            org.Model.InjectError(new ErrorInjection("Account", "create", "UNKNOWN_EXCEPTION", "no", Probability: 0.5));
            return [.. Enumerable.Range(0, 100).Select(_ => !org.Create("Account", ("Name", "A")).Success)];
        }
    }

    [Fact]
    public void Arrivals_tell_every_write_in_order_with_stored_values_before_and_after()
    {
        string id = _org.Account(" Acme ", "A-1");
        _org.Update("Account", id, ("Name", "B"), ("Phone", ""));
        _org.Delete(id);

        IReadOnlyList<Arrival> arrivals = _org.Model.Arrivals();

        arrivals.Select(a => (a.Sequence, a.Operation, a.Id, a.ExternalId, a.Client)).ShouldBe(
            [(1, "create", id, "A-1", "test"), (2, "update", id, "A-1", "test"), (3, "delete", id, "A-1", "test")]);
        arrivals[0].Before.ShouldBeEmpty();
        arrivals[0].After["Name"].ShouldBe("Acme");
        arrivals[1].Before["Name"].ShouldBe("Acme");
        arrivals[1].After["Name"].ShouldBe("B");
        arrivals[1].After["Phone"].ShouldBeNull();
        arrivals[2].Before["Name"].ShouldBe("B");
        arrivals[2].After.ShouldBeEmpty();
    }

    [Fact]
    public void Refused_writes_arrive_with_their_error()
    {
        _org.Upsert("Account", "A-1");

        Arrival arrival = _org.Model.Arrivals().ShouldHaveSingleItem();
        arrival.Operation.ShouldBe("upsert");
        arrival.ExternalId.ShouldBe("A-1");
        arrival.Error!.StatusCode.ShouldBe("REQUIRED_FIELD_MISSING");
        arrival.After.ShouldBeEmpty();
    }

    [Fact]
    public void Rolled_back_writes_arrive_as_refused()
    {
        _org.Context = _org.Context with { AllOrNone = true };
        _org.Model.Create([TestOrg.Input("Account", null, ("Name", "A")), TestOrg.Input("Account", null)], _org.Context);

        _org.Model.Arrivals().Select(a => a.Error!.StatusCode).ShouldBe(["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]);
    }

    [Fact]
    public void What_follows_from_a_write_arrives_by_its_own_name_and_not_if_taken_back()
    {
        string account = _org.Account();
        string contact = _org.Created("Contact", ("LastName", "A"), ("AccountId", account));
        long before = _org.Model.LastArrival;

        _org.Model.Delete([account, "nonsense"], _org.Context with { AllOrNone = true });
        _org.Model.Arrivals(before + 1).Select(a => (a.Operation, a.Error is null)).ShouldBe([("delete", false), ("delete", false)]);
        before = _org.Model.LastArrival;

        _org.Delete(account);
        _org.Undelete(account);
        _org.Model.Arrivals(before + 1).Select(a => (a.Operation, a.Id)).ShouldBe(
            [("delete", account), ("cascadeDelete", contact), ("undelete", account), ("cascadeUndelete", contact)]);
    }

    [Fact]
    public void Calls_from_several_threads_take_effect_one_at_a_time()
    {
        Parallel.For(0, 8, thread =>
        {
            for (int i = 0; i < 50; i++)
            {
                _org.Upsert("Account", $"{i}", ("Name", $"{thread}"));
                _org.Ids("SELECT Id FROM Account ORDER BY SystemModstamp, Id LIMIT 5");
            }
        });

        _org.Model.Count("Account").ShouldBe(50);
        _org.Model.Arrivals().Select(a => a.Sequence).ShouldBe(Enumerable.Range(1, 400).Select(i => (long)i));
        _org.Model.Arrivals().ShouldAllBe(a => a.Error == null);
    }

    [Fact]
    public void Arrivals_are_read_from_a_sequence_number_and_the_oldest_are_dropped()
    {
        var org = new TestOrg(options: new OrgOptions { ArrivalRecordsMax = 3 });
        for (int i = 0; i < 5; i++)
        {
            org.Account($"A{i}");
        }

        org.Model.Arrivals(1).Select(a => a.Sequence).ShouldBe([3, 4, 5]);
        org.Model.Arrivals(4, countMax: 1).Select(a => a.Sequence).ShouldBe([4]);
        org.Model.Arrivals(6).ShouldBeEmpty();
        org.Model.LastArrival.ShouldBe(5);
    }

    [Fact]
    public void Population_is_linked_valid_the_same_for_a_seed_and_leaves_no_arrivals()
    {
        _org.Model.Populate(400, seed: 3);

        new[] { "Account", "Contact", "Lead", "Opportunity", "Case" }.Select(_org.Model.Count).ShouldBe([80, 160, 60, 60, 40]);
        _org.Ids("SELECT Id FROM Contact WHERE Account.Name = null").ShouldBeEmpty();
        _org.Model.Arrivals().ShouldBeEmpty();
        Names(_org).ShouldBe(Names(Populated(3)));
        Names(_org).ShouldNotBe(Names(Populated(4)));

        static TestOrg Populated(int seed)
        {
            var org = new TestOrg();
            org.Model.Populate(400, seed);
            return org;
        }

        static object?[] Names(TestOrg org) => [.. org.Model.Query("SELECT Name FROM Contact ORDER BY SystemModstamp, Id").Rows.Select(r => r.Fields[0].Value)];
    }
}
