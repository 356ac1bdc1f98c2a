namespace ActorSync.TestKit;

/// <summary>A folder below .actorsync/test that is gone with the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private static int _count;

    private TemporaryFolder(string path)
    {
        Path = path;
        Directory.CreateDirectory(path);
    }

    public string Path { get; }

    /// <summary>An empty folder of this test.</summary>
    public static TemporaryFolder Create() => new(System.IO.Path.Combine(
        ProjectFolder.Data, "test", $"folder-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}"));

    /// <summary>A path inside it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Who may do what with a file of it; on Windows, which has no such modes, nothing happens.</summary>
    public void SetMode(string name, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(this[name], mode);
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
