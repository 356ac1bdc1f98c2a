using ActorSync.Domain.Faults;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Http;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce;

/// <summary>One line per code of the table. A code that moves to another meaning must be moved here too, with intent.</summary>
public sealed class SalesforceFaultsTests
{
    private const string Text = "a message";

    // The codes that the survey of the wire names: rows, faults and refusals to sign in.
    private static readonly string[] Surveyed =
    [
        "REQUIRED_FIELD_MISSING", "DUPLICATE_VALUE", "DUPLICATE_EXTERNAL_ID", "DUPLICATES_DETECTED", "ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "INSUFFICIENT_ACCESS_OR_READONLY", "UNABLE_TO_LOCK_ROW", "STRING_TOO_LONG", "NUMBER_OUTSIDE_VALID_RANGE",
        "INVALID_TYPE_ON_FIELD_IN_RECORD", "INVALID_EMAIL_ADDRESS", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "FIELD_INTEGRITY_EXCEPTION", "INVALID_FIELD_FOR_INSERT_UPDATE", "INVALID_FIELD", "MALFORMED_ID", "MISSING_ARGUMENT",
        "DELETE_FAILED", "UNDELETE_FAILED", "ALL_OR_NONE_OPERATION_ROLLED_BACK", "PROCESSING_HALTED", "INVALID_SESSION_ID", "REQUEST_LIMIT_EXCEEDED", "SERVER_UNAVAILABLE",
        "QUERY_TIMEOUT", "REQUEST_RUNNING_TOO_LONG", "ORG_LOCKED", "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", "API_CURRENTLY_DISABLED", "EXCEEDED_ID_LIMIT",
        "EXCEEDED_MAX_SIZE_REQUEST", "INVALID_QUERY_LOCATOR", "INVALID_REPLICATION_DATE", "INVALID_TYPE", "MALFORMED_QUERY", "UNSUPPORTED_API_VERSION",
        "INVALID_LOGIN", "LOGIN_MUST_USE_SECURITY_TOKEN", "PASSWORD_LOCKOUT", "API_DISABLED_FOR_ORG", "NOT_FOUND",
    ];

    public static TheoryData<string> Codes => [.. SalesforceCodes.All.Select(known => known.Code)];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_row_of_the_table_is_what_follows_from_its_code(string code)
    {
        var known = SalesforceCodes.All.Where(row => row.Code == code).ShouldHaveSingleItem();
        (known.Row ?? known.Call).ShouldNotBeNull();

        SalesforceFaults.OfRow(code, Text, FieldNames.None).NextStep.ShouldBe(known.Row switch
        {
            CodeMeaning.Transient => NextStep.Retry,
            CodeMeaning.DailyLimit or CodeMeaning.ConcurrencyLimit => NextStep.Wait,
            CodeMeaning.Rejected or null => NextStep.Park,
            _ => throw new ShouldAssertException($"{known.Row} is nothing that a record can be told"),
        });
        SalesforceFaults.OfCall(code, Text, CallKind.Write).NextStep.ShouldBe(known.Call switch
        {
            CodeMeaning.SendAgainNow or CodeMeaning.Unavailable or CodeMeaning.Maintenance => NextStep.SendAgain,
            CodeMeaning.DailyLimit or CodeMeaning.ConcurrencyLimit => NextStep.Wait,
            CodeMeaning.Rejected => NextStep.Park,
            CodeMeaning.InDoubt or null => NextStep.Probe,
            CodeMeaning.Credentials or CodeMeaning.Permission or CodeMeaning.Schema or CodeMeaning.Version => NextStep.FixConfiguration,
            _ => throw new ShouldAssertException($"{known.Call} does not say whether a call ran"),
        });
    }

    [Fact]
    public void Codes_that_the_survey_of_the_wire_names_are_all_in_the_table() =>
        Surveyed.Except(SalesforceCodes.All.Select(known => known.Code)).ShouldBeEmpty();

