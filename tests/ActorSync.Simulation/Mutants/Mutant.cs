namespace ActorSync.Simulation.Mutants;

/// <summary>One change of a source file.</summary>
/// <param name="File">Below <c>src</c>.</param>
/// <param name="Text">Stands in the file exactly once.</param>
internal sealed record Mutation(string File, string Text, string Replacement);

/// <summary>The product with one rule broken on purpose.</summary>
/// <param name="Name">What is broken.</param>
/// <param name="Rule">The rule of record semantics, or the section of the architecture, that it breaks.</param>
/// <param name="Seed">Tried first: it has caught the mutant before. The others follow.</param>
internal sealed record Mutant(string Name, string Rule, int Seed, params IReadOnlyList<Mutation> Mutations)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Rule})";
}
