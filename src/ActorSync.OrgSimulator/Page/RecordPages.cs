using ActorSync.OrgSimulator.Http;
using ActorSync.OrgSimulator.Org;
using Microsoft.AspNetCore.Http;

namespace ActorSync.OrgSimulator.Page;

/// <summary>One record: view and edit, new, delete, undelete.</summary>
internal sealed class RecordPages(OrgServices org)
{
    private static readonly FormValues EmptyForm = new(new Dictionary<string, string>(), new Dictionary<string, string>());

    private readonly PageQueries _queries = new(org.Model);

    public IReadOnlyList<QueryRow> List(ObjectDefinition type, string search, int offset, bool deleted) => _queries.List(type, search, offset, deleted);

    public Answer New(ObjectDefinition type)
    {
        var defaults = RecordForm.Editable(type, isNew: true).Where(f => f.DefaultValue is not null).ToDictionary(f => f.Name, f => f.DefaultValue!);
        return RenderNew(200, type, EmptyForm with { Now = defaults }, []);
    }

    /// <returns>Null if there is no such record.</returns>
    public Answer? Show(ObjectDefinition type, string id, string done)
    {
        if (_queries.Record(type, id) is not { } row)
        {
            return null;
        }

        var held = Held(row);
        Html note = done is "saved" or "created" or "undeleted" ? PageLayout.Note($"The record was {done}.") : Html.None;
        return RenderRecord(200, type, row, new FormValues(held, held), [], note);
    }

    public Answer Create(ObjectDefinition type, IFormCollection form)
    {
        var values = Read(type, form, isNew: true);
        var fields = Changed(type, values, isNew: true);
        var result = Run(m => m.Create([new RecordInput(type.Name, null, fields)], Context()));
        return result.Success ? Redirect($"{PageEndpoint.Prefix}{type.Name}/{result.Id}?done=created") : RenderNew(422, type, values, result.Errors);
    }

    public Answer? Save(ObjectDefinition type, string id, IFormCollection form)
    {
        if (_queries.Record(type, id) is not { } row)
        {
            return null;
        }

        var values = Read(type, form, isNew: false);
        var fields = Changed(type, values, isNew: false);
        if (fields.Count == 0)
        {
            return RenderRecord(200, type, row, values, [], PageLayout.Note("Nothing was changed."));
        }

        var result = Run(m => m.Update([new RecordInput(type.Name, row.Id, fields)], Context()));
        return result.Success ? Redirect($"{PageEndpoint.Prefix}{type.Name}/{row.Id}?done=saved") : RenderRecord(422, type, row, values, result.Errors, Html.None);
    }

    public Answer? Delete(ObjectDefinition type, string id) =>
        Change(type, id, m => m.Delete([id], Context()), $"{PageEndpoint.Prefix}{type.Name}");

    public Answer? Undelete(ObjectDefinition type, string id) =>
        Change(type, id, m => m.Undelete([id], Context()), $"{PageEndpoint.Prefix}{type.Name}/{id}?done=undeleted");

    private Answer? Change(ObjectDefinition type, string id, Func<OrgModel, IReadOnlyList<RecordResult>> dml, string next)
    {
        if (_queries.Record(type, id) is not { } row)
        {
            return null;
        }

        var result = Run(dml);
        var held = Held(row);
        return result.Success ? Redirect(next) : RenderRecord(422, type, row, new FormValues(held, held), result.Errors, Html.None);
    }

    private DmlContext Context() => new("page", null, org.Model.HumanUser.Id);

    private RecordResult Run(Func<OrgModel, IReadOnlyList<RecordResult>> dml) => org.Writes.Run(dml)[0];

    private static Dictionary<string, string> Held(QueryRow row) => row.Fields.ToDictionary(f => f.Key, f => PageText.Input(f.Value));

    private static FormValues Read(ObjectDefinition type, IFormCollection form, bool isNew)
    {
        var now = new Dictionary<string, string>();
        var was = new Dictionary<string, string>();
        foreach (var field in RecordForm.Editable(type, isNew))
        {
            // An unchecked box sends nothing, so its hidden companion tells that it was there.
            if (!form.ContainsKey($"{RecordForm.Was}{field.Name}"))
            {
                continue;
            }

            var sent = form[$"{RecordForm.Field}{field.Name}"];
            now[field.Name] = field.Type switch
            {
                FieldType.Boolean => sent.Count > 0 ? "true" : "false",
                FieldType.Multipicklist => string.Join(';', sent.ToArray()),
                _ => sent.ToString().ReplaceLineEndings("\n"),
            };
            was[field.Name] = form[$"{RecordForm.Was}{field.Name}"].ToString();
        }

        return new FormValues(now, was);
    }

