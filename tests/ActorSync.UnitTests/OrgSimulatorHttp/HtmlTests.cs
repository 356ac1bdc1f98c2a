using ActorSync.OrgSimulator.Page;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.OrgSimulatorHttp;

public sealed class HtmlTests
{
    [Fact]
    public void Values_are_escaped_and_markup_is_not()
    {
        var hostile = "<script>\"'&</script>";
        Html inner = $"<b>{hostile}</b>";
        Html[] list = [inner, inner];
        Html outer = $"<p title=\"{hostile}\">{inner}{list}{42}{(string?)null}</p>";
        const string Escaped = "&lt;script&gt;&quot;&#39;&amp;&lt;/script&gt;";
        outer.ToString().ShouldBe($"<p title=\"{Escaped}\"><b>{Escaped}</b><b>{Escaped}</b><b>{Escaped}</b>42</p>");
    }
}
