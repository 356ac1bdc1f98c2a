namespace ActorSync.Salesforce.Session;

/// <summary>A key file that cannot sign. Names the file; holds nothing of what is in it.</summary>
public sealed class SigningKeyException : Exception
{
    /// <param name="message">What is wrong, with the file, as the end of a sentence that begins with the key's name.</param>
    /// <param name="whatToDo">What to do about it.</param>
    public SigningKeyException(string message, string whatToDo)
        : base(message) => WhatToDo = whatToDo;

    /// <summary>What to do about it, for a person.</summary>
    public string WhatToDo { get; }
}
