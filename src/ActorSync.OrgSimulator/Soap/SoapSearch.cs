using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Soap;

/// <summary>search(): SOSL of the form <c>FIND {text} [IN ... FIELDS] RETURNING Object(fields [WHERE ...] [LIMIT n]), ...</c>, matched as a substring of any text field.</summary>
internal sealed partial class SoapSearch(OrgModel model)
{
    /// <summary>Records of one search (SOSL's own limit).</summary>
    private const int RecordsMax = 2000;

    /// <summary>SOSL refuses shorter terms.</summary>
    private const int TermLengthMin = 2;

    public Action<XmlWriter> Run(string search)
    {
        var parsed = SearchPattern().Match(search);
        if (!parsed.Success)
        {
            throw new OrgFaultException("MALFORMED_SEARCH", $"expecting FIND {{text}} [IN ALL FIELDS] [RETURNING Object(fields), ...], found: '{search}'");
        }

        var term = parsed.Groups["term"].Value.Trim().Trim('*', '"');
        if (term.Length < TermLengthMin)
        {
            throw new OrgFaultException("MALFORMED_SEARCH", $"search term must be longer than one character: {term}");
        }

        var rows = Wanted(parsed.Groups["returning"].Value).SelectMany(w => Find(term, w)).Take(RecordsMax).ToList();
        return xml => Write(xml, rows);
    }

    private IEnumerable<Target> Wanted(string returning)
    {
        if (returning.Length == 0)
        {
            return model.Schema.Objects.Select(o => new Target(o, "Id", ""));
        }

        return TargetPattern().Matches(returning).Select(m => new Target(
            model.Schema.Find(m.Groups["type"].Value)
                ?? throw new OrgFaultException("INVALID_TYPE", $"sObject type '{m.Groups["type"].Value}' is not supported."),
            m.Groups["fields"].Value.Trim() is { Length: > 0 } fields ? fields : "Id",
            m.Groups["where"].Value.Trim()));
    }

    private IReadOnlyList<QueryRow> Find(string term, Target target)
    {
        var literal = term.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
        var fields = target.Searched.Fields.Where(f => f.IsText && f.Filterable && !f.IsComputed).Select(f => $"{f.Name} LIKE '%{literal}%'").ToList();
        if (fields.Count == 0)
        {
            return [];
        }

        var where = target.Where.Length > 0 ? $" AND ({target.Where})" : "";
        var soql = string.Create(CultureInfo.InvariantCulture, $"SELECT {target.Fields} FROM {target.Searched.Name} WHERE ({string.Join(" OR ", fields)}){where} LIMIT {RecordsMax}");
        return model.Query(soql, includeDeleted: false, RecordsMax).Rows;
    }

    private static void Write(XmlWriter xml, List<QueryRow> rows)
    {
        xml.Begin("result");
        xml.Text("queryId", "simulator");
        foreach (var row in rows)
        {
            xml.Begin("searchRecords");
            SoapRecords.WriteRecord(xml, "record", SoapXml.Partner, row);
            xml.End();
        }

        xml.End();
    }

    private sealed record Target(ObjectDefinition Searched, string Fields, string Where);

    [GeneratedRegex(@"^\s*FIND\s*\{(?<term>[^}]*)\}(\s+IN\s+\w+\s+FIELDS)?(\s+RETURNING\s+(?<returning>.+?))?\s*$", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex SearchPattern();

    [GeneratedRegex(@"(?<type>\w+)\s*(\(\s*(?<fields>[\w.,\s]*?)(\s+WHERE\s+(?<where>[^()]*?))?(\s+LIMIT\s+\d+)?\s*\))?\s*(,|$)", RegexOptions.IgnoreCase)]
    private static partial Regex TargetPattern();
}
