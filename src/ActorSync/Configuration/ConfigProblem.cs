namespace ActorSync.Configuration;

/// <summary>Where a value was written.</summary>
/// <param name="Source">File as named by whoever asked for it, or <c>environment variable NAME</c>.</param>
/// <param name="Line">Line from 1; 0 where there are no lines.</param>
internal readonly record struct ConfigOrigin(string Source, int Line)
{
    public static ConfigOrigin Environment(string variable) => new($"environment variable {variable}", 0);

    public override string ToString() => Line > 0 ? $"{Source}:{Line}" : Source;
}

/// <summary>One thing that is wrong in a configuration, and what to write instead. Never quotes a secret.</summary>
/// <param name="Key">Full key such as <c>actorsync.runtime.lease.ttl</c>; empty where no key is known.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to write.</param>
internal sealed record ConfigProblem(ConfigOrigin Origin, string Key, string Message, string Remedy)
{
    /// <summary><c>file:line: key: what is wrong; what to write</c>, one line.</summary>
    public override string ToString() => Key.Length == 0 ? $"{Origin}: {Message}; {Remedy}" : $"{Origin}: {Key}: {Message}; {Remedy}";
}

/// <summary>The problems of one load, collected instead of thrown.</summary>
internal sealed class ConfigProblems
{
    /// <summary>Beyond this many errors a further one is only counted: nobody reads more, and each may follow from an earlier one.</summary>
    public const int ErrorsMax = 100;

    private readonly List<ConfigProblem> _errors = [];
    private readonly List<ConfigProblem> _warnings = [];
    private readonly HashSet<string> _brokenKeys = new(StringComparer.Ordinal);

    public IReadOnlyList<ConfigProblem> Errors => _errors;

    public IReadOnlyList<ConfigProblem> Warnings => _warnings;

    /// <summary>Errors that were found but not kept.</summary>
    public int ErrorsLeftOut { get; private set; }

    /// <summary>A file could not be read as HOCON, so a key that seems missing may stand in the part that was not understood.</summary>
    public bool IsTextBroken { get; private set; }

    public void Error(ConfigOrigin origin, string key, string message, string remedy)
    {
        _brokenKeys.Add(key);
        if (_errors.Count == ErrorsMax)
        {
            ErrorsLeftOut++;
            return;
        }

        _errors.Add(new(origin, key, message, remedy));
    }

    public void SyntaxError(ConfigOrigin origin, string key, string message, string remedy)
    {
        IsTextBroken = true;
        Error(origin, key, message, remedy);
    }

    public void Warn(ConfigOrigin origin, string key, string message, string remedy)
    {
        if (_warnings.Count < ErrorsMax)
        {
            _warnings.Add(new(origin, key, message, remedy));
        }
    }

    /// <summary>An error was reported for exactly this key.</summary>
    public bool IsBroken(string key) => _brokenKeys.Contains(key);
}
