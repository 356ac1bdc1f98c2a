using ActorSync.OrgSimulator.Org;
using ActorSync.OrgSimulator.Org.SchemaFiles;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulator;

public sealed class OrgSchemaFileTests
{
    private const string Invoices = """
        {"objects": [
          {"object": "Invoice__c", "label": "Invoice", "autoNumberName": true,
           "fields": [
             {"name": "Account__c", "label": "Account", "type": "lookup", "reference": "Account", "children": "Invoices"},
             {"name": "Number__c", "label": "Number", "type": "text", "length": 20, "required": true, "unique": true, "externalId": true},
             {"name": "Status__c", "type": "picklist", "picklist": ["Draft", "Sent"], "restricted": true, "default": "Draft"},
             {"name": "Total__c", "type": "currency", "rollup": {"kind": "sum", "object": "Line__c", "reference": "Invoice__c", "field": "Amount__c"}},
             {"name": "Lines__c", "type": "number", "rollup": {"kind": "count", "object": "Line__c", "reference": "Invoice__c"}},
             {"name": "Largest__c", "type": "currency", "rollup": {"kind": "max", "object": "Line__c", "reference": "Invoice__c", "field": "Amount__c"}},
             {"name": "Title__c", "type": "text", "formula": "\"Invoice \" & Number__c & IF(ISBLANK(Account__r.Name), \"\", \" for \" & Account__r.Name)"}],
           "validationRules": [{"name": "Sent needs account", "condition": "ISPICKVAL(Status__c, \"Sent\") && ISBLANK(Account__c)", "message": "Choose an account first", "field": "Account__c"}],
           "beforeSaveRules": [{"field": "Number__c", "upperCase": true}, {"field": "Number__c", "prefix": "R-"}]},
          {"object": "Line__c", "label": "Line",
           "fields": [
             {"name": "Invoice__c", "type": "masterDetail", "reference": "Invoice__c", "children": "Lines"},
             {"name": "Amount__c", "type": "currency", "precision": 10, "scale": 2}]},
          {"object": "Contact", "beforeSaveRules": [{"field": "Phone", "pattern": "[^0-9+]", "replacement": "", "when": "ISNEW() || ISCHANGED(Phone)"}]}]}
        """;

    private readonly TestOrg _org = new(Invoices);

    [Fact]
    public void Custom_object_gets_its_own_prefix_names_and_system_fields()
    {
        ObjectDefinition invoice = _org.Model.Schema.Find("invoice__c").ShouldNotBeNull();

        invoice.KeyPrefix.ShouldBe("a00");
        invoice.LabelPlural.ShouldBe("Invoices");
        invoice.Field("SystemModstamp").ShouldNotBeNull();
        invoice.Field("ActorSync_Id__c")!.ExternalId.ShouldBeTrue();
        _org.Model.Schema.Find("Line__c")!.Field("OwnerId").ShouldBeNull("a detail has its master's owner");
        _org.Value(Invoice("1"), "Name").ShouldBe("00001000");
    }

    [Fact]
    public void Before_save_rules_rewrite_what_the_caller_sent()
    {
        _org.Value(Invoice(" ab1 "), "Number__c").ShouldBe("R-AB1");
        string contact = _org.Created("Contact", ("LastName", "A"), ("Phone", "+1 (555) 10-20"));
        _org.Value(contact, "Phone").ShouldBe("+15551020");
    }

    [Fact]
    public void Validation_rule_refuses_the_record_with_the_administrators_words()
    {
        string invoice = Invoice("1");

        RecordError error = _org.Update("Invoice__c", invoice, ("Status__c", "sent")).ShouldFail("FIELD_CUSTOM_VALIDATION_EXCEPTION");

        error.Message.ShouldBe("Choose an account first");
        error.Fields.ShouldBe(["Account__c"]);
        _org.Update("Invoice__c", invoice, ("Status__c", "Sent"), ("Account__c", _org.Account())).ShouldSucceed();
    }

