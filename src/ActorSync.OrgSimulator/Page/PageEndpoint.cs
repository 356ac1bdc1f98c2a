using System.Globalization;
using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using Microsoft.AspNetCore.Http;

namespace ActorSync.OrgSimulator.Page;

/// <summary>The page at <c>/</c> and under <c>/page/</c>: a person's view of the org. What is saved here is saved as the human user.</summary>
internal sealed class PageEndpoint(OrgServices org)
{
    public const string Prefix = "/page/";

    private readonly RecordPages _records = new(org);

    public async Task HandleAsync(HttpContext http)
    {
        Answer answer;
        try
        {
            answer = await AnswerAsync(http);
        }
        catch (OrgFaultException fault)
        {
            answer = Render(400, "Not done", PageLayout.Error($"{fault.ExceptionCode}: {fault.Message}"));
        }

        await answer.SendAsync(http);
    }

    private async Task<Answer> AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        if (path == "/")
        {
            return Render(200, "Objects", Home(http));
        }

        var parts = path[Prefix.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is 0 or > 3 || org.Model.Schema.Find(parts[0]) is not { } type)
        {
            return Missing();
        }

        if (HttpMethods.IsPost(http.Request.Method))
        {
            return IsForeign(http.Request) ? Render(403, "Refused", PageLayout.Error("The form was sent from another site."))
                : await PostAsync(http, type, parts) ?? Missing();
        }

        return parts switch
        {
            [_] => List(http, type),
            [_, "new"] => _records.New(type),
            [_, var id] => _records.Show(type, id, http.Request.Query["done"].ToString()) ?? Missing(),
            _ => Missing(),
        };
    }

    private async Task<Answer?> PostAsync(HttpContext http, ObjectDefinition type, string[] parts)
    {
        var form = await http.Request.ReadFormAsync();
        return parts switch
        {
            [_, "new"] => _records.Create(type, form),
            [_, var id] => _records.Save(type, id, form),
            [_, var id, "delete"] => _records.Delete(type, id),
            [_, var id, "undelete"] => _records.Undelete(type, id),
            _ => null,
        };
    }

    /// <summary>A browser tells where a form came from; another site must not write into the org.</summary>
    private static bool IsForeign(HttpRequest request) =>
        request.Headers.Origin.ToString() is { Length: > 0 } origin
        && origin != $"{request.Scheme}://{request.Host}";

    private Answer Missing() => Render(404, "Not found", PageLayout.Error("There is no such object or record in this org."));

    private Answer Render(int status, string title, Html content) => PageLayout.Render(status, title, org.Model.Options.OrganizationName, content);

    private Html Home(HttpContext http)
    {
        var rows = org.Model.Schema.Objects.Select(HomeRow);
        var credentials = org.Credentials;
        return $"""
            <h1>Objects</h1><table><tr><th>Object</th><th>API name</th><th class="n">Records</th></tr>{rows}</table>
            <h1>Sign in by API</h1><dl><dt>Address</dt><dd><code>{http.Request.Scheme}://{http.Request.Host.ToString()}</code></dd>
            <dt>Client id</dt><dd><code>{credentials.ClientId}</code></dd><dt>Client secret</dt><dd><code>{credentials.ClientSecret}</code></dd>
            <dt>User name</dt><dd><code>{credentials.UserName}</code></dd><dt>Password</dt><dd><code>{credentials.Password}</code></dd>
            <dt>Seen here as</dt><dd>{org.Model.HumanUser.FullName}</dd></dl>
            <p><a href="/simulator/arrivals">Writes in order of arrival</a> · <a href="/simulator/faults">Faults</a></p>
            """;
    }

    private Html HomeRow(ObjectDefinition type) =>
        $"<tr><td><a href=\"{Prefix}{type.Name}\">{type.LabelPlural}</a></td><td><code>{type.Name}</code></td><td class=\"n\">{org.Model.Count(type.Name)}</td></tr>";

    private Answer List(HttpContext http, ObjectDefinition type)
    {
        var search = http.Request.Query["q"].ToString().Trim();
        var deleted = http.Request.Query["deleted"] == "1";
        _ = int.TryParse(http.Request.Query["offset"], NumberStyles.None, CultureInfo.InvariantCulture, out var offset);
        offset = Math.Min(offset, PageQueries.OffsetMax);
        return Render(200, type.LabelPlural, RecordList.Render(type, _records.List(type, search, offset, deleted), search, offset, deleted));
    }
}
