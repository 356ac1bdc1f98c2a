using ActorSync.Bench.Measuring;
using ActorSync.TestKit;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Bench;

public sealed class ProcessTableTests
{
    private const string Tail = "0 -1 4194560 1843 52 0 0";

    [Fact]
    public void A_line_is_read_behind_the_last_parenthesis_of_the_name()
    {
        var stat = ProcessStat.Parse($"4711 (po) st (gres) S 12 4711 4711 {Tail} 150 50 7 3 20 0 1 0 8911\n");

        stat.ShouldBe(new ProcessStat(4711, "po) st (gres", 12, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(0.1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("4711 postgres S 1")]
    [InlineData("4711 (postgres) S 12 1 2")]
    public void What_is_no_such_line_is_refused(string line) => Should.Throw<FormatException>(() => ProcessStat.Parse(line)).Message.ShouldContain("no line of /proc/PID/stat");

    [Fact]
    public void A_server_costs_what_its_postmaster_its_living_and_its_ended_backends_cost()
    {
        using var folder = TemporaryFolder.Create();
        Add(folder, 10, "postgres", 1, user: 100, kernel: 20, endedUser: 300, endedKernel: 30);
        Add(folder, 11, "postgres", 10, user: 1000, kernel: 0);
        Add(folder, 12, "postgres", 10, user: 0, kernel: 2000);
        Add(folder, 13, "postgres", 99, user: 7777, kernel: 0);
        Add(folder, 14, "dotnet", 1, user: 5000, kernel: 500);
        var table = new ProcessTable(folder.Path);

        table.CpuOfServer(10).ShouldBe(TimeSpan.FromSeconds(34.5));
        table.ServerOf(12).ShouldBe(10);
        table.ServerOf(14).ShouldBeNull();
        table.CpuOf(14).ShouldBe(TimeSpan.FromSeconds(55));
        table.CpuOf(15).ShouldBeNull();
        table.CpuOfServer(15).ShouldBeNull();
    }

    [Fact]
    public void The_peak_of_a_process_is_read_in_bytes()
    {
        using var folder = TemporaryFolder.Create();
        Add(folder, 20, "dotnet", 1, user: 0, kernel: 0);
        File.WriteAllText(Path.Combine(folder.Path, "20", "status"), "Name:\tdotnet\nVmPeak:\t 9000 kB\nVmHWM:\t    2048 kB\nVmRSS:\t 1024 kB\n");
        var table = new ProcessTable(folder.Path);

        table.PeakMemoryOf(20).ShouldBe(2048 * 1024);
        table.PeakMemoryOf(21).ShouldBeNull();
    }

    [Fact]
    public void Our_own_process_can_be_seen()
    {
        var table = new ProcessTable();

        table.CpuOf(Environment.ProcessId)!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        table.PeakMemoryOf(Environment.ProcessId)!.Value.ShouldBeGreaterThan(1_000_000);
    }

    private static void Add(TemporaryFolder folder, int id, string name, int parent, int user, int kernel, int endedUser = 0, int endedKernel = 0)
    {
        var process = Directory.CreateDirectory(Path.Combine(folder.Path, $"{id}")).FullName;
        File.WriteAllText(Path.Combine(process, "stat"), $"{id} ({name}) S {parent} {id} {id} {Tail} {user} {kernel} {endedUser} {endedKernel} 20 0 1 0 8911\n");
    }
}
