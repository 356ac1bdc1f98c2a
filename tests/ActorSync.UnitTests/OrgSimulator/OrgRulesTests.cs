using ActorSync.OrgSimulator.Org;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulator;

/// <summary>Duplicate and assignment rules of the org, and what a call may ask of them.</summary>
public sealed class OrgRulesTests
{
    private const string Active = "01Q5g0000000001";
    private const string Inactive = "01Q5g0000000002";

    private readonly TestOrg _org = new(options: new OrgOptions
    {
        DuplicateRules = [new DuplicateRule("Account", "Name"), new DuplicateRule("Lead", "Email", Blocks: true)],
        AssignmentRules =
        [
            new AssignmentRule(Active, "Case", "ada.admin@actorsync.example"),
            new AssignmentRule(Inactive, "Lead", "ada.admin@actorsync.example", IsActive: false),
        ],
    });

    [Fact]
    public void Duplicate_is_refused_unless_the_caller_saves_it_all_the_same()
    {
        _org.Account("Acme");
        RecordError error = _org.Create("Account", ("Name", "ACME")).ShouldFail("DUPLICATES_DETECTED");
        error.Message.ShouldBe("Use one of these records?");
        _org.Context = _org.Context with { SaveDuplicates = true };
        _org.Create("Account", ("Name", "ACME")).ShouldSucceed();
    }

    [Fact]
    public void Duplicate_that_is_blocked_cannot_be_saved()
    {
        _org.Created("Lead", ("LastName", "A"), ("Company", "C"), ("Email", "a@example.com"));
        _org.Context = _org.Context with { SaveDuplicates = true };
        _org.Create("Lead", ("LastName", "B"), ("Company", "C"), ("Email", "a@example.com")).ShouldFail("DUPLICATES_DETECTED");
        _org.Create("Lead", ("LastName", "B"), ("Company", "C")).ShouldSucceed();
        _org.Create("Lead", ("LastName", "B"), ("Company", "C")).ShouldSucceed();
    }

    [Fact]
    public void Only_a_value_that_is_given_now_makes_a_duplicate_and_deleted_records_make_none()
    {
        var first = _org.Account("Acme");
        var second = _org.Account("Other");
        _org.Update("Account", second, ("Name", "acme")).ShouldFail("DUPLICATES_DETECTED");
        _org.Update("Account", first, ("Name", "Acme"), ("Phone", "1")).ShouldSucceed();
        _org.Delete(first).ShouldSucceed();
        _org.Update("Account", second, ("Name", "acme")).ShouldSucceed();
    }

    [Fact]
    public void Owner_is_the_rules_only_where_the_caller_asks_for_it()
    {
        var id = _org.Created("Case", ("Subject", "S"));
        Owner(id).ShouldBe(_org.Model.IntegrationUser.Id);
        _org.Context = _org.Context with { UseDefaultRule = true };
        _org.Update("Case", id, ("Subject", "T")).ShouldSucceed();
        Owner(id).ShouldBe(_org.Model.HumanUser.Id);
        _org.Model.Arrivals()[^1].After["OwnerId"].ShouldBe(_org.Model.HumanUser.Id);
        Owner(Lead()).ShouldBe(_org.Model.IntegrationUser.Id, "no rule of leads is active");
    }

    [Fact]
    public void Rule_that_is_named_runs_whether_it_is_active_or_not_and_for_its_object_alone()
    {
        _org.Context = _org.Context with { AssignmentRuleId = Inactive };
        Owner(Lead()).ShouldBe(_org.Model.HumanUser.Id);
        _org.Create("Case", ("Subject", "S")).ShouldFail("INVALID_CROSS_REFERENCE_KEY");
        _org.Create("Account", ("Name", "Acme")).ShouldSucceed();
        _org.Context = _org.Context with { AssignmentRuleId = "01Q" };
        Should.Throw<OrgFaultException>(Lead).ExceptionCode.ShouldBe("MALFORMED_ID");
    }

    [Theory]
    [InlineData("01Q5g0000000001", "Contact", "ada.admin@actorsync.example")]
    [InlineData("01Q5g0000000001", "Case", "nobody@actorsync.example")]
    [InlineData("00Q5g0000000001", "Case", "ada.admin@actorsync.example")]
    public void Rule_that_cannot_be_is_refused(string id, string type, string owner) =>
        Should.Throw<ArgumentException>(() => new TestOrg(options: new OrgOptions { AssignmentRules = [new AssignmentRule(id, type, owner)] }));

    private string Lead() => _org.Created("Lead", ("LastName", "A"), ("Company", "C"));

    private string Owner(string id) => _org.Value<string>(id, "OwnerId");
}
