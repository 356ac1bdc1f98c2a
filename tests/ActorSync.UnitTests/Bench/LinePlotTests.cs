using System.Globalization;
using System.Xml.Linq;
using ActorSync.Bench.Growth;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Bench;

public sealed class LinePlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static readonly PlotPanel Two = new("burst-soap",
    [
        new("records_per_s", [new(1, 1), new(10, 0.9), new(100, 0.5)]),
        new("cpu_s_per_1000", [new(1, 1), new(10, 1.5), new(100, 4)]),
    ]);

    [Fact]
    public void Every_line_has_a_path_a_mark_at_each_point_and_its_name_below()
    {
        var picture = Draw(Two);

        Lines(picture, 0).Count.ShouldBe(2, "the line and its sample below");
        Marks(picture, 0).Count.ShouldBe(4);
        Marks(picture, 1).Count.ShouldBe(4);
        Texts(picture).ShouldContain("records_per_s");
        Texts(picture).ShouldContain("cpu_s_per_1000");
    }

    [Fact]
    public void X_is_logarithmic_with_a_tick_at_each_value()
    {
        var picture = Draw(Two);
        var xs = Marks(picture, 0).Take(3).Select(at => at.X).ToList();

        (xs[1] - xs[0]).ShouldBe(xs[2] - xs[1], tolerance: 0.2);
        foreach (var value in new[] { "1", "10", "100" })
        {
            Texts(picture).ShouldContain(value);
        }
    }

    [Fact]
    public void Y_is_linear_from_zero_and_higher_is_further_up()
    {
        var ys = Marks(Draw(Two), 1).Take(3).Select(at => at.Y).ToList();

        ys[1].ShouldBeLessThan(ys[0]);
        ((ys[0] - ys[2]) / (ys[0] - ys[1])).ShouldBe(6, tolerance: 0.1); // (4 - 1) / (1.5 - 1)
    }

    [Fact]
    public void Both_axes_and_the_whole_are_named()
    {
        new[] { "How", "times", "ratio" }.ShouldBeSubsetOf(Texts(Draw(Two)));
        Draw(Two).Root!.Attribute("aria-label")!.Value.ShouldBe("How");
    }

    [Fact]
    public void Light_and_dark_have_colours_of_their_own() =>
        LinePlot.Write("How", "times", "ratio", [Two]).ShouldContain("prefers-color-scheme: dark");

    [Fact]
    public void A_name_has_one_style_in_all_diagrams()
    {
        var picture = Draw(Two, new PlotPanel("trickle", [new("cpu_s_per_1000", [new(1, 1), new(100, 2)])]));

        Lines(picture, 1).Count.ShouldBe(3);
        Lines(picture, 2).ShouldBeEmpty();
    }

    [Fact]
    public void One_value_or_none_is_a_picture_too()
    {
        Marks(Draw(new PlotPanel("a", [new("b", [new(1, 1)])])), 0).Count.ShouldBe(2);
        Texts(Draw(new PlotPanel("nothing yet", []))).ShouldContain("nothing yet");
    }

    [Fact]
    public void Names_are_texts_whatever_they_hold() => Texts(Draw(new PlotPanel("a < b & c", []))).ShouldContain("a < b & c");

    private static XDocument Draw(params PlotPanel[] panels) => XDocument.Parse(LinePlot.Write("How", "times", "ratio", panels));

    private static List<XElement> Lines(XDocument picture, int style) => [.. picture.Descendants(Svg + "path").Where(path => (string?)path.Attribute("class") == $"line s{style}")];

    private static List<(double X, double Y)> Marks(XDocument picture, int style) =>
    [
        .. picture.Descendants(Svg + "path").Where(path => (string?)path.Attribute("class") == $"m{style}")
            .Select(path => path.Attribute("transform")!.Value["translate(".Length..^1].Split(' '))
            .Select(at => (double.Parse(at[0], CultureInfo.InvariantCulture), double.Parse(at[1], CultureInfo.InvariantCulture))),
    ];

    private static List<string> Texts(XDocument picture) => [.. picture.Descendants(Svg + "text").Select(text => text.Value)];
}
