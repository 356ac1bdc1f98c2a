using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

namespace ActorSync.MicroBenchmarks;

/// <summary>Runs the benchmarks that BenchmarkDotNet's options name: <c>--filter '*'</c> is all of them.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        var config = ManualConfig.Create(DefaultConfig.Instance)
            .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "artifacts"))
            .HideColumns(Column.Job, Column.Toolchain, Column.IterationCount, Column.LaunchCount, Column.WarmupCount, Column.RunStrategy, Column.UnrollFactor, Column.InvocationCount);
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, .. Missing(args)], config);
        return summaries.Any() && summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success)) ? 0 : 1;
    }

    // In this process: a project of its own for each job would be built here with warnings as errors, and its packages restored, which needs a network.
    private static IEnumerable<string> Missing(string[] args)
    {
        if (!args.Contains("--inProcess") && !args.Contains("-i"))
        {
            yield return "--inProcess";
        }

        if (!args.Contains("--job") && !args.Contains("-j"))
        {
            yield return "--job";
            yield return "short";
        }
    }
}
