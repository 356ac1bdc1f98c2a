using System.Reflection;
using ActorSync.Domain.Faults;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Faults;

public sealed class SyncFaultTests
{
    public static TheoryData<SyncFault, NextStep, bool> Cases => new()
    {
        { new SyncFault.Transient("A", "a"), NextStep.Retry, false },
        { new SyncFault.Throttled("A", "a", TimeSpan.Zero), NextStep.Wait, false },
        { new SyncFault.Rejected("A", "a", FieldNames.None), NextStep.Park, false },
        { new SyncFault.NotExecuted("A", "a", TimeSpan.Zero), NextStep.SendAgain, false },
        { new SyncFault.InDoubt("A", "a"), NextStep.Probe, true },
        { new SyncFault.Misconfigured("A", "a", "b"), NextStep.FixConfiguration, false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_case_names_its_next_step_and_only_doubt_may_have_run(SyncFault fault, NextStep step, bool mayHaveRun)
    {
        fault.NextStep.ShouldBe(step);
        fault.MayHaveRun.ShouldBe(mayHaveRun);
    }

    [Fact]
    public void The_hierarchy_is_closed()
    {
        typeof(SyncFault).GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .ShouldAllBe(constructor => constructor.IsPrivate || IsCopy(constructor));
        typeof(SyncFault).GetNestedTypes().ShouldAllBe(type => type.IsSealed);
        typeof(SyncFault).GetNestedTypes().Length.ShouldBe(Cases.Count);
    }

    [Fact]
    public void Faults_with_the_same_fields_are_equal() =>
        new SyncFault.Rejected("A", "a", new FieldNames("Name", "Phone")).ShouldBe(new SyncFault.Rejected("A", "a", new FieldNames("Name", "Phone")));

    [Fact]
    public void Faults_with_fields_in_another_order_differ() =>
        new SyncFault.Rejected("A", "a", new FieldNames("Name", "Phone")).ShouldNotBe(new SyncFault.Rejected("A", "a", new FieldNames("Phone", "Name")));

    /// <summary>A record's copy constructor is protected; it needs an instance and so opens nothing.</summary>
    private static bool IsCopy(ConstructorInfo constructor) =>
        constructor.GetParameters() is [{ } only] && only.ParameterType == typeof(SyncFault);
}
