using System.Globalization;
using System.Security;
using System.Text;

namespace ActorSync.Bench.Growth;

/// <summary>A point of a line.</summary>
/// <param name="X">More than 0: the axis is logarithmic.</param>
/// <param name="Y">0 or more.</param>
internal readonly record struct PlotPoint(double X, double Y);

/// <summary>One line, ascending in X.</summary>
internal sealed record PlotLine(string Name, IReadOnlyList<PlotPoint> Points);

/// <summary>One diagram.</summary>
internal sealed record PlotPanel(string Title, IReadOnlyList<PlotLine> Lines);

/// <summary>
/// Draws lines as SVG: diagrams side by side with the same axes, x logarithmic with a tick at each value, y from 0 on with a stronger line at 1. Lines differ by colour, dash and mark, and their names stand
/// below. A reader who prefers dark colours gets them. Pure.
/// </summary>
internal static class LinePlot
{
    private const double Width = 300;
    private const double Height = 220;
    private const double Left = 64;
    private const double Top = 64;
    private const double Between = 36;
    private const double Below = 60;
    private const double LegendRow = 20;
    private const int TicksMax = 8;

    private static readonly string[] Dashes = ["", "7 4", "2 4", "10 4 2 4", "4 2"];

    // Told apart by people who see colours otherwise (Okabe and Ito), a little darker on white and lighter on black.
    private const string Style = """
        <style>
        .page { fill: #ffffff } .ink { fill: #1f2328 } .grid { stroke: #d1d9e0; fill: none } .one { stroke: #818b98; fill: none; stroke-width: 1.5 }
        text { font-family: system-ui, sans-serif; font-size: 12px } .title { font-size: 15px; font-weight: 600 } .head { font-weight: 600 }
        .line { fill: none; stroke-width: 2.5 } .s0 { stroke: #0072b2 } .s1 { stroke: #b34700 } .s2 { stroke: #00795a } .s3 { stroke: #a34a82 } .s4 { stroke: #6e5f00 }
        .m0 { fill: #0072b2 } .m1 { fill: #b34700 } .m2 { fill: #00795a } .m3 { fill: #a34a82 } .m4 { fill: #6e5f00 }
        @media (prefers-color-scheme: dark) {
        .page { fill: #0d1117 } .ink { fill: #f0f6fc } .grid { stroke: #3d444d } .one { stroke: #9198a1 }
        .s0 { stroke: #56b4e9 } .s1 { stroke: #ff9d4d } .s2 { stroke: #2fd0a0 } .s3 { stroke: #e59ac9 } .s4 { stroke: #f0e442 }
        .m0 { fill: #56b4e9 } .m1 { fill: #ff9d4d } .m2 { fill: #2fd0a0 } .m3 { fill: #e59ac9 } .m4 { fill: #f0e442 } }
        </style>
        """;

