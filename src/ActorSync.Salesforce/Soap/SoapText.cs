using System.Xml;
using ActorSync.Domain.Faults;

namespace ActorSync.Salesforce.Soap;

/// <summary>
/// Which records XML can carry at all. PostgreSQL's text may hold control characters that XML 1.0 may not, not even escaped; one such value must not
/// cost its 199 neighbours their call, so its record is rejected here and the others are sent.
/// </summary>
internal static class SoapText
{
    public const string InvalidCharacterCode = "INVALID_CHARACTER";

    /// <summary>The rejection of a record that cannot be sent; null if it can.</summary>
    public static WriteResult? Refuse(SoapRecord record)
    {
        foreach ((string name, string? value) in record.Fields)
        {
            if (value is not null && FirstInvalid(value) is { } at)
            {
                return Rejection(name, value, at);
            }
        }

        foreach ((string relationship, ParentByExternalId parent) in record.Parents)
        {
            if (FirstInvalid(parent.Value) is { } at)
            {
                return Rejection($"{relationship}.{parent.FieldName}", parent.Value, at);
            }
        }

        return null;
    }

    /// <summary>Index of the first character that XML 1.0 does not allow; null if there is none.</summary>
    public static int? FirstInvalid(string text)
    {
        for (int at = 0; at < text.Length; at++)
        {
            if (XmlConvert.IsXmlChar(text[at]))
            {
                continue;
            }

            if (at + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[at + 1], text[at]))
            {
                at++;
                continue;
            }

            return at;
        }

        return null;
    }

    private static WriteResult Rejection(string field, string value, int at)
    {
        string message = $"{field} has the character U+{(int)value[at]:X4} at position {at + 1}, which Salesforce's API cannot carry: remove it.";
        FieldNames fields = new(field);
        return new WriteResult(
            Id: null, Success: false, Created: false,
            [new WriteError(InvalidCharacterCode, message, fields)],
            new SyncFault.Rejected(InvalidCharacterCode, message, fields));
    }
}
