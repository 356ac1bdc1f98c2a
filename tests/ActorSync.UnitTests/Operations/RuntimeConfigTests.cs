using System.Text.Json;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Operations;

/// <summary>What the runtime is told before the program begins.</summary>
public sealed class RuntimeConfigTests
{
    [Fact]
    public void Threads_of_the_node_do_not_spin_while_they_wait_for_work()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "actorsync.runtimeconfig.json")));

        file.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties").GetProperty("System.Threading.ThreadPool.UnfairSemaphoreSpinLimit").GetInt32().ShouldBe(0);
    }
}