    /// <summary>Draws diagrams of the same axes.</summary>
    /// <param name="title">Above all.</param>
    /// <param name="xTitle">What X is.</param>
    /// <param name="yTitle">What Y is.</param>
    public static string Write(string title, string xTitle, string yTitle, IReadOnlyList<PlotPanel> panels)
    {
        string[] names = [.. panels.SelectMany(panel => panel.Lines).Select(line => line.Name).Distinct()];
        double[] xs = [.. panels.SelectMany(panel => panel.Lines).SelectMany(line => line.Points).Select(point => point.X).Distinct().Order()];
        var ys = panels.SelectMany(panel => panel.Lines).SelectMany(line => line.Points).Select(point => point.Y);
        var (step, top) = Ticks(ys.Append(1).Max());
        var axes = new Axes(xs, step, top);
        var width = Left + (panels.Count * (Width + Between));
        var height = Top + Height + Below + (names.Length * LegendRow);
        var svg = new StringBuilder();
        Add(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{Text(title)}">""");
        svg.AppendLine(Style);
        Add(svg, $"""<rect class="page" width="{width}" height="{height}"/>""");
        Label(svg, Left, 24, title, "ink title", "start");
        Add(svg, $"""<text class="ink" text-anchor="middle" transform="translate(18 {Top + (Height / 2)}) rotate(-90)">{Text(yTitle)}</text>""");
        for (var i = 0; i < panels.Count; i++)
        {
            Draw(svg, panels[i], axes, Left + (i * (Width + Between)), names, isFirst: i == 0);
        }

        Label(svg, Left, Top + Height + 42, xTitle, "ink", "start");
        for (var i = 0; i < names.Length; i++)
        {
            var y = Top + Height + Below + (i * LegendRow);
            Line(svg, i, $"M {Left:0.#} {y:0.#} H {Left + 36:0.#}");
            Mark(svg, i, Left + 18, y);
            Label(svg, Left + 46, y + 4, names[i], "ink", "start");
        }

        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private static void Draw(StringBuilder svg, PlotPanel panel, Axes axes, double left, string[] names, bool isFirst)
    {
        Label(svg, left + (Width / 2), Top - 12, panel.Title, "ink head", "middle");
        for (var tick = 0; tick * axes.Step <= axes.Top + (axes.Step / 2); tick++)
        {
            var (value, y) = (tick * axes.Step, axes.Y(tick * axes.Step));
            Add(svg, $"""<path class="grid" d="M {left:0.#} {y:0.#} H {left + Width:0.#}"/>""");
            if (isFirst)
            {
                Label(svg, left - 8, y + 4, value.ToString("0.##", CultureInfo.InvariantCulture), "ink", "end");
            }
        }

        Add(svg, $"""<path class="one" d="M {left:0.#} {axes.Y(1):0.#} H {left + Width:0.#}"/>""");
        foreach (var x in axes.Xs)
        {
            Add(svg, $"""<path class="grid" d="M {left + axes.X(x):0.#} {Top + Height:0.#} v 5"/>""");
            Label(svg, left + axes.X(x), Top + Height + 20, x.ToString("0.##", CultureInfo.InvariantCulture), "ink", "middle");
        }

        foreach (var line in panel.Lines)
        {
            var style = Array.IndexOf(names, line.Name);
            Line(svg, style, string.Join(" ", line.Points.Select((point, i) => FormattableString.Invariant($"{(i == 0 ? 'M' : 'L')} {left + axes.X(point.X):0.#} {axes.Y(point.Y):0.#}"))));
            foreach (var point in line.Points)
            {
                Mark(svg, style, left + axes.X(point.X), axes.Y(point.Y));
            }
        }
    }

    private static void Line(StringBuilder svg, int style, FormattableString path) => Line(svg, style, FormattableString.Invariant(path));

    private static void Line(StringBuilder svg, int style, string path) =>
        Add(svg, $"""<path class="line s{style % Dashes.Length}" stroke-dasharray="{Dashes[style % Dashes.Length]}" d="{path}"/>""");

    // A disc, a square, a triangle, a diamond, a bar.
    private static void Mark(StringBuilder svg, int style, double x, double y) => Add(svg, $"""<path class="m{style % Dashes.Length}" transform="translate({x:0.#} {y:0.#})" d="{(style % Dashes.Length) switch
    {
        0 => "M -4 0 a 4 4 0 1 0 8 0 a 4 4 0 1 0 -8 0",
        1 => "M -4 -4 h 8 v 8 h -8 z",
        2 => "M 0 -5 L 5 4 L -5 4 z",
        3 => "M 0 -6 L 6 0 L 0 6 L -6 0 z",
        _ => "M -6 -2 h 12 v 4 h -12 z",
    }}"/>""");

    private static void Label(StringBuilder svg, double x, double y, string text, string style, string anchor) =>
        Add(svg, $"""<text class="{style}" x="{x:0.#}" y="{y:0.#}" text-anchor="{anchor}">{Text(text)}</text>""");

    private static void Add(StringBuilder svg, FormattableString element) => svg.AppendLine(FormattableString.Invariant(element));

    private static string Text(string text) => SecurityElement.Escape(text);

    // Steps of 1, 2 or 5 at some power of ten, or a quarter, so that there are few.
    private static (double Step, double Top) Ticks(double max)
    {
        double[] steps = [0.25, 0.5, .. Enumerable.Range(0, 12).SelectMany(power => new[] { 1, 2, 5 }.Select(digit => digit * Math.Pow(10, power)))];
        var step = steps.First(step => max / step <= TicksMax || step == steps[^1]);
        return (step, Math.Ceiling(Math.Max(max, 1.25) / step) * step);
    }

    private sealed record Axes(double[] Xs, double Step, double Top)
    {
        private const double Margin = 18;

        /// <summary>From the left of a diagram.</summary>
        public double X(double value) => Xs.Length < 2 ? Width / 2 : Margin + ((Width - (2 * Margin)) * Math.Log(value / Xs[0]) / Math.Log(Xs[^1] / Xs[0]));

        /// <summary>From the top of the picture.</summary>
        public double Y(double value) => LinePlot.Top + Height - (Height * value / Top);
    }
}
