using ActorSync.Provisioning;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Provisioning;

public sealed class NearestApiNameTests
{
    [Theory]
    [InlineData("Phnoe", "Phone")]
    [InlineData("phone", "Phone")]
    [InlineData("Region", "Region__c")]
    [InlineData("Regoin__c", "Region__c")]
    [InlineData("Xylophone", null)]
    [InlineData("", null)]
    [InlineData("Birthday", null)]
    public void Nearest_is_a_few_edits_away(string written, string? nearest) =>
        NearestApiName.Of(written, ["Name", "Phone", "Fax", "Region__c"]).ShouldBe(nearest);
}
