using ActorSync.TestKit;
using ActorSync.TestKit.Processes;

namespace ActorSync.IntegrationTests.Launcher;

/// <summary>
/// A small clone: the launcher, a source file, and a stand-in for dotnet that notes each call in <c>calls</c>, makes the program
/// when told to build, and writes the test results that the test prepared.
/// </summary>
internal sealed class LauncherFixture : IDisposable
{
    private const string StandIn = """
        #!/bin/sh
        here=$(dirname -- "$0")/..
        case $1 in
            --list-sdks) echo '10.0.100 [/nowhere]'; exit ;;
        esac
        echo "$*" >>"$here/calls"
        case $1 in
            build)
                sleep 0.3
                [ ! -f "$here/broken" ] || { echo 'error CS0001: broken'; exit 1; }
                mkdir -p "$here/clone/src/ActorSync/bin/Release/net10.0"
                : >"$here/clone/src/ActorSync/bin/Release/net10.0/actorsync.dll" ;;
            test)
                name=$(basename "$2" .dll)
                while [ "$1" != --results-directory ]; do shift; done
                cp "$here/$name.trx" "$2/" 2>/dev/null
                [ ! -f "$here/hang" ] || { echo "host $$"; exec sleep 60; }
                echo '  Passed One [1 ms]'
                echo '  Failed Two [1 ms]'
                exit "$(cat "$here/$name.code")" ;;
            *actorsync.dll)
                shift
                echo "program got: $*"
                [ "$1" != wait ] || { echo "pid $$"; exec sleep 60; }
                exit 7 ;;
        esac
        """;

    private readonly TemporaryFolder _folder = TemporaryFolder.Create();

    public LauncherFixture()
    {
        Write("bin/dotnet", StandIn);
        Write("clone/src/ActorSync/Program.cs", "return 0;");
        Write("clone/tests/One.UnitTests/x.cs", "");
        Write("clone/tests/Two.IntegrationTests/x.cs", "");
        Write("clone/hocon/x.conf", "");
        Write("clone/ActorSync.sln", "");
        Write("clone/actorsync", File.ReadAllText(Path.Combine(ProjectFolder.Root, "actorsync")));
        Write("home/x", "");
        MakeExecutable("bin/dotnet");
        MakeExecutable("clone/actorsync");
    }

    public string this[string name] => _folder[name];

    public int Builds => File.Exists(this["calls"]) ? File.ReadLines(this["calls"]).Count(call => call.StartsWith("build", StringComparison.Ordinal)) : 0;

    public void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[file])!);
        File.WriteAllText(this[file], text);
    }

    /// <summary>What the stand-in will report for a test project.</summary>
    public void SetResults(string project, int passed, int failed, int skipped, int exitCode)
    {
        var (executed, total) = (passed + failed, passed + failed + skipped);
        Write($"{project}.code", $"{exitCode}");
        Write(
            $"{project}.trx",
            $"""<TestRun><ResultSummary outcome="X"><Counters total="{total}" executed="{executed}" passed="{passed}" failed="{failed}" error="0" /></ResultSummary></TestRun>""");
    }

    /// <summary>Starts the launcher by a path, in a folder.</summary>
    public ChildProcess StartFrom(string launcher, string folder, params string[] arguments) => ChildProcess.Start(
        launcher,
        arguments,
        new Dictionary<string, string?>
        {
            ["PATH"] = this["bin"] + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"),
            ["HOME"] = this["home"],
            ["DOTNET_CLI_HOME"] = null,
            ["ACTORSYNC_POSTGRES"] = "postgres://anywhere/x", // no search for PostgreSQL's programs
        },
        folder);

    public ChildProcess Start(params string[] arguments) => StartFrom(this["clone/actorsync"], this["clone"], arguments);

    public void Dispose() => _folder.Dispose();

    private void MakeExecutable(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(this[file], (UnixFileMode)0b111_101_101);
        }
    }
}
