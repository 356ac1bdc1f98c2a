using System.Net;
using System.Text.RegularExpressions;
using ActorSync.OrgSimulator.Org;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.OrgSimulator;

public sealed partial class PageTests
{
    private static async Task<string> GetAsync(OrgCaller org, string path) => await org.Http.GetStringAsync(new Uri(path, UriKind.Relative));

    /// <summary>Sends a page's form as a browser without script would: every input as it stands, with some changed.</summary>
    private static async Task<HttpResponseMessage> SubmitAsync(OrgCaller org, string page, string action, params (string Field, string? Value)[] changes)
    {
        var fields = InputPattern().Matches(page).Where(m => m.Groups["name"].Value.Length > 0)
            .Select(m => KeyValuePair.Create(m.Groups["name"].Value, WebUtility.HtmlDecode(m.Groups["value"].Value)))
            .Where(f => f.Key.StartsWith("was.", StringComparison.Ordinal) || !page.Contains($"name=\"{f.Key}\" type=\"checkbox\"", StringComparison.Ordinal))
            .DistinctBy(f => f.Key).ToDictionary();
        foreach (var (field, value) in changes)
        {
            fields[$"f.{field}"] = value ?? "";
        }

        using var form = new FormUrlEncodedContent(fields);
        return await org.Http.PostAsync(new Uri(action, UriKind.Relative), form);
    }

    [Fact]
    public async Task The_first_page_lists_objects_with_their_counts()
    {
        await using var org = await OrgCaller.StartAsync();
        await org.CreateAccountAsync("Acme");
        var page = await GetAsync(org, "/");
        page.ShouldContain("<a href=\"/page/Account\">Accounts</a></td><td><code>Account</code></td><td class=\"n\">1</td>");
        page.ShouldContain(org.Server.ClientId);
        page.ShouldNotContain("<script");
    }

    [Fact]
    public async Task What_a_record_holds_is_never_markup()
    {
        await using var org = await OrgCaller.StartAsync();
        await org.RestAsync(HttpMethod.Post, "/sobjects/Account", "{\"Name\":\"<script>alert('x')</script>\\\"\",\"Description\":\"</textarea><b>\"}");
        var id = org.Server.Model.Query("SELECT Id FROM Account").Rows[0].Id;
        foreach (var path in new[] { "/page/Account", $"/page/Account/{id}", "/page/Account?q=%22%3E%3Cscript%3E" })
        {
            var page = await GetAsync(org, path);
            page.ShouldNotContain("<script");
            page.ShouldNotContain("</textarea><b>");
        }
    }

    [Fact]
    public async Task A_person_edits_and_only_what_was_changed_is_written()
    {
        await using var org = await OrgCaller.StartAsync();
        var id = await org.CreateAccountAsync("Acme");
        var page = await GetAsync(org, $"/page/Account/{id}");
        await org.RestAsync(HttpMethod.Patch, $"/sobjects/Account/{id}", "{\"Phone\":\"by the API meanwhile\"}");
        using var saved = await SubmitAsync(org, page, $"/page/Account/{id}", ("Name", "Acme & Sons"), ("Industry", "Energy"));
        saved.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        var row = org.Server.Model.Retrieve(["Name", "Industry", "Phone", "LastModifiedById"], "Account", [id])[0]!;
        row.Fields.Select(f => f.Value).ShouldBe(["Acme & Sons", "Energy", "by the API meanwhile", org.Server.Model.HumanUser.Id]);
        (await GetAsync(org, saved.Headers.Location!.ToString())).ShouldContain("The record was saved.");
        org.Server.Model.Arrivals()[^1].Api.ShouldBe("page");
    }

    [Fact]
    public async Task An_error_of_a_save_is_shown_at_its_field_and_the_input_is_kept()
    {
        await using var org = await OrgCaller.StartAsync();
        var id = await org.CreateAccountAsync("Acme");
        var page = await GetAsync(org, $"/page/Account/{id}");
        using var refused = await SubmitAsync(org, page, $"/page/Account/{id}", ("Name", ""), ("Phone", "kept"));
        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var again = await refused.Content.ReadAsStringAsync();
        again.ShouldContain("<div class=\"error\" id=\"e.Name\">");
        again.ShouldContain("value=\"kept\"");
        org.AccountNames().ShouldBe(["Acme"]);
    }

