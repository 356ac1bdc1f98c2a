using ActorSync.OrgSimulator.Org;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulator;

public sealed class SoqlTests
{
    private readonly TestOrg _org = new("""
        {"objects": [{"object": "Account", "fields": [
          {"name": "Tags__c", "type": "multipicklist", "picklist": ["Red", "Green", "Blue"]},
          {"name": "Since__c", "type": "date"}]}]}
        """);

    private readonly Dictionary<string, string> _names = [];

    public SoqlTests()
    {
        Add("Acme", ("Phone", "555-1"), ("AnnualRevenue", "100"), ("Since__c", "2026-03-02"), ("Tags__c", "Red;Blue"), ("Industry", "Energy"));
        Add("acme 100%", ("Phone", "555-2"), ("AnnualRevenue", "200"), ("Since__c", "2026-03-01"), ("Tags__c", "Green"));
        Add("O'Neil_Co", ("NumberOfEmployees", "7"), ("Since__c", "2026-02-10"), ("Industry", "Banking"));
        Add("Zeta", ("AnnualRevenue", "200"), ("Since__c", "2025-12-31"), ("ActorSync_Id__c", "Z-1"));

        void Add(string name, params (string, object?)[] fields)
        {
            _names[_org.Created("Account", [("Name", name), .. fields])] = name;
            _org.Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Theory]
    [InlineData("Name = 'ACME'", "Acme")]
    [InlineData("Name != 'Acme'", "acme 100%,O'Neil_Co,Zeta")]
    [InlineData("Name <> 'Acme' AND Name <> 'Zeta'", "acme 100%,O'Neil_Co")]
    [InlineData(@"Name = 'O\'Neil\u005fCo'", "O'Neil_Co")]
    [InlineData("Name LIKE 'acme%'", "Acme,acme 100%")]
    [InlineData(@"Name LIKE '%100\%'", "acme 100%")]
    [InlineData("Name LIKE '_eta'", "Zeta")]
    [InlineData(@"Name LIKE '%\_co'", "O'Neil_Co")]
    [InlineData("Name LIKE '%e%m%'", "")]
    [InlineData("(NOT Name LIKE 'acme%')", "O'Neil_Co,Zeta")]
    [InlineData("Name > 'b'", "O'Neil_Co,Zeta")]
    [InlineData("Phone = null", "O'Neil_Co,Zeta")]
    [InlineData("Phone != null", "Acme,acme 100%")]
    [InlineData("Phone = ''", "O'Neil_Co,Zeta")]
    [InlineData("Phone != '555-1'", "acme 100%,O'Neil_Co,Zeta")]
    [InlineData("AnnualRevenue >= 200", "acme 100%,Zeta")]
    [InlineData("AnnualRevenue < 1.5e2", "Acme")]
    [InlineData("AnnualRevenue = 200.0 AND Name LIKE 'Z%'", "Zeta")]
    [InlineData("NumberOfEmployees = 7", "O'Neil_Co")]
    [InlineData("Name IN ('zeta', 'Acme', 'none')", "Acme,Zeta")]
    [InlineData("Name NOT IN ('zeta', 'Acme')", "acme 100%,O'Neil_Co")]
    [InlineData("Industry IN (null, 'Energy')", "Acme,acme 100%,Zeta")]
    [InlineData("Tags__c INCLUDES ('Red;Blue', 'Green')", "Acme,acme 100%")]
    [InlineData("Tags__c EXCLUDES ('red')", "acme 100%,O'Neil_Co,Zeta")]
    [InlineData("IsDeleted = false AND (Name = 'Acme' OR Name = 'Zeta')", "Acme,Zeta")]
    [InlineData("ActorSync_Id__c = 'z-1'", "Zeta")]
    [InlineData("ActorSync_Id__c IN ('Z-1', 'Z-2') OR Name = 'Acme'", "Acme,Zeta")]
    [InlineData("NOT (Name = 'Acme' OR Phone = '555-2')", "O'Neil_Co,Zeta")]
    public void Where_selects(string where, string names) => Names($"SELECT Id FROM Account WHERE {where}").ShouldBe(Split(names), ignoreOrder: true);

    [Theory]
    [InlineData("Since__c = 2026-03-02", "Acme")]
    [InlineData("Since__c = TODAY", "Acme")]
    [InlineData("Since__c = YESTERDAY", "acme 100%")]
    [InlineData("Since__c < TODAY", "acme 100%,O'Neil_Co,Zeta")]
    [InlineData("Since__c = LAST_MONTH", "O'Neil_Co")]
    [InlineData("Since__c = THIS_MONTH", "Acme,acme 100%")]
    [InlineData("Since__c = THIS_WEEK", "Acme,acme 100%")]
    [InlineData("Since__c = THIS_QUARTER", "Acme,acme 100%,O'Neil_Co")]
    [InlineData("Since__c = LAST_YEAR", "Zeta")]
    [InlineData("Since__c >= THIS_YEAR", "Acme,acme 100%,O'Neil_Co")]
    [InlineData("Since__c = LAST_N_DAYS:20", "Acme,acme 100%,O'Neil_Co")]
    [InlineData("Since__c = LAST_N_MONTHS:2", "O'Neil_Co")]
    [InlineData("Since__c = N_MONTHS_AGO:1", "O'Neil_Co")]
    [InlineData("Since__c != last_90_days", "")]
    [InlineData("CreatedDate = TODAY AND Name = 'Zeta'", "Zeta")]
    [InlineData("CreatedDate > TODAY", "")]
    public void Date_literals_select(string where, string names) => Names($"SELECT Id FROM Account WHERE {where}").ShouldBe(Split(names), ignoreOrder: true);

    [Theory]
    [InlineData("SystemModstamp > 2026-03-02T10:00:01Z", "O'Neil_Co,Zeta")]
    [InlineData("SystemModstamp >= 2026-03-02T10:00:01.999Z", "acme 100%,O'Neil_Co,Zeta")]
    [InlineData("SystemModstamp = 2026-03-02T12:00:01+02:00", "acme 100%")]
    [InlineData("SystemModstamp = 2026-03-02T10:00:01.400+0000", "acme 100%")]
    [InlineData("SystemModstamp < 2026-03-02T10:00:01Z", "Acme")]
    [InlineData("SystemModstamp >= 2026-03-02T10:00:01Z AND SystemModstamp <= 2026-03-02T10:00:02Z", "acme 100%,O'Neil_Co")]
    [InlineData("SystemModstamp > 2026-03-02T10:00:02Z OR SystemModstamp < 2026-03-02T10:00:01Z", "Acme,Zeta")]
    [InlineData("SystemModstamp >= TODAY", "Acme,acme 100%,O'Neil_Co,Zeta")]
    [InlineData("SystemModstamp < TODAY", "")]
    [InlineData("NOT (SystemModstamp > 2026-03-02T10:00:01Z)", "Acme,acme 100%")]
    [InlineData("SystemModstamp > 2026-03-02T10:00:03Z AND SystemModstamp < 2026-03-02T10:00:01Z", "")]
    public void Stamps_compare_to_the_second(string where, string names) =>
        Names($"SELECT Id FROM Account WHERE {where} ORDER BY SystemModstamp, Id").ShouldBe(Split(names));

    [Fact]
    public void Keyset_paging_by_stamp_and_id_meets_every_record_once()
    {
        var org = new TestOrg();
        for (int i = 0; i < 25; i++)
        {
            org.Account($"A{i}");
            org.Clock.Advance(TimeSpan.FromMilliseconds(300));
        }

        var seen = new List<string>();
        string where = "";
        while (org.Model.Query($"SELECT Id, SystemModstamp FROM Account {where} ORDER BY SystemModstamp ASC, Id ASC LIMIT 4").Rows is { Count: > 0 } rows)
        {
            seen.AddRange(rows.Select(r => r.Id));
            string stamp = ((DateTimeOffset)rows[^1].Fields[1].Value!).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
            where = $"WHERE SystemModstamp > {stamp} OR (SystemModstamp = {stamp} AND Id > '{rows[^1].Id}')";
        }

        seen.Count.ShouldBe(25);
        seen.ShouldBeUnique();
    }

    [Fact]
    public void Plan_by_index_gives_what_the_whole_table_gives()
    {
        _org.Model.Populate(600, seed: 5);
        string[] all = [.. _org.Ids("SELECT Id FROM Contact ORDER BY Id")];
        string some = all[100];
        string stamp = ((DateTimeOffset)_org.Value(all[50], "SystemModstamp")!).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        string account = _org.Value<string>(some, "AccountId");

        foreach (string where in new[] { $"Id > '{some}'", $"Id = '{some}'", $"SystemModstamp > {stamp}", $"SystemModstamp <= {stamp}", $"AccountId = '{account}'",
            $"AccountId = '{account}' OR Id = '{all[3]}'", $"SystemModstamp > {stamp} AND Id > '{some}'", $"SystemModstamp = {stamp} AND Id >= '{all[50]}'" })
        {
            // A double negation keeps the planner from using an index.
            _org.Ids($"SELECT Id FROM Contact WHERE {where}").ShouldBe(_org.Ids($"SELECT Id FROM Contact WHERE NOT (NOT ({where}))"), ignoreOrder: true, customMessage: where);
        }
    }

    [Fact]
    public void Order_by_several_fields_puts_nulls_where_asked()
    {
        Names("SELECT Id FROM Account ORDER BY AnnualRevenue DESC NULLS LAST, Name").ShouldBe(["acme 100%", "Zeta", "Acme", "O'Neil_Co"]);
        Names("SELECT Id FROM Account ORDER BY AnnualRevenue, Name DESC").ShouldBe(["O'Neil_Co", "Acme", "Zeta", "acme 100%"]);
        Names("SELECT Id FROM Account ORDER BY Id DESC LIMIT 1").ShouldBe(["Zeta"]);
    }

    [Fact]
    public void Limit_and_offset_cut_the_answer()
    {
        Names("SELECT Id FROM Account ORDER BY Name LIMIT 2 OFFSET 1").ShouldBe(["acme 100%", "O'Neil_Co"]);
        _org.Model.Query("SELECT Id FROM Account LIMIT 3").TotalSize.ShouldBe(3);
        _org.Model.Query("SELECT Id FROM Account LIMIT 0").Rows.ShouldBeEmpty();
    }

    [Fact]
    public void Parents_are_selected_as_nested_rows_and_filtered_and_sorted_by()
    {
        string account = _names.Keys.First();
        string contact = _org.Created("Contact", ("LastName", "A"), ("AccountId", account));
        string orphan = _org.Created("Contact", ("LastName", "B"));

        QueryRow[] rows = [.. _org.Model.Query("select id, Account.Name, account.Owner.Name, LastName, Account.Phone from Contact order by Account.Name nulls last").Rows];

        rows.Select(r => r.Id).ShouldBe([contact, orphan]);
        rows[0].Fields.Select(f => f.Key).ShouldBe(["Id", "Account", "LastName"]);
        QueryRow parent = rows[0].Fields[1].Value.ShouldBeOfType<QueryRow>();
        parent.Type.ShouldBe("Account");
        parent.Fields.Select(f => f.Key).ShouldBe(["Name", "Owner", "Phone"]);
        parent.Fields[0].Value.ShouldBe("Acme");
        parent.Fields[1].Value.ShouldBeOfType<QueryRow>().Fields[0].Value.ShouldBe("Integration User");
        rows[1].Fields[1].Value.ShouldBeNull();
        _org.Ids("SELECT Id FROM Contact WHERE Account.Name = 'acme' AND Account.Owner.IsActive = true").ShouldBe([contact]);
    }

    [Fact]
    public void Object_name_and_alias_may_begin_a_path()
    {
        Names("SELECT Account.Id FROM Account WHERE Account.Name = 'Zeta'").ShouldBe(["Zeta"]);
        Names("SELECT a.Id FROM Account a WHERE a.Name = 'Zeta' ORDER BY a.Name").ShouldBe(["Zeta"]);
    }

    [Fact]
    public void Counts_are_totals_or_an_aggregate_row()
    {
        QueryPage rows = _org.Model.Query("SELECT count() FROM Account WHERE Phone != null");
        rows.ShouldSatisfyAllConditions(p => p.TotalSize.ShouldBe(2), p => p.Rows.ShouldBeEmpty(), p => p.Done.ShouldBeTrue());

        QueryRow row = _org.Model.Query("SELECT COUNT(Id), COUNT(Phone) phones FROM Account").Rows.ShouldHaveSingleItem();
        row.Type.ShouldBe("AggregateResult");
        row.Fields.ShouldBe([new("expr0", 4L), new("phones", 2L)]);
    }

    [Fact]
    public void Fields_function_selects_groups_of_fields_and_needs_a_limit()
    {
        _org.Model.Query("SELECT FIELDS(CUSTOM) FROM Account LIMIT 200").Rows[0].Fields.Select(f => f.Key).ShouldBe(["ActorSync_Id__c", "Tags__c", "Since__c"]);
        _org.Model.Query("SELECT FIELDS(ALL) FROM Account LIMIT 1").Rows[0].Fields.Count.ShouldBe(_org.Model.Schema.Find("Account")!.Fields.Count);
        Should.Throw<OrgFaultException>(() => _org.Model.Query("SELECT FIELDS(ALL) FROM Account")).Message.ShouldEndWith("The SOQL FIELDS function must have a LIMIT of at most 200");
    }

    [Fact]
    public void Pages_are_walked_with_locators_and_show_the_moment_of_the_query()
    {
        _org.Model.Populate(2600, seed: 1);
        QueryPage page = _org.Model.Query("SELECT Id, LastName FROM Contact ORDER BY Id", batchSize: 1);
        (page.TotalSize, page.Done, page.Rows.Count).ShouldBe((1040, false, 200), "200 rows are the fewest a page has");
        string last = _org.Ids("SELECT Id FROM Contact ORDER BY Id DESC LIMIT 1")[0];
        object? name = _org.Value(last, "LastName");
        _org.Update("Contact", last, ("LastName", "Changed")).ShouldSucceed();

        var rows = page.Rows.ToList();
        while (!page.Done)
        {
            page = _org.Model.QueryMore(page.Locator!, 500);
            rows.AddRange(page.Rows);
        }

        rows.Count.ShouldBe(1040);
        rows[^1].Fields[1].Value.ShouldBe(name);
        page.Locator.ShouldBeNull();
    }

    [Fact]
    public void Cursors_beyond_ten_close_the_oldest()
    {
        _org.Model.Populate(1000, seed: 1);
        string[] locators = [.. Enumerable.Range(0, 11).Select(_ => _org.Model.Query("SELECT Id FROM Contact", batchSize: 200).Locator!)];

        Should.Throw<OrgFaultException>(() => _org.Model.QueryMore(locators[0])).ExceptionCode.ShouldBe("INVALID_QUERY_LOCATOR");
        _org.Model.QueryMore(locators[1]).Rows.Count.ShouldBe(200);
        Should.Throw<OrgFaultException>(() => _org.Model.QueryMore("nonsense")).ExceptionCode.ShouldBe("INVALID_QUERY_LOCATOR");
    }

    [Fact]
    public void Retrieve_keeps_the_order_asked_for_with_null_where_nothing_is()
    {
        string[] ids = [.. _names.Keys];

        IReadOnlyList<QueryRow?> rows = _org.Model.Retrieve(["Name", "Owner.Name"], "Account", [ids[2], SalesforceId.Create("001", 1), ids[0][..15]]);

        rows.Select(r => r?.Fields[0].Value).ShouldBe(["O'Neil_Co", null, "Acme"]);
        Should.Throw<OrgFaultException>(() => _org.Model.Retrieve(["Foo"], "Account", ids)).ExceptionCode.ShouldBe("INVALID_FIELD");
    }

    private string[] Names(string soql) => [.. _org.Ids(soql).Select(id => _names[id])];

    private static string[] Split(string names) => names.Length == 0 ? [] : names.Split(',');
}
