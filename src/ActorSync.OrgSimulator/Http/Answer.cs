using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ActorSync.OrgSimulator.Http;

/// <summary>A whole answer in memory, so that a fault can drop it or cut it in half after the effect.</summary>
internal sealed record Answer(int Status, string? ContentType, ReadOnlyMemory<byte> Body)
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public static Answer Empty(int status) => new(status, null, default);

    public static Answer Json(int status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            write(json);
        }

        return new Answer(status, "application/json;charset=UTF-8", buffer.WrittenMemory);
    }

    public static Answer Text(int status, string contentType, string text) => new(status, contentType, Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(HttpContext http)
    {
        WriteHead(http);
        if (!Body.IsEmpty)
        {
            await http.Response.Body.WriteAsync(Body);
        }
    }

    /// <summary>Sends the head and half of the body, then closes the connection.</summary>
    public async Task SendHalfAsync(HttpContext http)
    {
        WriteHead(http);
        await http.Response.Body.WriteAsync(Body[..(Body.Length / 2)]);
        await http.Response.Body.FlushAsync();
        http.Abort();
    }

    private void WriteHead(HttpContext http)
    {
        http.Response.StatusCode = Status;
        foreach (var (name, value) in Headers)
        {
            http.Response.Headers.Append(name, value);
        }

        if (ContentType is not null)
        {
            http.Response.ContentType = ContentType;
        }

        if (Status != StatusCodes.Status204NoContent && Status != StatusCodes.Status304NotModified)
        {
            http.Response.Headers.ContentLength = Body.Length;
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Status} {ContentType} {Body.Length} bytes");
}
