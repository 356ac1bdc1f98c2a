namespace ActorSync.OrgSimulator.Org;

/// <summary>A record as rules and formulas see it: canonical values by field name, parents by relationship path.</summary>
public abstract class RecordView
{
    /// <summary>The object the record is of.</summary>
    public abstract ObjectDefinition Definition { get; }

    /// <summary>True while the record is being created.</summary>
    public virtual bool IsNew => false;

    /// <summary>Value of a field or of a path such as Account.Name; null where the value or a parent on the way is missing.</summary>
    /// <exception cref="ArgumentException">The path names no field.</exception>
    public abstract object? this[string path] { get; }

    /// <summary>The stored value before the change; the same as the indexer outside an update.</summary>
    public virtual object? Prior(string field) => this[field];
}

/// <summary>A record about to be saved; a before-save rule may set values (canonical or text of the field's type).</summary>
public abstract class RecordDraft : RecordView
{
    /// <summary>Start of the transaction, to the second.</summary>
    public abstract DateTimeOffset Now { get; }

    /// <summary>Sets a field as an Apex trigger or a flow would, also one the caller may not write.</summary>
    public abstract void Set(string field, object? value);

    /// <summary>True if the caller's request holds the field.</summary>
    public abstract bool IsSent(string field);
}

/// <summary>A validation rule: where <paramref name="Violated"/> answers true, the record is refused with FIELD_CUSTOM_VALIDATION_EXCEPTION.</summary>
/// <param name="Name">Name of the rule, for people.</param>
/// <param name="Violated">True refuses the record.</param>
/// <param name="Message">Text of the error, as the administrator wrote it.</param>
/// <param name="Field">Error location; null for the top of the page.</param>
public sealed record ValidationRule(string Name, Func<RecordView, bool> Violated, string Message, string? Field = null);

/// <summary>What an org's own automation does to a record before it is saved: the way a test lets Salesforce rewrite a value.</summary>
public sealed record BeforeSaveRule(string Name, Action<RecordDraft> Apply);