    // The two theories below say it a second time, so that no code changes its meaning by accident.
    [Fact]
    public void Every_meaning_in_the_table_is_specified_by_name()
    {
        Specified(nameof(Code_of_a_row)).ShouldBe(SalesforceCodes.All.Where(known => known.Row is not null).Select(known => known.Code), ignoreOrder: true);
        Specified(nameof(Code_of_a_write_call)).ShouldBe(SalesforceCodes.All.Where(known => known.Call is not null).Select(known => known.Code), ignoreOrder: true);
    }

    [Theory]
    [InlineData("A_CODE_OF_NEXT_YEAR")]
    [InlineData("unable_to_lock_row")]
    [InlineData("")]
    public void Unknown_code_is_permanent_for_the_record(string code) =>
        SalesforceFaults.OfRow(code, Text, FieldNames.None).ShouldBeOfType<SyncFault.Rejected>();

    [Theory]
    [InlineData("UNABLE_TO_LOCK_ROW", NextStep.Retry)]
    [InlineData("RECORD_IN_USE_BY_WORKFLOW", NextStep.Retry)]
    [InlineData("TERRITORY_REALIGN_IN_PROGRESS", NextStep.Retry)]
    [InlineData("ALL_OR_NONE_OPERATION_ROLLED_BACK", NextStep.Retry)]
    [InlineData("PROCESSING_HALTED", NextStep.Retry)]
    [InlineData("SERVER_UNAVAILABLE", NextStep.Retry)]
    [InlineData("QUERY_TIMEOUT", NextStep.Retry)]
    [InlineData("REQUEST_RUNNING_TOO_LONG", NextStep.Retry)]
    [InlineData("INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", NextStep.Retry)]
    [InlineData("UNKNOWN_EXCEPTION", NextStep.Retry)]
    [InlineData("INTERNAL_ERROR", NextStep.Retry)]
    [InlineData("INVALID_SESSION_ID", NextStep.Retry)]
    [InlineData("REQUEST_LIMIT_EXCEEDED", NextStep.Wait)]
    [InlineData("TOO_MANY_APEX_REQUESTS", NextStep.Wait)]
    [InlineData("LIMIT_EXCEEDED", NextStep.Wait)]
    [InlineData("STORAGE_LIMIT_EXCEEDED", NextStep.Wait)]
    [InlineData("REQUIRED_FIELD_MISSING", NextStep.Park)]
    [InlineData("DUPLICATE_VALUE", NextStep.Park)]
    [InlineData("DUPLICATE_EXTERNAL_ID", NextStep.Park)]
    [InlineData("DUPLICATES_DETECTED", NextStep.Park)]
    [InlineData("ENTITY_IS_DELETED", NextStep.Park)]
    [InlineData("ENTITY_IS_LOCKED", NextStep.Park)]
    [InlineData("INVALID_CROSS_REFERENCE_KEY", NextStep.Park)]
    [InlineData("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", NextStep.Park)]
    [InlineData("INSUFFICIENT_ACCESS_OR_READONLY", NextStep.Park)]
    [InlineData("STRING_TOO_LONG", NextStep.Park)]
    [InlineData("NUMBER_OUTSIDE_VALID_RANGE", NextStep.Park)]
    [InlineData("INVALID_TYPE_ON_FIELD_IN_RECORD", NextStep.Park)]
    [InlineData("INVALID_EMAIL_ADDRESS", NextStep.Park)]
    [InlineData("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", NextStep.Park)]
    [InlineData("FIELD_CUSTOM_VALIDATION_EXCEPTION", NextStep.Park)]
    [InlineData("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", NextStep.Park)]
    [InlineData("FIELD_INTEGRITY_EXCEPTION", NextStep.Park)]
    [InlineData("INVALID_FIELD_FOR_INSERT_UPDATE", NextStep.Park)]
    [InlineData("INVALID_FIELD", NextStep.Park)]
    [InlineData("MALFORMED_ID", NextStep.Park)]
    [InlineData("MISSING_ARGUMENT", NextStep.Park)]
    [InlineData("DELETE_FAILED", NextStep.Park)]
    [InlineData("UNDELETE_FAILED", NextStep.Park)]
    [InlineData("A_CODE_OF_NEXT_YEAR", NextStep.Park)]
    public void Code_of_a_row(string code, NextStep step)
    {
        SyncFault fault = SalesforceFaults.OfRow(code, Text, new FieldNames("Name"));

        fault.NextStep.ShouldBe(step);
        fault.Code.ShouldBe(code);
        fault.Message.ShouldBe(Text);
    }

