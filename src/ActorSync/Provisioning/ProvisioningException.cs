using System.Collections.Immutable;

namespace ActorSync.Provisioning;

/// <summary>The mapped objects and tables cannot be brought together as configured. Each error says where it is and what to do; a stack trace adds nothing.</summary>
internal sealed class ProvisioningException(ImmutableArray<string> errors) : Exception(string.Join('\n', errors))
{
    /// <summary>All that was found wrong, one line each.</summary>
    public ImmutableArray<string> Errors { get; } = errors;
}
