using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace ActorSync.OrgSimulator.Http;

/// <summary>Reads request bodies whole: sized, chunked, or compressed with gzip as Data Loader sends them.</summary>
internal static class RequestBody
{
    /// <summary>Salesforce's limit of a SOAP request, bytes; also the simulator's for REST.</summary>
    public const int BytesMax = 50 * 1024 * 1024;

    /// <returns>The body, or null if it is longer than <paramref name="bytesMax"/> or not what Content-Encoding says.</returns>
    /// <exception cref="IOException">The caller went away before the body was complete: the call never happened.</exception>
    public static async Task<MemoryStream?> ReadAsync(HttpContext http, int bytesMax = BytesMax)
    {
        var body = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 4096, 1 << 20));
        var zipped = http.Request.Headers.ContentEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        try
        {
            await using var source = zipped ? new GZipStream(http.Request.Body, CompressionMode.Decompress) : http.Request.Body;
            var chunk = new byte[32 * 1024];
            for (int read; (read = await source.ReadAsync(chunk)) > 0;)
            {
                if (body.Length + read > bytesMax)
                {
                    return null;
                }

                body.Write(chunk, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            return null;
        }

        body.Position = 0;
        return body;
    }
}
