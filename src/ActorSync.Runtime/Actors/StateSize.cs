namespace ActorSync.Runtime.Actors;

/// <summary>What the state of an actor takes in memory.</summary>
internal static class StateSize
{
    /// <summary>About the bytes of a state whose JSON has so many characters: text has two bytes a character, and names, fields and the entry of the cache take about as much again.</summary>
    public static int Of(int jsonLength) => 500 + (4 * jsonLength);
}
