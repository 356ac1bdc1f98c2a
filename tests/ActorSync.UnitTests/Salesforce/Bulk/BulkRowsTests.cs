using System.Text;
using ActorSync.Salesforce.Bulk;
using ActorSync.Salesforce.Soap;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Bulk;

public sealed class BulkRowsTests
{
    private static readonly BulkRequest Births = new("Account", BulkOperation.Upsert, "Key__c");
    private static readonly BulkRequest Updates = new("Account", BulkOperation.Update, null);

    [Fact]
    public void Each_field_that_any_record_names_is_a_column_and_what_a_record_does_not_name_stays_empty() =>
        Csv(Updates, Record("001A", ("Name", "Acme")), Record("001B", ("Phone", "1"))).ShouldBe("\"Id\",\"Name\",\"Phone\"\n\"001A\",\"Acme\",\n\"001B\",,\"1\"\n");

    [Fact]
    public void Field_that_is_emptied_is_null_in_an_update_and_unsaid_in_a_birth()
    {
        Csv(Updates, Record("001A", ("Name", null))).ShouldBe("\"Id\",\"Name\"\n\"001A\",\"#N/A\"\n");
        Csv(Births, Record(null, ("Key__c", "k1"), ("Name", null))).ShouldBe("\"Key__c\",\"Name\"\n\"k1\",\n");
    }

    [Fact]
    public void Quotes_commas_line_ends_and_blanks_travel_inside_quotes() =>
        Csv(Updates, Record("001A", ("Name", " say \"hi\",\r\nthen go "))).ShouldBe("\"Id\",\"Name\"\n\"001A\",\" say \"\"hi\"\",\r\nthen go \"\n");

    [Fact]
    public void Parent_is_a_column_of_its_relationship() =>
        Csv(Births, new SoapRecord(null, new Dictionary<string, string?> { ["Key__c"] = "k1" }, new Dictionary<string, ParentByExternalId> { ["Parent"] = new("Account", "Key__c", "p1") }), Record(null, ("Key__c", "k2")))
            .ShouldBe("\"Key__c\",\"Parent.Key__c\"\n\"k1\",\"p1\"\n\"k2\",\n");

    [Fact]
    public void Parent_that_is_taken_away_is_null_in_the_column_of_the_reference() =>
        Csv(Updates, new SoapRecord("001A", new Dictionary<string, string?>(), new Dictionary<string, ParentByExternalId> { ["Parent"] = new("Account", "Key__c", "p1") }), Record("001B", ("ParentId", null)))
            .ShouldBe("\"Id\",\"ParentId\",\"Parent.Key__c\"\n\"001A\",,\"p1\"\n\"001B\",\"#N/A\",\n");

    [Fact]
    public void Of_a_delete_only_the_ids_travel() =>
        Csv(new BulkRequest("Account", BulkOperation.Delete, null), Record("001A"), Record("001B")).ShouldBe("\"Id\"\n\"001A\"\n\"001B\"\n");

    [Theory]
    [InlineData("#N/A", false)]
    [InlineData("#N/A ", true)]
    [InlineData("\u0001", false)]
    [InlineData("Zoë 日本 \U0001F600", true)]
    public void Value_that_CSV_cannot_say_is_left_to_SOAP(string value, bool carried) => BulkRows.CanCarry(Record("001A", ("Name", value))).ShouldBe(carried);

    [Fact]
    public void Value_that_is_longer_than_a_job_takes_is_left_to_SOAP()
    {
        BulkRows.CanCarry(Record("001A", ("Name", new string('x', BulkRows.ValueCharsMax)))).ShouldBeTrue();
        BulkRows.CanCarry(Record("001A", ("Name", new string('x', BulkRows.ValueCharsMax + 1)))).ShouldBeFalse();
        BulkRows.CanCarry(Record("001A", [.. Enumerable.Range(0, 13).Select(i => ($"F{i}", (string?)new string('x', BulkRows.ValueCharsMax)))])).ShouldBeFalse();
    }

    [Fact]
    public void No_record_takes_more_of_an_upload_than_is_reckoned()
    {
        SoapRecord[] records = [Record("001A", ("Name", "say \"日本\"\n"), ("Phone", null)), Record("001B", ("Fax", "")), new SoapRecord("001C", new Dictionary<string, string?>(), new Dictionary<string, ParentByExternalId> { ["Parent"] = new("Account", "Key__c", "p1") })];
        string[] rows = [.. records.Select(record => Csv(Updates, record).Split('\n', 2)[1])];
        rows.Zip(records).ShouldAllBe(row => Encoding.UTF8.GetByteCount(row.First) <= BulkRows.BytesMax(row.Second, 4));
        Encoding.UTF8.GetByteCount(Csv(Updates, records).Split('\n', 2)[1]).ShouldBeLessThanOrEqualTo(records.Sum(record => BulkRows.BytesMax(record, 5)));
    }

    [Theory]
    [InlineData("REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --", "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]", "Name")]
    [InlineData("DUPLICATE_VALUE:duplicate value found: Key__c duplicates value on record with id: 0015g0000010000:--", "DUPLICATE_VALUE", "duplicate value found: Key__c duplicates value on record with id: 0015g0000010000", "")]
    [InlineData("FIELD_CUSTOM_VALIDATION_EXCEPTION:no: never:Name,Phone --", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "no: never", "Name,Phone")]
    [InlineData("UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record", "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", "")]
    [InlineData("something else", "UNKNOWN_EXCEPTION", "something else", "")]
    public void Error_of_a_row_is_taken_apart(string text, string code, string message, string fields)
    {
        WriteError error = BulkResultReader.ErrorOf(text);
        (error.StatusCode, error.Message, string.Join(',', error.Fields)).ShouldBe((code, message, fields));
    }

    private static string Csv(BulkRequest request, params SoapRecord[] records)
    {
        using MemoryStream stream = new();
        BulkRows.Write(stream, request, records);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static SoapRecord Record(string? id, params (string Name, string? Value)[] fields) =>
        new(id, fields.ToDictionary(field => field.Name, field => field.Value), SoapRecord.NoParents);
}
