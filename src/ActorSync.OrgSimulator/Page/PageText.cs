using System.Globalization;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Page;

/// <summary>Values as a person reads them, and as form inputs hold them.</summary>
internal static class PageText
{
    public static string Shown(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "yes" : "no",
        DateTimeOffset moment => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture),
        QueryRow parent => parent.Fields.Count > 0 ? Shown(parent.Fields[0].Value) : parent.Id,
        _ => Input(value),
    };

    /// <summary>The text of an input: what a browser's date and time inputs take, numbers without an exponent.</summary>
    public static string Input(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        decimal number => number.ToString("0.##################", CultureInfo.InvariantCulture),
        DateTimeOffset moment => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture),
        DateOnly date => WireValue.Date(date),
        TimeOnly time => time.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>What the org is sent for an input's text; empty clears the field. Times of the form are UTC.</summary>
    public static string? Sent(FieldDefinition field, string input) => (field.Type, input.Trim()) switch
    {
        (_, "") => null,
        (FieldType.DateTime, var text) when !text.EndsWith('Z') => $"{text}{(text.Length == 16 ? ":00" : "")}Z",
        (FieldType.Time, var text) when !text.EndsWith('Z') => $"{text}{(text.Length == 5 ? ":00" : "")}.000Z",
        _ => input,
    };
}
