using ActorSync.OrgSimulator.Org;

namespace ActorSync.OrgSimulator.Page;

/// <summary>A page of records, newest modification first, or of the recycle bin.</summary>
internal static class RecordList
{
    public static Html Render(ObjectDefinition type, IReadOnlyList<QueryRow> rows, string search, int offset, bool deleted)
    {
        var url = $"{PageEndpoint.Prefix}{type.Name}";
        Html bin = deleted
            ? $"<input type=\"hidden\" name=\"deleted\" value=\"1\">"
            : Html.None;
        Html other = !type.Deletable ? Html.None
            : deleted ? Html.Of($"<a class=\"button\" href=\"{url}\">Records</a>")
            : Html.Of($"<a class=\"button\" href=\"{url}?deleted=1\">Recycle bin</a>");
        Html fresh = deleted ? Html.None : $"<a class=\"button\" href=\"{url}/new\">New</a>";
        Html table = rows.Count == 0
            ? Html.Of($"<p class=\"dim\">Nothing here.</p>")
            : Html.Of($"<table><tr>{PageQueries.Columns(type).Select(Head)}<th>Last modified</th><th>by</th></tr>{rows.Select(r => Row(type, r))}</table>");
        return $"""
            <h1>{type.LabelPlural}{(deleted ? " in the recycle bin" : "")}</h1>
            <div class="bar"><form method="get" action="{url}">{bin}<input name="q" value="{search}" placeholder="Search text fields" aria-label="Search"><button>Search</button></form>
            <span class="end"></span>{other}{fresh}</div>{table}{Paging(url, rows.Count, search, offset, deleted)}
            """;
    }

    private static Html Head(FieldDefinition column) => $"<th>{column.Label}</th>";

    private static Html Row(ObjectDefinition type, QueryRow row)
    {
        var values = row.Fields.ToDictionary(f => f.Key, f => f.Value);
        var columns = PageQueries.Columns(type);
        var name = PageText.Shown(values.GetValueOrDefault(columns[0].Name));
        var others = columns.Skip(1).Select(c => Cell(PageText.Shown(values.GetValueOrDefault(c.Name))));
        var by = PageText.Shown(values.GetValueOrDefault("LastModifiedBy"));
        return $"""
            <tr><td><a href="{PageEndpoint.Prefix}{type.Name}/{row.Id}">{(name.Length > 0 ? name : row.Id)}</a></td>{others}
            <td><time>{PageText.Shown(values.GetValueOrDefault("LastModifiedDate"))}</time></td><td>{by}</td></tr>
            """;
    }

    private static Html Cell(string text) => $"<td>{text}</td>";

    private static Html Paging(string url, int rows, string search, int offset, bool deleted)
    {
        string To(int at) => $"{url}?offset={at}&q={Uri.EscapeDataString(search)}{(deleted ? "&deleted=1" : "")}";
        Html back = offset > 0 ? $"<a href=\"{To(Math.Max(0, offset - PageQueries.RowsPerPage))}\">← Newer</a>" : Html.None;
        var more = rows == PageQueries.RowsPerPage;
        Html next = !more ? Html.None
            : offset + rows <= PageQueries.OffsetMax ? Html.Of($"<a href=\"{To(offset + rows)}\">Older →</a>")
            : Html.Of($"<span class=\"dim\">Search to see more.</span>");
        return $"<p class=\"bar\">{back}<span class=\"end\"></span>{next}</p>";
    }
}
