using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.OrgSimulator;

public sealed class SoapDmlTests
{
    private const string Ext = "ActorSync_Id__c";

    private static string Account(string fields) => $"<sObjects><sf:type>Account</sf:type>{fields}</sObjects>";

    [Fact]
    public async Task Upsert_creates_then_updates_and_answers_by_index()
    {
        await using var org = await OrgCaller.StartAsync();
        var body = $"<upsert><externalIDFieldName>{Ext}</externalIDFieldName>{Account($"<sf:{Ext}>a-1</sf:{Ext}><sf:Name>Acme</sf:Name>")}{Account($"<sf:{Ext}>a-2</sf:{Ext}>")}</upsert>";
        var first = (await org.SoapAsync(body)).Named("result").ToList();
        first[0].Text("created").ShouldBe("true");
        first[0].Text("success").ShouldBe("true");
        first[0].Text("id").Length.ShouldBe(18);
        first[1].Text("success").ShouldBe("false");
        first[1].Only("statusCode").Value.ShouldBe("REQUIRED_FIELD_MISSING");
        first[1].Only("fields").Value.ShouldBe("Name");
        first[1].Only("id").Attributes().Single().Value.ShouldBe("true");
        var second = (await org.SoapAsync(body)).Named("result").First();
        second.Text("created").ShouldBe("false");
        second.Text("id").ShouldBe(first[0].Text("id"));
    }

