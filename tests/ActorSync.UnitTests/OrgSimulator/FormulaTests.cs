using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Org.Formulas;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulator;

public sealed class FormulaTests
{
    [Theory]
    [InlineData("1 + 2 * 3", "7")]
    [InlineData("(1 + 2) * 3", "9")]
    [InlineData("-Amount / 4", "-2.5")]
    [InlineData("1 / 0", null)]
    [InlineData("\"a\\\"b\" & \"c\"", "a\"bc")]
    [InlineData("Name + \"!\"", "Acme!")]
    [InlineData("Missing & \"x\"", "x")]
    [InlineData("Amount > 9 && Amount <= 10", "true")]
    [InlineData("Amount <> 10 || !(Name = \"Acme\")", "false")]
    [InlineData("AND(TRUE, NOT(FALSE), OR(FALSE, TRUE))", "true")]
    [InlineData("ISBLANK(Missing)", "true")]
    [InlineData("Missing = NULL", "true")]
    [InlineData("Missing = \"\"", "true")]
    [InlineData("Missing < 5", "false")]
    [InlineData("IF(Amount > 5, \"big\", \"small\")", "big")]
    [InlineData("BLANKVALUE(Missing, Name)", "Acme")]
    [InlineData("UPPER(LEFT(Name, 2)) & LOWER(RIGHT(Name, 1)) & MID(Name, 2, 2)", "ACecm")]
    [InlineData("LEN(TRIM(\"  ab \"))", "2")]
    [InlineData("CONTAINS(Name, \"cm\")", "true")]
    [InlineData("REGEX(Name, \"[A-Z][a-z]+\")", "true")]
    [InlineData("SUBSTITUTE(Name, \"c\", \"k\")", "Akme")]
    [InlineData("ROUND(2.345, 2)", "2.35")]
    [InlineData("MAX(1, Amount, 3) - MIN(4, 2)", "8")]
    [InlineData("MOD(-1, 3)", "2")]
    [InlineData("YEAR(Day) * 100 + MONTH(Day)", "202603")]
    [InlineData("Day + 30", "2026-04-01")]
    [InlineData("VALUE(TEXT(Amount)) = 10", "true")]
    public void Formula_gives(string formula, string? value) => FieldText.Format(Formula.Parse(formula).Evaluate(new Sample())).ShouldBe(value);

    [Theory]
    [InlineData("", 0, "unexpected end")]
    [InlineData("1 +", 3, "unexpected end")]
    [InlineData("1 2", 2, "unexpected '2'")]
    [InlineData("FOO(1)", 0, "unknown function FOO")]
    [InlineData("LEFT(Name)", 0, "LEFT does not take 1 arguments of this kind")]
    [InlineData("\"abc", 0, "the text has no closing quote")]
    [InlineData("a # b", 2, "unexpected character '#'")]
    public void Text_that_is_no_formula_tells_where_and_why(string formula, int position, string message)
    {
        FormulaException exception = Should.Throw<FormulaException>(() => Formula.Parse(formula));

        exception.Message.ShouldBe(message);
        exception.Position.ShouldBe(position);
    }

    private sealed class Sample : RecordView
    {
        public override ObjectDefinition Definition => throw new NotSupportedException();

        public override object? this[string path] => path switch
        {
            "Name" => "Acme",
            "Amount" => 10L,
            "Day" => new DateOnly(2026, 3, 2),
            _ => null,
        };
    }
}
