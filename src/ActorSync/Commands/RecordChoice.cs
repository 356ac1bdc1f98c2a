using ActorSync.Domain.Mapping;

namespace ActorSync.Commands;

/// <summary>Which mapped objects a command speaks of.</summary>
internal static class RecordChoice
{
    /// <summary>The mappings of an object, or all.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public static ObjectMapping[] Of(IReadOnlyList<ObjectMapping> mappings, string? objectName)
    {
        var chosen = mappings.Where(mapping => objectName is null || mapping.ObjectName.Equals(objectName, StringComparison.OrdinalIgnoreCase)).ToArray();
        return chosen.Length > 0
            ? chosen
            : throw new CommandException(ExitCode.NotFound, $"{objectName ?? "no object"} is not mapped in this database; mapped are: {string.Join(", ", mappings.Select(mapping => mapping.ObjectName))}");
    }
}