    [Fact]
    public async Task Fields_to_null_clears_and_an_absent_or_nil_element_leaves_alone()
    {
        await using var org = await OrgCaller.StartAsync();
        var id = await org.CreateAccountAsync("Acme");
        await org.SoapAsync($"<update>{Account($"<sf:Id>{id}</sf:Id><sf:Phone>1</sf:Phone><sf:Fax>2</sf:Fax><sf:Site>3</sf:Site>")}</update>");
        await org.SoapAsync($"<update>{Account($"<sf:fieldsToNull>Phone</sf:fieldsToNull><sf:Id>{id}</sf:Id><sf:Fax xsi:nil=\"true\"/>")}</update>");
        var row = org.Server.Model.Retrieve(["Phone", "Fax", "Site"], "Account", [id])[0]!;
        row.Fields.Select(f => f.Value).ShouldBe([null, "2", "3"]);
    }

    [Fact]
    public async Task A_parent_can_be_named_by_its_external_id()
    {
        await using var org = await OrgCaller.StartAsync();
        await org.SoapAsync($"<create>{Account($"<sf:Name>Acme</sf:Name><sf:{Ext}>p-1</sf:{Ext}>")}</create>");
        var result = await org.SoapAsync(
            $"<create><sObjects><sf:type>Contact</sf:type><sf:LastName>Doe</sf:LastName><sf:Account><sf:type>Account</sf:type><sf:{Ext}>p-1</sf:{Ext}></sf:Account></sObjects></create>");
        result.Only("success").Value.ShouldBe("true");
        org.Server.Model.Query("SELECT Account.Name FROM Contact").Rows.Count.ShouldBe(1);
    }

    [Fact]
    public async Task More_than_200_records_fault_the_whole_call()
    {
        await using var org = await OrgCaller.StartAsync();
        var many = string.Concat(Enumerable.Range(0, 201).Select(i => Account($"<sf:Name>n{i}</sf:Name>")));
        var fault = await org.SoapFaultAsync($"<create>{many}</create>");
        fault.Code.ShouldBe("sf:EXCEEDED_ID_LIMIT");
        org.AccountNames().ShouldBeEmpty();
    }

    [Fact]
    public async Task All_or_none_rolls_the_good_rows_back()
    {
        await using var org = await OrgCaller.StartAsync();
        var answer = await org.SoapAsync(
            $"<create>{Account("<sf:Name>good</sf:Name>")}{Account("")}</create>", "<AllOrNoneHeader><allOrNone>true</allOrNone></AllOrNoneHeader>");
        answer.Descendants().Where(e => e.Name.LocalName == "statusCode").Select(e => e.Value)
            .ShouldBe(["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]);
        org.AccountNames().ShouldBeEmpty();
    }

    [Fact]
    public async Task Delete_undelete_and_empty_recycle_bin_go_through_the_bin()
    {
        await using var org = await OrgCaller.StartAsync();
        var id = await org.CreateAccountAsync("Acme");
        (await org.SoapAsync($"<delete><ids>{id}</ids></delete>")).Only("success").Value.ShouldBe("true");
        (await org.SoapAsync($"<delete><ids>{id}</ids></delete>")).Only("statusCode").Value.ShouldBe("ENTITY_IS_DELETED");
        (await org.SoapAsync($"<undelete><ids>{id}</ids></undelete>")).Only("success").Value.ShouldBe("true");
        org.AccountNames().ShouldBe(["Acme"]);
        await org.SoapAsync($"<delete><ids>{id}</ids></delete>");
        (await org.SoapAsync($"<emptyRecycleBin><ids>{id}</ids></emptyRecycleBin>")).Only("success").Value.ShouldBe("true");
        (await org.SoapAsync($"<undelete><ids>{id}</ids></undelete>")).Only("success").Value.ShouldBe("false");
    }

    [Fact]
    public async Task The_client_name_of_CallOptions_is_in_the_arrival_log()
    {
        await using var org = await OrgCaller.StartAsync();
        await org.SoapAsync($"<create>{Account("<sf:Name>Acme</sf:Name>")}</create>", "<CallOptions><client>actorsync/42</client></CallOptions>");
        var arrival = org.Server.Model.Arrivals().Single(a => a.Type == "Account");
        arrival.Client.ShouldBe("actorsync/42");
        arrival.Api.ShouldBe("soap");
        arrival.After["Name"].ShouldBe("Acme");
    }

    // jsforce puts record fields into the partner namespace and sends bodies chunked; older toolkits use prefixes of their own.
    [Fact]
    public async Task Any_prefix_the_partner_namespace_and_chunked_or_zipped_bodies_are_understood()
    {
        await using var org = await OrgCaller.StartAsync();
        var envelope =
            $"""
            <e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:p="{OrgCaller.Partner}"><e:Header><p:SessionHeader><p:sessionId>{org.Token}</p:sessionId></p:SessionHeader><p:MadeUpHeader><p:a>1</p:a></p:MadeUpHeader></e:Header>
            <e:Body><p:create><p:sObjects><p:type>Account</p:type><p:Name><![CDATA[A & ]]>B</p:Name></p:sObjects></p:create></e:Body></e:Envelope>
            """;
        using var chunked = new HttpRequestMessage(HttpMethod.Post, new Uri("/services/Soap/u/47.0/00Dxx0000000001", UriKind.Relative)) { Content = new StringContent(envelope, Encoding.UTF8, "text/xml") };
        chunked.Headers.TransferEncodingChunked = true;
        using var first = await org.Http.SendAsync(chunked);
        first.StatusCode.ShouldBe(HttpStatusCode.OK);

        using var packed = new MemoryStream();
        await using (var zip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Compress, leaveOpen: true))
        {
            await zip.WriteAsync(Encoding.UTF8.GetBytes(envelope));
        }

        using var zipped = new ByteArrayContent(packed.ToArray());
        zipped.Headers.ContentType = new MediaTypeHeaderValue("text/xml");
        zipped.Headers.ContentEncoding.Add("gzip");
        using var second = await org.Http.PostAsync(new Uri("/services/Soap/u/66.0", UriKind.Relative), zipped);
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        org.AccountNames().ShouldBe(["A & B", "A & B"]);
    }

    [Fact]
    public async Task Characters_that_XML_cannot_carry_do_not_break_an_answer()
    {
        await using var org = await OrgCaller.StartAsync();
        await org.RestAsync(HttpMethod.Post, "/sobjects/Account", "{\"Name\":\"a\\u0001<b>&\\ud83d\\ude00\"}");
        var answer = await org.SoapAsync("<query><queryString>SELECT Name FROM Account</queryString></query>");
        answer.Only("Name").Value.ShouldBe("a<b>&\U0001F600");
    }
}
