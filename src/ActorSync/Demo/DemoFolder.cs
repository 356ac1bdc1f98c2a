namespace ActorSync.Demo;

/// <summary>Where the demo keeps its files: <c>.actorsync/demo</c> of the clone; the launcher names <c>.actorsync</c> in ACTORSYNC_DATA.</summary>
internal static class DemoFolder
{
    private const string Variable = "ACTORSYNC_DATA";

    /// <summary>The folder, made if missing.</summary>
    public static string Open() => Open("demo");

    /// <summary>Another command's folder beside it, made if missing.</summary>
    public static string Open(string name)
    {
        var data = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : Path.Combine(CloneOf(AppContext.BaseDirectory), ".actorsync");
        return Directory.CreateDirectory(Path.Combine(data, name)).FullName;
    }

    /// <summary>A configuration file that comes with the program.</summary>
    public static string Hocon(string name) => Path.Combine(AppContext.BaseDirectory, "hocon", name);

    private static string CloneOf(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ActorSync.sln")))
            {
                return folder.FullName;
            }
        }

        return Environment.CurrentDirectory;
    }
}