    [Fact]
    public async Task A_record_is_made_deleted_and_brought_back()
    {
        await using var org = await OrgCaller.StartAsync();
        using var made = await SubmitAsync(org, await GetAsync(org, "/page/Contact/new"), "/page/Contact/new", ("LastName", "Doe"), ("Birthdate", "1980-02-29"));
        made.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        var id = org.Server.Model.Query("SELECT Id FROM Contact").Rows[0].Id;
        (await SubmitAsync(org, "", $"/page/Contact/{id}/delete")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        org.Server.Model.Count("Contact").ShouldBe(0);
        (await GetAsync(org, "/page/Contact?deleted=1")).ShouldContain($"/page/Contact/{id}");
        (await GetAsync(org, $"/page/Contact/{id}")).ShouldContain("In the recycle bin.");
        (await SubmitAsync(org, "", $"/page/Contact/{id}/undelete")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        org.Server.Model.Count("Contact").ShouldBe(1);
    }

    [Fact]
    public async Task An_unchanged_form_writes_nothing_for_any_object()
    {
        await using var org = await OrgCaller.StartAsync();
        org.Server.Model.Populate(300, seed: 3);
        foreach (var type in org.Server.Model.Schema.Objects.Where(o => org.Server.Model.Count(o.Name) > 0))
        {
            var id = org.Server.Model.Query($"SELECT Id FROM {type.Name} LIMIT 1").Rows[0].Id;
            var page = await GetAsync(org, $"/page/{type.Name}/{id}");
            var checks = CheckedPattern().Matches(page).Select(m => (m.Groups[1].Value, (string?)"true")).ToArray();
            var texts = AreaPattern().Matches(page).Select(m => (m.Groups[1].Value, (string?)WebUtility.HtmlDecode(m.Groups[2].Value)));
            var selects = SelectPattern().Matches(page).Select(m => (m.Groups[1].Value, (string?)WebUtility.HtmlDecode(SelectedPattern().Match(m.Groups[2].Value).Groups[1].Value)));
            using var saved = await SubmitAsync(org, page, $"/page/{type.Name}/{id}", [.. checks, .. texts, .. selects]);
            (await saved.Content.ReadAsStringAsync()).ShouldContain("Nothing was changed.", customMessage: type.Name);
        }
    }

    [Fact]
    public async Task Records_are_searched_and_paged_newest_first()
    {
        await using var org = await OrgCaller.StartAsync();
        var records = Enumerable.Range(0, 120).Select(i => new RecordInput("Account", null, new Dictionary<string, object?> { ["Name"] = $"Name {i:000} 100%" })).ToList();
        org.Server.Model.Create(records, new DmlContext("test", null, org.Server.Model.IntegrationUser.Id));
        RowPattern().Count(await GetAsync(org, "/page/Account")).ShouldBe(50);
        RowPattern().Count(await GetAsync(org, "/page/Account?offset=100")).ShouldBe(20);
        RowPattern().Count(await GetAsync(org, "/page/Account?q=name+11")).ShouldBe(10);
        RowPattern().Count(await GetAsync(org, "/page/Account?q=%25")).ShouldBe(50);
        RowPattern().Count(await GetAsync(org, "/page/Account?q=1_0%25")).ShouldBe(0);
    }

    [Fact]
    public async Task A_form_from_another_site_is_refused()
    {
        await using var org = await OrgCaller.StartAsync();
        var id = await org.CreateAccountAsync("Acme");
        org.Http.DefaultRequestHeaders.Add("Origin", "http://elsewhere.example");
        (await SubmitAsync(org, "", $"/page/Account/{id}/delete")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        org.AccountNames().ShouldBe(["Acme"]);
    }

    [GeneratedRegex("<input(?: id=\"[^\"]*\")?(?: type=\"hidden\")? name=\"(?<name>[^\"]*)\"[^>]*? value=\"(?<value>[^\"]*)\"")]
    private static partial Regex InputPattern();

    [GeneratedRegex("name=\"f\\.([^\"]*)\" type=\"checkbox\" value=\"true\" checked")]
    private static partial Regex CheckedPattern();

    [GeneratedRegex("<textarea[^>]*name=\"f\\.([^\"]*)\"[^>]*>\\n([^<]*)</textarea>")]
    private static partial Regex AreaPattern();

    [GeneratedRegex("<select[^>]*name=\"f\\.([^\"]*)\"[^>]*>(.*?)</select>", RegexOptions.Singleline)]
    private static partial Regex SelectPattern();

    [GeneratedRegex("<option value=\"([^\"]*)\" selected>")]
    private static partial Regex SelectedPattern();

    [GeneratedRegex("<tr><td><a href=\"/page/Account/001")]
    private static partial Regex RowPattern();
}
