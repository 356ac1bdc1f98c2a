using System.Globalization;

namespace ActorSync.Bench.Measuring;

/// <summary>What <c>/proc/PID/stat</c> says of a process.</summary>
/// <param name="Name">Its program, at most 15 bytes.</param>
/// <param name="ParentId">Process id of its parent.</param>
/// <param name="Own">CPU time of the process and of those of its threads that have ended, in its own code and in the kernel.</param>
/// <param name="Ended">CPU time of its children that have ended and that it has waited for, theirs included.</param>
internal sealed record ProcessStat(int Id, string Name, int ParentId, TimeSpan Own, TimeSpan Ended)
{
    /// <summary>Clock ticks in a second, as the kernel tells them to programs: USER_HZ is 100 on every architecture that .NET runs on (proc(5), "utime").</summary>
    private const int TicksPerSecond = 100;

    // Fields of proc(5) are counted from 1; the first after the name is 3, the state.
    private const int FirstAfterName = 3;
    private const int ParentField = 4;
    private const int UserField = 14;
    private const int KernelField = 15;
    private const int ChildrenUserField = 16;
    private const int ChildrenKernelField = 17;

    /// <summary>Reads the line.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ProcessStat Parse(string line)
    {
        // The name may hold spaces and parentheses: it ends at the last one.
        var (open, close) = (line.IndexOf('(', StringComparison.Ordinal), line.LastIndexOf(')'));
        if (open < 1 || close < open)
        {
            throw new FormatException($"no line of /proc/PID/stat: {line}");
        }

        var fields = line[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (fields.Length <= ChildrenKernelField - FirstAfterName)
        {
            throw new FormatException($"no line of /proc/PID/stat: {line}");
        }

        return new ProcessStat(
            int.Parse(line.AsSpan(0, open), CultureInfo.InvariantCulture),
            line[(open + 1)..close],
            (int)Number(ParentField),
            Ticks(Number(UserField) + Number(KernelField)),
            Ticks(Number(ChildrenUserField) + Number(ChildrenKernelField)));

        long Number(int field) => long.Parse(fields[field - FirstAfterName], CultureInfo.InvariantCulture);
    }

    private static TimeSpan Ticks(long ticks) => TimeSpan.FromSeconds((double)ticks / TicksPerSecond);
}
