using ActorSync.OrgSimulator.Org;
using Shouldly;
using Xunit;
using static ActorSync.OrgSimulator.Org.FieldFactory;

namespace ActorSync.UnitTests.OrgSimulator;

public sealed class FieldTextTests
{
    private static readonly FieldDefinition Short = Text("Short__c", "Short", 5);
    private static readonly FieldDefinition Amount = Number("Amount", "Amount", FieldType.Currency, 5, 2);
    private static readonly FieldDefinition Colors = Picklist("Colors__c", "Colors", 40, "Red", "Green", "Blue") with { RestrictedPicklist = true };

    [Theory]
    [InlineData("  a b \r\n\t", "a b")]
    [InlineData("   ", null)]
    [InlineData("", null)]
    [InlineData("\u00A0a\u00A0", "\u00A0a\u00A0")]
    public void Text_is_trimmed_of_white_space_but_not_of_no_break_spaces_and_empty_is_null(string text, string? stored) => Stored(Short, text).ShouldBe(stored);

    [Fact]
    public void Text_that_is_too_long_tells_label_value_and_length()
    {
        RecordError error = Error(Short, " abcdef ");

        error.StatusCode.ShouldBe("STRING_TOO_LONG");
        error.Message.ShouldBe("Short: data value too large: abcdef (max length=5)");
        error.Fields.ShouldBe(["Short__c"]);
    }

    [Fact]
    public void Text_that_is_too_long_is_cut_where_truncation_is_allowed() => FieldText.Parse(Short, "abcd ef", truncate: true).Value.ShouldBe("abcd");

    [Theory]
    [InlineData("1.005", "1.01")]
    [InlineData("-1.005", "-1.01")]
    [InlineData("1.5E2", "150")]
    [InlineData("2.50", "2.5")]
    [InlineData("999.99", "999.99")]
    public void Numbers_are_rounded_half_away_from_zero_to_their_scale(string text, string stored) => FieldText.Format(Stored(Amount, text)).ShouldBe(stored);

    [Theory]
    [InlineData("1000")]
    [InlineData("999.995")]
    [InlineData("1e300")]
    public void Numbers_beyond_the_precision_are_out_of_range(string text)
    {
        RecordError error = Error(Amount, text);

        error.StatusCode.ShouldBe("NUMBER_OUTSIDE_VALID_RANGE");
        error.Message.ShouldBe($"Amount: value outside of valid range on numeric field: {text}");
    }

    [Theory]
    [InlineData(FieldType.Currency, "ten")]
    [InlineData(FieldType.Currency, "NaN")]
    [InlineData(FieldType.WholeNumber, "1.5")]
    [InlineData(FieldType.Boolean, "yes")]
    [InlineData(FieldType.Date, "2026-02-30")]
    [InlineData(FieldType.Date, "01.02.2026")]
    [InlineData(FieldType.DateTime, "2026-02-01")]
    [InlineData(FieldType.Time, "25:00:00")]
    public void Text_of_another_type_is_refused(FieldType type, string text)
    {
        RecordError error = Error(Amount with { Type = type }, text);

        error.StatusCode.ShouldBe("INVALID_TYPE_ON_FIELD_IN_RECORD");
        error.Message.ShouldBe($"Amount: value not of required type: {text}");
    }

    [Theory]
    [InlineData("2026-02-01T10:00:00.999Z", "2026-02-01T10:00:00.000Z")]
    [InlineData("2026-02-01T10:00:00+02:00", "2026-02-01T08:00:00.000Z")]
    [InlineData("2026-02-01T10:00:00.000+0000", "2026-02-01T10:00:00.000Z")]
    public void Datetimes_are_utc_to_the_second(string text, string stored) => FieldText.Format(Stored(DateTime("D", "D"), text)).ShouldBe(stored);

    [Fact]
    public void Dates_and_times_and_whole_numbers_and_booleans_are_read()
    {
        Stored(Date("D", "D"), "2026-02-01").ShouldBe(new DateOnly(2026, 2, 1));
        Stored(Short with { Type = FieldType.Time }, "10:20:30.400Z").ShouldBe(new TimeOnly(10, 20, 30, 400));
        Stored(WholeNumber("N", "N"), "-42").ShouldBe(-42L);
        Stored(Checkbox("B", "B"), "TRUE").ShouldBe(true);
        Stored(Checkbox("B", "B"), null).ShouldBe(false);
    }

    [Fact]
    public void Whole_number_with_too_many_digits_is_out_of_range() => Error(WholeNumber("N", "N", 3), "1000").StatusCode.ShouldBe("NUMBER_OUTSIDE_VALID_RANGE");

    [Fact]
    public void Dates_before_1700_and_after_4000_are_out_of_range() => Error(Date("D", "D"), "1699-12-31").StatusCode.ShouldBe("NUMBER_OUTSIDE_VALID_RANGE");

    [Theory]
    [InlineData("nobody")]
    [InlineData("a@b")]
    [InlineData("a b@c.de")]
    public void Bad_email_addresses_are_refused(string text) => Error(Email("E", "Email"), text).ShouldSatisfyAllConditions(
        e => e.StatusCode.ShouldBe("INVALID_EMAIL_ADDRESS"),
        e => e.Message.ShouldBe($"Email: invalid email address: {text}"));

    [Fact]
    public void Restricted_picklist_takes_its_own_values_in_their_own_spelling()
    {
        Stored(Colors, "green").ShouldBe("Green");
        Error(Colors, "Pink").Message.ShouldBe("Colors: bad value for restricted picklist field: Pink");
        Error(Colors, "Pink").StatusCode.ShouldBe("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST");
        Stored(Colors with { RestrictedPicklist = false }, "Pink").ShouldBe("Pink");
    }

    [Fact]
    public void Multipicklist_values_are_stored_once_in_the_order_of_the_field() =>
        Stored(Colors with { Type = FieldType.Multipicklist }, "Blue; red;Blue").ShouldBe("Red;Blue");

    [Theory]
    [InlineData("000000000000000", "000000000000000AAA")]
    [InlineData("0015g00000abcDE", "0015g00000abcDEAAY")]
    [InlineData("0015g00000abcDEAAY", "0015g00000abcDEAAY")]
    public void Ids_get_the_checksum_of_their_capitals(string text, string id)
    {
        SalesforceId.TryNormalize(text, out string? full).ShouldBeTrue();
        full.ShouldBe(id);
    }

    [Theory]
    [InlineData("0015g00000abcDEAAA")]
    [InlineData("0015g00000abcD")]
    [InlineData("0015g00000abc-E")]
    public void Ids_of_another_length_alphabet_or_checksum_are_none(string text) => SalesforceId.TryNormalize(text, out _).ShouldBeFalse();

    private static object? Stored(FieldDefinition field, string? text)
    {
        (object? value, RecordError? error) = FieldText.Parse(field, text, truncate: false);
        error.ShouldBeNull();
        return value;
    }

    private static RecordError Error(FieldDefinition field, string text) => FieldText.Parse(field, text, truncate: false).Error.ShouldNotBeNull();
}
