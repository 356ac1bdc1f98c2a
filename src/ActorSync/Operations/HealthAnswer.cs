namespace ActorSync.Operations;

/// <summary>What a node answers to a probe; no part of it is a secret.</summary>
/// <param name="Ok">200 rather than 503.</param>
/// <param name="Status">One word for a script, such as <c>ready</c> or <c>draining</c>.</param>
/// <param name="Message">The same for a person.</param>
/// <param name="Node">Name of the node.</param>
/// <param name="NodeId">Its present id; null before the first.</param>
internal sealed record HealthAnswer(bool Ok, string Status, string Message, string Node, Guid? NodeId);
