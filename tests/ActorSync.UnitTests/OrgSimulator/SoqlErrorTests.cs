using ActorSync.OrgSimulator.Org;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulator;

public sealed class SoqlErrorTests
{
    private readonly TestOrg _org = new();

    [Fact]
    public void Unknown_column_is_pointed_at_in_the_servers_words()
    {
        OrgFaultException fault = Fault("SELECT Id, Nmae FROM Account");

        fault.ExceptionCode.ShouldBe("INVALID_FIELD");
        fault.Message.ShouldBe(
            "\nSELECT Id, Nmae FROM Account\n           ^\nERROR at Row:1:Column:12\nNo such column 'Nmae' on entity 'Account'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.");
        (fault.Row, fault.Column).ShouldBe((1, 12));
    }

    [Fact]
    public void Row_counts_lines() =>
        Fault("SELECT Id\nFROM Account\nWHERE Nmae = 1").ShouldSatisfyAllConditions(f => f.Row.ShouldBe(3), f => f.Column.ShouldBe(7));

    [Theory]
    [InlineData("SELECT Id FROM Foo", "INVALID_TYPE", "sObject type 'Foo' is not supported. If you are attempting to use a custom object")]
    [InlineData("SELECT Id FROM Contact WHERE Acount.Name = 'a'", "INVALID_FIELD", "Didn't understand relationship 'Acount' in field path.")]
    [InlineData("SELECT Id FROM Contact WHERE Account.Foo = 'a'", "INVALID_FIELD", "No such column 'Foo' on entity 'Account'.")]
    [InlineData("SELECT Id FROM Account ORDER BY Foo", "INVALID_FIELD", "No such column 'Foo' on entity 'Account'.")]
    [InlineData("SELECT Id FROM Account WHERE Description = 'a'", "INVALID_FIELD", "field 'Description' can not be filtered in a query call")]
    [InlineData("SELECT Id FROM Account ORDER BY Description", "INVALID_FIELD", "field 'Description' can not be sorted in a query call")]
    [InlineData("SELECT Id FROM Account WHERE Name = 5", "INVALID_FIELD", "value of filter criterion for field 'Name' must be of type string and should be enclosed in quotes")]
    [InlineData("SELECT Id FROM Account WHERE AnnualRevenue = '5'", "INVALID_FIELD", "value of filter criterion for field 'AnnualRevenue' must be of type double and should not be enclosed in quotes")]
    [InlineData("SELECT Id FROM Account WHERE CreatedDate > '2026-01-01T00:00:00Z'", "INVALID_FIELD", "value of filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes")]
    [InlineData("SELECT Id FROM Account WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "value of filter criterion for field 'CreatedDate' must be of type dateTime")]
    [InlineData("SELECT Id FROM Account WHERE Id = 'foo'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: foo")]
    [InlineData("SELECT Id FROM Account WHERE AnnualRevenue LIKE '5%'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator")]
    [InlineData("SELECT Id, Name, Id FROM Account", "MALFORMED_QUERY", "duplicate field selected: Id")]
    [InlineData("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")]
    [InlineData("SELECT Name, COUNT(Id) FROM Account", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name")]
    [InlineData("", "MALFORMED_QUERY", "unexpected token: '<EOF>'")]
    [InlineData("SELECT FROM Account", "MALFORMED_QUERY", "unexpected token: 'FROM'")]
    [InlineData("SELECT Id Account", "MALFORMED_QUERY", "unexpected token: 'Account'")]
    [InlineData("SELECT Id FROM Account WHERE", "MALFORMED_QUERY", "unexpected token: '<EOF>'")]
    [InlineData("SELECT Id FROM Account WHERE Name IS NULL", "MALFORMED_QUERY", "unexpected token: 'IS'")]
    [InlineData("SELECT Id FROM Account WHERE Name = 'a' AND Phone = 'b' OR Fax = 'c'", "MALFORMED_QUERY", "unexpected token: 'OR'")]
    [InlineData("SELECT Id FROM Account WHERE Name = \"a\"", "MALFORMED_QUERY", "unexpected token: '\"'")]
    [InlineData("SELECT Id FROM Account WHERE Name = 'a", "MALFORMED_QUERY", "mismatched character '<EOF>' expecting '''")]
    [InlineData(@"SELECT Id FROM Account WHERE Name = 'a\x'", "MALFORMED_QUERY", @"Invalid string literal. Illegal character sequence '\x' in string literal")]
    [InlineData("SELECT Id FROM Account LIMIT -1", "MALFORMED_QUERY", "unexpected token: '-1'")]
    [InlineData("SELECT Id FROM Account GROUP BY Name", "MALFORMED_QUERY", "unexpected token: 'GROUP'")]
    public void Query_is_refused_with(string soql, string code, string message)
    {
        OrgFaultException fault = Fault(soql);

        fault.ExceptionCode.ShouldBe(code);
        fault.Message.Split('\n')[^1].ShouldStartWith(message);
        fault.Row.ShouldNotBeNull();
        fault.Column.ShouldNotBeNull();
    }

    private OrgFaultException Fault(string soql) => Should.Throw<OrgFaultException>(() => _org.Model.Query(soql));
}
