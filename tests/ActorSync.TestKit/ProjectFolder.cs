namespace ActorSync.TestKit;

/// <summary>The clone the tests run from.</summary>
public static class ProjectFolder
{
    /// <summary>The folder with ActorSync.sln, found upwards from the test assembly.</summary>
    /// <exception cref="InvalidOperationException">The tests do not run from a clone.</exception>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>Everything a run makes and leaves goes below here (git-ignored).</summary>
    public static string Data { get; } = Path.Combine(Root, ".actorsync");

    private static string Find(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ActorSync.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No ActorSync.sln above {start}: run the tests from a clone");
    }
}