    [Fact]
    public void Rejected_row_keeps_the_fields_that_are_blamed() =>
        SalesforceFaults.OfRow("STRING_TOO_LONG", Text, new FieldNames("Name"))
            .ShouldBeOfType<SyncFault.Rejected>().Fields.ShouldBe(["Name"]);

    [Theory]
    [InlineData("duplicate value found: ActorSync_Id__c duplicates value on record with id: 001000000000001", NextStep.Retry)]
    [InlineData("duplicate value found: Tax_Number__c duplicates value on record with id: 001000000000001", NextStep.Park)]
    [InlineData("Duplicate external id specified: 5", NextStep.Park)]
    [InlineData("duplicate value found: <unknown> duplicates value on record with id: <unknown>", NextStep.Park)]
    public void Duplicate_of_the_upserts_own_key_is_a_race_with_another_writer_and_retried(string message, NextStep step) =>
        SalesforceFaults.OfRow("DUPLICATE_VALUE", message, FieldNames.None, "ActorSync_Id__c").NextStep.ShouldBe(step);

    [Theory]
    [InlineData("INVALID_SESSION_ID", NextStep.SendAgain)]
    [InlineData("URL_NOT_RESET", NextStep.SendAgain)]
    [InlineData("SERVER_UNAVAILABLE", NextStep.SendAgain)]
    [InlineData("FUNCTIONALITY_TEMPORARILY_UNAVAILABLE", NextStep.SendAgain)]
    [InlineData("ORG_LOCKED", NextStep.SendAgain)]
    [InlineData("ORG_IN_MAINTENANCE", NextStep.SendAgain)]
    [InlineData("API_CURRENTLY_DISABLED", NextStep.SendAgain)]
    [InlineData("INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", NextStep.SendAgain)]
    [InlineData("LOGIN_DURING_RESTRICTED_TIME", NextStep.SendAgain)]
    [InlineData("REQUEST_LIMIT_EXCEEDED", NextStep.Wait)]
    [InlineData("TOO_MANY_APEX_REQUESTS", NextStep.Wait)]
    [InlineData("LIMIT_EXCEEDED", NextStep.Wait)]
    [InlineData("EXCEEDED_QUOTA", NextStep.Wait)]
    [InlineData("EXCEEDED_ID_LIMIT", NextStep.Park)]
    [InlineData("EXCEEDED_MAX_SIZE_REQUEST", NextStep.Park)]
    [InlineData("OPERATION_TOO_LARGE", NextStep.Park)]
    [InlineData("INVALID_BATCH_SIZE", NextStep.Park)]
    [InlineData("INVALID_QUERY_LOCATOR", NextStep.Park)]
    [InlineData("INVALID_REPLICATION_DATE", NextStep.Park)]
    [InlineData("MALFORMED_ID", NextStep.Park)]
    [InlineData("MALFORMED_QUERY", NextStep.Park)]
    [InlineData("QUERY_TOO_COMPLICATED", NextStep.Park)]
    [InlineData("XML_PARSER_ERROR", NextStep.Park)]
    [InlineData("INVALID_SOAP_HEADER", NextStep.Park)]
    [InlineData("ARGUMENT_OBJECT_PARSE_ERROR", NextStep.Park)]
    [InlineData("JSON_PARSER_ERROR", NextStep.Park)]
    [InlineData("REQUEST_RUNNING_TOO_LONG", NextStep.Probe)]
    [InlineData("QUERY_TIMEOUT", NextStep.Probe)]
    [InlineData("UNABLE_TO_LOCK_ROW", NextStep.Probe)]
    [InlineData("UNKNOWN_EXCEPTION", NextStep.Probe)]
    [InlineData("A_CODE_OF_NEXT_YEAR", NextStep.Probe)]
    [InlineData("INVALID_LOGIN", NextStep.FixConfiguration)]
    [InlineData("INVALID_CLIENT", NextStep.FixConfiguration)]
    [InlineData("LOGIN_MUST_USE_SECURITY_TOKEN", NextStep.FixConfiguration)]
    [InlineData("LOGIN_DURING_RESTRICTED_DOMAIN", NextStep.FixConfiguration)]
    [InlineData("PASSWORD_LOCKOUT", NextStep.FixConfiguration)]
    [InlineData("INVALID_OPERATION_WITH_EXPIRED_PASSWORD", NextStep.FixConfiguration)]
    [InlineData("MUTUAL_AUTHENTICATION_FAILED", NextStep.FixConfiguration)]
    [InlineData("TRIAL_EXPIRED", NextStep.FixConfiguration)]
    [InlineData("API_DISABLED_FOR_ORG", NextStep.FixConfiguration)]
    [InlineData("CLIENT_NOT_ACCESSIBLE_FOR_USER", NextStep.FixConfiguration)]
    [InlineData("INSUFFICIENT_ACCESS", NextStep.FixConfiguration)]
    [InlineData("FUNCTIONALITY_NOT_ENABLED", NextStep.FixConfiguration)]
    [InlineData("INVALID_TYPE", NextStep.FixConfiguration)]
    [InlineData("INVALID_TYPE_FOR_OPERATION", NextStep.FixConfiguration)]
    [InlineData("INVALID_FIELD", NextStep.FixConfiguration)]
    [InlineData("INVALID_ID_FIELD", NextStep.FixConfiguration)]
    [InlineData("ENTITY_NOT_QUERYABLE", NextStep.FixConfiguration)]
    [InlineData("NOT_FOUND", NextStep.FixConfiguration)]
    [InlineData("UNSUPPORTED_API_VERSION", NextStep.FixConfiguration)]
    [InlineData("UNSUPPORTED_CLIENT", NextStep.FixConfiguration)]
    [InlineData("EXCEEDEDQUOTA", NextStep.Wait)]
    [InlineData("CLIENTINPUTERROR", NextStep.Park)]
    [InlineData("INVALIDBATCH", NextStep.Park)]
    [InlineData("INVALIDENTITY", NextStep.Park)]
    [InlineData("INVALIDJOB", NextStep.Park)]
    [InlineData("INVALIDJOBSTATE", NextStep.Park)]
    [InlineData("INVALIDOPERATION", NextStep.Park)]
    [InlineData("UNSUPPORTED_MEDIA_TYPE", NextStep.Park)]
    [InlineData("FEATURENOTENABLED", NextStep.FixConfiguration)]
    [InlineData("INVALIDVERSION", NextStep.FixConfiguration)]
    public void Code_of_a_write_call(string code, NextStep step)
    {
        SyncFault fault = SalesforceFaults.OfCall(code, Text, CallKind.Write);

        fault.NextStep.ShouldBe(step);
        fault.Code.ShouldBe(code);
        (fault is not SyncFault.Misconfigured { WhatToDo: "" }).ShouldBeTrue();
    }

