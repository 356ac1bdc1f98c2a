namespace ActorSync.OrgSimulator.Http;

/// <summary>
/// Takes describe properties in the WSDL's order, which is also REST's. The two surfaces differ in how they leave things out: REST writes every
/// property, SOAP omits optional ones that are null, false or empty.
/// </summary>
internal abstract class DescribeSink
{
    /// <summary>True for REST, which has a few properties of its own.</summary>
    public abstract bool IsRest { get; }

    public abstract void Flag(string name, bool value);

    /// <summary>A flag that SOAP omits when false.</summary>
    public abstract void RareFlag(string name, bool value);

    public abstract void Number(string name, int value);

    /// <summary>Text that SOAP omits when null.</summary>
    public abstract void Text(string name, string? value);

    /// <summary>Text that SOAP writes as xsi:nil when null.</summary>
    public abstract void NillableText(string name, string? value);

    public abstract void List(string name, IReadOnlyList<string> values);

    public abstract void Group<T>(string name, IReadOnlyList<T> items, Action<DescribeSink, T> write);
}
