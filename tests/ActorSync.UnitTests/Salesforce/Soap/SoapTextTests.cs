using ActorSync.Domain.Faults;
using ActorSync.Salesforce.Soap;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Soap;

public sealed class SoapTextTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("plain\ttext\r\n", null)]
    [InlineData("balloon 🎈", null)]
    [InlineData("bell\u0007", 4)]
    [InlineData("\uFFFE", 0)]
    public void First_character_that_xml_cannot_carry(string text, int? at) => SoapText.FirstInvalid(text).ShouldBe(at);

    [Fact]
    public void Half_a_surrogate_pair_is_no_character()
    {
        SoapText.FirstInvalid("half " + '\uD83C').ShouldBe(5);
        SoapText.FirstInvalid("half " + '\uD83C' + "x").ShouldBe(5);
        SoapText.FirstInvalid("half " + '\uDF88' + " pair").ShouldBe(5);
    }

    [Fact]
    public void Record_with_such_a_character_is_rejected_with_field_and_position()
    {
        SoapRecord record = new(null, new Dictionary<string, string?> { ["Key__c"] = "1", ["Name"] = "a\u0001" }, SoapRecord.NoParents);

        WriteResult result = SoapText.Refuse(record).ShouldNotBeNull();

        result.Success.ShouldBeFalse();
        SyncFault.Rejected fault = result.Fault.ShouldBeOfType<SyncFault.Rejected>();
        fault.Fields.ShouldBe(["Name"]);
        fault.Message.ShouldContain("U+0001 at position 2");
    }

    [Fact]
    public void Parents_key_is_checked_too() =>
        SoapText.Refuse(new(null, new Dictionary<string, string?>(), new Dictionary<string, ParentByExternalId> { ["Account"] = new("Account", "Key__c", "\0") }))
            .ShouldNotBeNull().Errors[0].Fields.ShouldBe(["Account.Key__c"]);
}
