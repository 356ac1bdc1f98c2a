using ActorSync.Domain.Mapping;
using ActorSync.Provisioning;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Provisioning;

public sealed class ColumnTypeTests
{
    // As Heroku Connect types them (its dumps), but for exact numbers and datetimes that keep UTC.
    [Theory]
    [InlineData("id", 18, FieldKind.Id, "character varying(18)")]
    [InlineData("reference", 18, FieldKind.Id, "character varying(18)")]
    [InlineData("string", 80, FieldKind.Text, "character varying(80)")]
    [InlineData("picklist", 255, FieldKind.Text, "character varying(255)")]
    [InlineData("picklist", 40, FieldKind.Text, "character varying(255)")]
    [InlineData("email", 80, FieldKind.Text, "character varying(80)")]
    [InlineData("phone", 40, FieldKind.Text, "character varying(40)")]
    [InlineData("url", 255, FieldKind.Text, "character varying(255)")]
    [InlineData("combobox", 255, FieldKind.Text, "character varying(255)")]
    [InlineData("encryptedstring", 175, FieldKind.Text, "character varying(175)")]
    [InlineData("multipicklist", 4099, FieldKind.Text, "character varying(4099)")]
    [InlineData("textarea", 255, FieldKind.Text, "character varying(255)")]
    [InlineData("textarea", 32000, FieldKind.Text, "text")]
    [InlineData("anyType", 0, FieldKind.Text, "text")]
    [InlineData("string", 0, FieldKind.Text, "text")]
    [InlineData("boolean", 0, FieldKind.Boolean, "boolean")]
    [InlineData("int", 0, FieldKind.Number, "integer")]
    [InlineData("long", 0, FieldKind.Number, "bigint")]
    [InlineData("double", 0, FieldKind.Number, "numeric")]
    [InlineData("date", 0, FieldKind.Date, "date")]
    [InlineData("datetime", 0, FieldKind.Instant, "timestamp with time zone")]
    [InlineData("time", 0, FieldKind.TimeOfDay, "time without time zone")]
    public void Type_of_a_field_gives_kind_and_column(string type, int length, FieldKind kind, string column) =>
        ColumnType.Of(Describes.Field("F", type, length)).ShouldBe((kind, new ColumnType(column)));

    [Theory]
    [InlineData("double")]
    [InlineData("currency")]
    [InlineData("percent")]
    public void Number_has_the_precision_and_scale_of_its_field(string type) =>
        ColumnType.Of(Describes.Field("F", type) with { Precision = 18, Scale = 2 }).ShouldBe((FieldKind.Number, new ColumnType("numeric(18,2)")));

    [Theory]
    [InlineData("address")]
    [InlineData("location")]
    [InlineData("base64")]
    [InlineData("complexvalue")]
    public void Compound_and_binary_fields_have_no_column(string type) => ColumnType.Of(Describes.Field("F", type)).ShouldBeNull();

    [Theory]
    [InlineData("character varying(80)", "character varying(80)", true)]
    [InlineData("character varying(80)", "character varying(40)", true)]
    [InlineData("character varying(80)", "character varying(81)", false)]
    [InlineData("character varying(80)", "text", false)]
    [InlineData("character varying", "character varying(80)", true)]
    [InlineData("text", "character varying(80)", true)]
    [InlineData("text", "uuid", false)]
    [InlineData("numeric", "numeric(18,2)", true)]
    [InlineData("numeric(18,2)", "numeric", false)]
    [InlineData("numeric(18,2)", "numeric(16,2)", true)]
    [InlineData("numeric(18,4)", "numeric(18,2)", false)]
    [InlineData("numeric(20,4)", "numeric(18,2)", true)]
    [InlineData("bigint", "integer", true)]
    [InlineData("integer", "bigint", false)]
    [InlineData("boolean", "date", false)]
    public void Column_holds_what_it_must_only_if_no_value_is_lost(string column, string wanted, bool holds) =>
        new ColumnType(column).Holds(new ColumnType(wanted)).ShouldBe(holds);

    [Theory]
    [InlineData("character varying(80)", "character varying(120)", true)]
    [InlineData("character varying(80)", "text", true)]
    [InlineData("character varying(80)", "character varying(40)", false)]
    [InlineData("numeric(16,2)", "numeric(18,2)", true)]
    [InlineData("numeric(16,2)", "numeric", true)]
    [InlineData("numeric(16,2)", "numeric(18,4)", false)]
    [InlineData("integer", "numeric", false)]
    [InlineData("timestamp without time zone", "timestamp with time zone", false)]
    [InlineData("timestamp(3) without time zone", "timestamp with time zone", false)]
    public void Column_is_widened_only_without_a_rewrite_of_the_table(string column, string wider, bool widens) =>
        new ColumnType(column).WidensTo(new ColumnType(wider)).ShouldBe(widens);
}