    [Theory]
    [InlineData("QUERY_TIMEOUT")]
    [InlineData("REQUEST_RUNNING_TOO_LONG")]
    [InlineData("A_CODE_OF_NEXT_YEAR")]
    public void A_read_is_never_in_doubt(string code) =>
        SalesforceFaults.OfCall(code, Text, CallKind.Read).ShouldBeOfType<SyncFault.Transient>();

    [Fact]
    public void The_limit_of_the_day_is_waited_out_longer_than_the_one_of_concurrency()
    {
        SyncFault.Throttled day = SalesforceFaults.OfCall("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", CallKind.Write).ShouldBeOfType<SyncFault.Throttled>();
        SyncFault.Throttled now = SalesforceFaults.OfCall("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.", CallKind.Write)
            .ShouldBeOfType<SyncFault.Throttled>();

        day.WaitAtLeast.ShouldBeGreaterThan(now.WaitAtLeast);
    }

    private static IEnumerable<string> Specified(string theory) =>
        typeof(SalesforceFaultsTests).GetMethod(theory)!.GetCustomAttributesData().Where(attribute => attribute.AttributeType == typeof(InlineDataAttribute))
            .Select(row => (string)((IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)row.ConstructorArguments[0].Value!)[0].Value!).Where(code => code != "A_CODE_OF_NEXT_YEAR");
}