    /// <summary>Only what the person changed is sent, as a real page does: a change that came in meanwhile to another field stays.</summary>
    private static Dictionary<string, object?> Changed(ObjectDefinition type, FormValues values, bool isNew) =>
        RecordForm.Editable(type, isNew)
            .Where(f => values.Now.GetValueOrDefault(f.Name, "") is var now && now != values.Was.GetValueOrDefault(f.Name, "").ReplaceLineEndings("\n"))
            .ToDictionary(f => f.Name, f => (object?)PageText.Sent(f, values.Now[f.Name]));

    private static Answer Redirect(string url) => Answer.Empty(303) with { Headers = [new("Location", url)] };

    private Answer RenderNew(int status, ObjectDefinition type, FormValues values, IReadOnlyList<RecordError> errors)
    {
        Html content = $"""
            <h1>New {type.Label}</h1>{Unplaced(type, errors, isNew: true)}
            <form method="post" action="{PageEndpoint.Prefix}{type.Name}/new" novalidate>{RecordForm.Render(type, values, errors, isNew: true)}
            <p class="bar"><button class="main">Create</button><a class="button" href="{PageEndpoint.Prefix}{type.Name}">Cancel</a></p></form>
            """;
        return PageLayout.Render(status, $"New {type.Label}", org.Model.Options.OrganizationName, content);
    }

    private Answer RenderRecord(int status, ObjectDefinition type, QueryRow row, FormValues values, IReadOnlyList<RecordError> errors, Html note)
    {
        var all = row.Fields.ToDictionary(f => f.Key, f => f.Value);
        var url = $"{PageEndpoint.Prefix}{type.Name}/{row.Id}";
        var deleted = all.GetValueOrDefault("IsDeleted") is true;
        Html body = deleted
            ? Html.Of($"<p class=\"note bad\">In the recycle bin.</p><form method=\"post\" action=\"{url}/undelete\"><button class=\"main\">Undelete</button></form>")
            : Html.Of($"<form method=\"post\" action=\"{url}\" novalidate>{RecordForm.Render(type, values, errors, isNew: false)}<p class=\"bar\"><button class=\"main\">Save</button></p></form>{DeleteForm(type, url)}");
        var title = PageText.Shown(all.GetValueOrDefault(PageQueries.Columns(type)[0].Name));
        Html content = $"""
            <p><a href="{PageEndpoint.Prefix}{type.Name}">{type.LabelPlural}</a></p><h1>{(title.Length > 0 ? title : row.Id)}</h1>{note}{Unplaced(type, errors, isNew: false)}{Facts(type, row.Id, all)}{body}
            """;
        return PageLayout.Render(status, title, org.Model.Options.OrganizationName, content);
    }

    private static Html DeleteForm(ObjectDefinition type, string url) =>
        type.Deletable ? $"<form method=\"post\" action=\"{url}/delete\"><button class=\"bad\">Delete</button></form>" : Html.None;

    private static IEnumerable<Html> Unplaced(ObjectDefinition type, IReadOnlyList<RecordError> errors, bool isNew) =>
        RecordForm.Unplaced(type, errors, isNew).Select(e => PageLayout.Error($"{e.Message} ({e.StatusCode})"));

    private static Html Facts(ObjectDefinition type, string id, Dictionary<string, object?> all)
    {
        var computed = type.Fields.Where(f => f.Calculated || f.AutoNumber).Select(f => Fact(f.Label, PageText.Shown(all.GetValueOrDefault(f.Name))));
        return $"""
            <dl><dt>Id</dt><dd><code>{id}</code></dd>{computed}
            <dt>Created</dt><dd>{PageText.Shown(all.GetValueOrDefault("CreatedDate"))} by {PageText.Shown(all.GetValueOrDefault("CreatedBy"))}</dd>
            <dt>Last modified</dt><dd>{PageText.Shown(all.GetValueOrDefault("LastModifiedDate"))} by {PageText.Shown(all.GetValueOrDefault("LastModifiedBy"))}</dd>
            <dt>System modstamp</dt><dd>{PageText.Shown(all.GetValueOrDefault("SystemModstamp"))}</dd></dl>
            """;
    }

    private static Html Fact(string label, string value) => $"<dt>{label}</dt><dd>{value}</dd>";
}
