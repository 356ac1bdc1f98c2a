namespace ActorSync.Operations;

/// <summary>What the objects of a process may take, so that the process stays within its memory. A limit that was given from outside (DOTNET_GCHeapHardLimit) goes on to hold.</summary>
internal static class MemoryLimit
{
    /// <summary>The name by which the garbage collector knows its limit.</summary>
    private const string Setting = "GCHeapHardLimit";

    /// <summary>Code, threads, sockets and what libraries take outside of the heap: some 100 MB in a node, whatever it does.</summary>
    private const long OutsideBytes = 100L << 20;

    /// <summary>Limits the heap of this process to what its memory leaves.</summary>
    public static void Set(long memoryMax)
    {
        if (Environment.GetEnvironmentVariable($"DOTNET_{Setting}") is null)
        {
            // A container may have less than is configured here.
            AppContext.SetData(Setting, (ulong)Math.Min(HeapMax(memoryMax), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3));
            GC.RefreshMemoryLimit();
        }
    }

    /// <summary>Most bytes of the heap of a process that may take so many.</summary>
    public static long HeapMax(long memoryMax) => (memoryMax / 10 * 9) - OutsideBytes;
}