    [Fact]
    public void Formula_is_computed_at_read_and_moves_no_stamp()
    {
        string account = _org.Account("Acme");
        string invoice = _org.Created("Invoice__c", ("Number__c", "1"), ("Account__c", account));
        object? stamp = _org.Value(invoice, "SystemModstamp");
        _org.Clock.Advance(TimeSpan.FromMinutes(1));

        _org.Update("Account", account, ("Name", "Apex"));

        _org.Value(invoice, "Title__c").ShouldBe("Invoice R-1 for Apex");
        _org.Value(invoice, "SystemModstamp").ShouldBe(stamp);
        _org.Ids("SELECT Id FROM Invoice__c WHERE Title__c LIKE '%apex'").ShouldBe([invoice]);
        _org.Update("Invoice__c", invoice, ("Title__c", "x")).ShouldFail("INVALID_FIELD_FOR_INSERT_UPDATE");
    }

    [Fact]
    public void Roll_ups_follow_their_children_and_move_the_parents_stamp()
    {
        string invoice = Invoice("1");
        string other = Invoice("2");
        _org.Clock.Advance(TimeSpan.FromMinutes(1));
        string line = _org.Created("Line__c", ("Name", "a"), ("Invoice__c", invoice), ("Amount__c", "2.5"));
        _org.Created("Line__c", ("Name", "b"), ("Invoice__c", invoice), ("Amount__c", "4"));

        RollUpsOf(invoice).ShouldBe((6.5m, 2m, 4m));
        RollUpsOf(other).ShouldBe((0m, 0m, null));
        _org.Value(invoice, "SystemModstamp").ShouldBe(_org.Model.Now);
        _org.Value(other, "SystemModstamp").ShouldNotBe(_org.Model.Now);

        _org.Update("Line__c", line, ("Amount__c", "10"));
        RollUpsOf(invoice).ShouldBe((14m, 2m, 10m));
        _org.Delete(line);
        RollUpsOf(invoice).ShouldBe((4m, 1m, 4m));
        _org.Undelete(line);
        RollUpsOf(invoice).ShouldBe((14m, 2m, 10m));
    }

    [Fact]
    public void Roll_up_that_does_not_change_leaves_the_parent_alone()
    {
        string invoice = Invoice("1");
        string line = _org.Created("Line__c", ("Name", "a"), ("Invoice__c", invoice), ("Amount__c", "2.5"));
        object? stamp = _org.Value(invoice, "SystemModstamp");
        _org.Clock.Advance(TimeSpan.FromMinutes(1));

        _org.Update("Line__c", line, ("Name", "b"));

        _org.Value(invoice, "SystemModstamp").ShouldBe(stamp);
    }

    [Fact]
    public void Write_of_a_detail_needs_its_masters_lock()
    {
        string invoice = Invoice("1");
        using IDisposable held = _org.Model.LockRecords([invoice]);

        _org.Create("Line__c", ("Name", "a"), ("Invoice__c", invoice)).ShouldFail("UNABLE_TO_LOCK_ROW");
    }

    [Fact]
    public void Master_is_required_cannot_be_changed_and_takes_its_details_along()
    {
        string invoice = Invoice("1");
        string line = _org.Created("Line__c", ("Name", "a"), ("Invoice__c", invoice));

        _org.Create("Line__c", ("Name", "b")).ShouldFail("REQUIRED_FIELD_MISSING");
        _org.Update("Line__c", line, ("Invoice__c", Invoice("2"))).ShouldFail("INVALID_FIELD_FOR_INSERT_UPDATE");
        _org.Delete(invoice).ShouldSucceed();
        _org.Ids("SELECT Id FROM Line__c").ShouldBeEmpty();
    }

    [Fact]
    public void All_or_none_takes_roll_ups_back()
    {
        string invoice = Invoice("1");
        _org.Context = _org.Context with { AllOrNone = true };

        _org.Model.Create([TestOrg.Input("Line__c", null, ("Name", "a"), ("Invoice__c", invoice), ("Amount__c", "1")), TestOrg.Input("Line__c", null)], _org.Context);

        RollUpsOf(invoice).ShouldBe((0m, 0m, null));
    }

