using System.Globalization;
using System.Net;

namespace ActorSync.Configuration;

/// <summary>Binds the block <c>node.http</c>.</summary>
internal static class HttpBinder
{
    public static HttpConfig Bind(SectionReader at)
    {
        var config = new HttpConfig
        {
            Port = at.OptionalValue("port", $"write a whole number from 1 to {IPEndPoint.MaxPort}, 0 for a free port, or leave it out", Port),
            Host = at.Value("host", "write an IP address such as 127.0.0.1 or 0.0.0.0", Host) ?? IPAddress.Loopback,
        };
        at.Done();
        return config;
    }

    private static Bound<int?> Port(string text) =>
        !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var port) ? Bound<int?>.Wrong($"{SectionReader.Quote(text)} is not a whole number")
        : port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort ? Bound.To<int?>(port, port.ToString(CultureInfo.InvariantCulture))
        : Bound<int?>.Wrong($"{SectionReader.Quote(text)} is out of range");

    // "1" is an address to .NET, and a mistake to everybody else.
    private static Bound<IPAddress> Host(string text) => IPAddress.TryParse(text, out var address) && (text.Contains(':', StringComparison.Ordinal) || text.Count(c => c == '.') == 3)
        ? Bound.To(address, address.ToString())
        : Bound<IPAddress>.Wrong($"{SectionReader.Quote(text)} is not an IP address");
}
