using System.Collections.Concurrent;
using ActorSync.Configuration;
using ActorSync.Domain.Faults;
using ActorSync.Provisioning;
using ActorSync.Salesforce;
using ActorSync.Salesforce.Rest;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Provisioning.Describes;

namespace ActorSync.UnitTests.Provisioning;

public sealed class SalesforceCheckTests
{
    private readonly ConcurrentQueue<string> _asked = [];
    private readonly Dictionary<string, ObjectDescribe> _org = new()
    {
        ["Account"] = Object("Account"),
        ["Contact"] = Object("Contact", Reference("AccountId", "Account", "Account"), Reference("OwnerId", "Owner", "User", "Group")),
    };

    [Fact]
    public async Task Mapped_objects_and_the_parents_they_name_are_described_once()
    {
        var (found, errors) = await CheckAsync(Mapping("Contact", "Account.ActorSync_Id__c", "Owner.X__c", "Nobody.X__c"));
        errors.ShouldBeEmpty();
        found.Keys.ShouldBe(["Account", "Contact"], ignoreOrder: true);
        _asked.ShouldBe(["Contact", "Account"]);
    }

    [Fact]
    public async Task Unknown_object_is_named_with_the_nearest_one()
    {
        var (found, errors) = await CheckAsync(Mapping("Acount", "Name"), Mapping("Invoice", "Name"), Mapping("Contact", "Name"));
        errors.ShouldBe([
            "mapping Acount: no such object for the integration user (NOT_FOUND); did you mean Account? Correct the name (custom objects end in __c), or give the user Read on the object",
            "mapping Invoice: no such object for the integration user (NOT_FOUND). Correct the name (custom objects end in __c), or give the user Read on the object"]);
        found.Keys.ShouldBe(["Contact"]);
    }

    [Fact]
    public async Task At_most_four_describes_run_at_once()
    {
        var running = 0;
        var most = new ConcurrentBag<int>();
        var four = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var errors = new List<string>();
        var check = new SalesforceCheck(async (name, _) =>
        {
            var now = Interlocked.Increment(ref running);
            most.Add(now);
            if (now == 4)
            {
                four.TrySetResult();
            }

            await four.Task; // nobody goes on before four are in
            Interlocked.Decrement(ref running);
            return Object(name);
        });
        await check.DescribeAsync([.. Enumerable.Range(0, 40).Select(i => Mapping($"O{i}__c", "Name"))], errors, CancellationToken.None);
        most.Max().ShouldBe(4);
    }

    [Fact]
    public async Task Org_that_does_not_answer_is_no_error_of_a_mapping() =>
        await Should.ThrowAsync<SalesforceException>(() => new SalesforceCheck((name, _) =>
            Task.FromException<ObjectDescribe>(new SalesforceException(new SyncFault.Transient("CONNECT_FAILED", "refused"), $"describe {name}")))
            .DescribeAsync([Mapping("Account", "Name")], [], CancellationToken.None));

    private async Task<(IReadOnlyDictionary<string, ObjectDescribe> Found, List<string> Errors)> CheckAsync(params MappingConfig[] mappings)
    {
        var errors = new List<string>();
        var found = await new SalesforceCheck(DescribeAsync).DescribeAsync(mappings, errors, CancellationToken.None);
        return (found, errors);
    }

    private Task<ObjectDescribe> DescribeAsync(string name, CancellationToken stop)
    {
        _asked.Enqueue(name);
        return _org.TryGetValue(name, out var described)
            ? Task.FromResult(described)
            : Task.FromException<ObjectDescribe>(new SalesforceException(new SyncFault.Misconfigured("NOT_FOUND", "no such object", ""), $"describe {name}"));
    }
}
