using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActorSync.Runtime.Actors;
using ActorSync.Runtime.Journal;

namespace ActorSync.Retention;

/// <summary>What a file holds.</summary>
/// <param name="Sha256">Of its lines, uncompressed.</param>
internal sealed record FileContent(long Rows, string Sha256);

/// <summary>A partition of the journal as a file: gzip, a line per row, each a JSON object with the columns' names, by mapping, record, address and sequence. One line at a time is in memory.</summary>
internal static class JournalFile
{
    private const int BufferBytes = 1 << 16;
    private const string Instant = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    private static readonly JsonWriterOptions Lines = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file anew, and returns when it is on the disk.</summary>
    public static async Task<FileContent> WriteAsync(string path, IAsyncEnumerable<JournalEntry> entries, CancellationToken stop)
    {
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rows = 0L;
        await using (var packed = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
        {
            var line = new ArrayBufferWriter<byte>(BufferBytes);
            await using var json = new Utf8JsonWriter(line, Lines);
            await foreach (var entry in entries.WithCancellation(stop))
            {
                line.ResetWrittenCount();
                json.Reset();
                Write(json, entry);
                await json.FlushAsync(stop);
                line.Write("\n"u8);
                hash.AppendData(line.WrittenSpan);
                await packed.WriteAsync(line.WrittenMemory, stop);
                rows++;
            }
        }

        file.Flush(flushToDisk: true);
        return new FileContent(rows, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Reads a file to its end.</summary>
    /// <exception cref="InvalidDataException">It is no gzip file, or is cut off.</exception>
    public static async Task<FileContent> ReadContentAsync(string path, CancellationToken stop)
    {
        await using var file = Open(path);
        await using var plain = new GZipStream(file, CompressionMode.Decompress);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rows = 0L;
        var buffer = new byte[BufferBytes];
        for (int read; (read = await plain.ReadAsync(buffer, stop)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            rows += buffer.AsSpan(0, read).Count((byte)'\n');
        }

        return new FileContent(rows, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>The rows of a file, in its order.</summary>
    public static async IAsyncEnumerable<JournalEntry> ReadAsync(string path, [EnumeratorCancellation] CancellationToken stop)
    {
        await using var file = Open(path);
        await using var plain = new GZipStream(file, CompressionMode.Decompress);
        using var lines = new StreamReader(plain, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, BufferBytes);
        while (await lines.ReadLineAsync(stop) is { } line)
        {
            yield return Read(line);
        }
    }

    /// <summary>SHA-256 of the file as it lies there, hexadecimal: what sha256sum prints.</summary>
    public static async Task<string> Sha256Async(string path, CancellationToken stop)
    {
        await using var file = Open(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, stop));
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes);

    private static void Write(Utf8JsonWriter json, JournalEntry entry)
    {
        json.WriteStartObject();
        json.WriteNumber("address", entry.Address);
        json.WriteNumber("seq", entry.Seq);
        json.WriteNumber("epoch", entry.Epoch);
        json.WriteNumber("mapping", entry.Actor.Kind);
        json.WriteString("external_id", entry.Actor.Entity);
        json.WriteString("type", entry.Type);
        json.WriteString("at", entry.At.UtcDateTime.ToString(Instant, CultureInfo.InvariantCulture));
        json.WritePropertyName("body");
        // A line break between two parts of the text would be one of the file's; within a string JSON has none.
        json.WriteRawValue(entry.Body.Replace('\n', ' ').Replace('\r', ' '));
        json.WriteEndObject();
    }

    private static JournalEntry Read(string line)
    {
        using var json = JsonDocument.Parse(line);
        var row = json.RootElement;
        return new JournalEntry(
            row.GetProperty("address").GetInt32(),
            row.GetProperty("seq").GetInt64(),
            row.GetProperty("epoch").GetInt64(),
            new ActorId(row.GetProperty("mapping").GetInt16(), row.GetProperty("external_id").GetGuid()),
            row.GetProperty("type").GetString()!,
            row.GetProperty("at").GetDateTimeOffset(),
            row.GetProperty("body").GetRawText());
    }
}