    [Fact]
    public void All_errors_of_a_file_are_told_at_once_with_their_paths()
    {
        const string Wrong = """
            {"objects": [
              {"object": "Invoice", "fields": []},
              {"object": "Bill__c", "colour": 1, "fields": [
                {"name": "Amount", "type": "money"},
                {"name": "Rate__c", "type": "percent", "precision": 3, "scale": 5},
                {"name": "Flag__c", "type": "checkbox", "unique": true},
                {"name": "To__c", "type": "lookup"},
                {"name": "Sum__c", "type": "number", "formula": "1 + "}]}],
             "more": true}
            """;

        OrgSchemaException exception = Should.Throw<OrgSchemaException>(() => OrgSchemaFile.Parse(Wrong, "wrong.json"));

        exception.Errors.ShouldBe([
            "wrong.json: $.objects[0].object: \"Invoice\" is no standard object of the simulator, and custom objects end in __c",
            "wrong.json: $.objects[1].fields[0].name: custom fields end in __c: write \"Amount__c\"",
            "wrong.json: $.objects[1].fields[0].type: \"money\" is no type; write one of text, textarea, picklist, multipicklist, lookup, masterDetail, checkbox, int, number, currency, percent, date, datetime, time, email, phone, url, autoNumber",
            "wrong.json: $.objects[1].fields[1].scale: must not be greater than the precision, 3",
            "wrong.json: $.objects[1].fields[2].unique: only text, email, number and int fields can be unique or external ids",
            "wrong.json: $.objects[1].fields[3].reference: write the name of the object the field refers to",
            "wrong.json: $.objects[1].fields[4].formula: character 5 of the formula: unexpected end",
            "wrong.json: $.objects[1].colour: is unknown here; known are autoNumberName, beforeSaveRules, fields, label, labelPlural, nameLabel, object, validationRules",
            "wrong.json: $.more: is unknown here; known are objects",
        ]);
    }

    [Fact]
    public void Names_that_the_org_does_not_know_are_told_with_their_paths()
    {
        const string Wrong = """
            {"objects": [{"object": "Account",
              "fields": [{"name": "A__c", "type": "lookup", "reference": "Nothing__c"},
                         {"name": "B__c", "type": "text", "formula": "Parent.Nmae"},
                         {"name": "C__c", "type": "number", "rollup": {"kind": "sum", "object": "Contact", "reference": "AccountId", "field": "LastName"}}],
              "validationRules": [{"name": "r", "condition": "ISBLANK(Fon)", "message": "m"}]}]}
            """;

        OrgSchemaException exception = Should.Throw<OrgSchemaException>(() => OrgSchemaFile.Parse(Wrong, "wrong.json"));

        exception.Errors.ShouldBe([
            "wrong.json: $.objects[0].fields[1].formula: Account has no field Nmae",
            "wrong.json: $.objects[0].validationRules[0].condition: Account has no field Fon",
            "wrong.json: $.objects: Account.A__c refers to Nothing__c, which is no object of the org",
            "wrong.json: $.objects: Account.C__c: the roll-up's field LastName is no field of Contact that Sum takes",
        ]);
    }

    [Fact]
    public void Text_that_is_no_json_is_told_with_line_and_column() =>
        Should.Throw<OrgSchemaException>(() => OrgSchemaFile.Parse("{\n  \"objects\": [}", "wrong.json")).Message.ShouldBe("wrong.json: line 2, column 15: no valid JSON");

    private string Invoice(string number) => _org.Created("Invoice__c", ("Number__c", number));

    private (object? Total, object? Lines, object? Largest) RollUpsOf(string id) => (_org.Value(id, "Total__c"), _org.Value(id, "Lines__c"), _org.Value(id, "Largest__c"));
}
