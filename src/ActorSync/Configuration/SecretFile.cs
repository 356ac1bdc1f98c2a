namespace ActorSync.Configuration;

/// <summary>
/// Keys whose value may stand in a file of its own, as container engines hand secrets out: KEY-file names it, and it holds nothing else. The line end
/// that editors put behind the last line is not part of it. Errors name the file and never quote it.
/// </summary>
internal static class SecretFile
{
    /// <summary>Longest file that is read, in bytes: a password or an address is far shorter, and a wrong path such as /dev/zero is told.</summary>
    private const int BytesMax = 64 * 1024;

    /// <summary>The value of a key or of the file that KEY-file names, and the path of that file. Both at once are an error.</summary>
    /// <param name="isRequired">One of the two must be given.</param>
    public static (T? Value, string? File) Read<T>(SectionReader at, string key, string remedy, bool isRequired, Func<string, Bound<T>> read)
    {
        var fileKey = $"{key}-file";
        T? value = default;
        var file = at.OptionalValue(fileKey, $"write {fileKey} = \"the path of a file that holds nothing but the value of {key}\"", path =>
        {
            var (text, complaint) = TextOf(PathOf(at, fileKey, path));
            var bound = complaint is null ? read(text) : Bound<T>.Wrong(complaint);
            value = bound.Value;
            return bound.Complaint is null ? Bound.To(PathOf(at, fileKey, path), path) : Bound<string>.Wrong(complaint ?? $"names a file whose text {bound.Complaint}", bound.Remedy);
        });
        if (!at.Has(fileKey))
        {
            return (isRequired ? at.Value(key, remedy, read) : at.OptionalValue(key, remedy, read), null);
        }

        if (at.Has(key))
        {
            at.Error(at.OriginOf(fileKey), at.KeyOf(fileKey), $"stands beside {key}, which says the same", "remove one of the two");
        }

        at.Ignore(key);
        return (value, file);
    }

    // As an include is: relative to the file it stands in. A variable stands in none.
    private static string PathOf(SectionReader at, string fileKey, string path)
    {
        var origin = at.OriginOf(fileKey);
        return origin.Line > 0 ? Path.Combine(Path.GetDirectoryName(origin.Source) ?? "", path) : path;
    }

    private static (string Text, string? Complaint) TextOf(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 4096);
            var bytes = new byte[BytesMax + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length > BytesMax
                ? ("", $"names a file of more than {BytesMax / 1024} KiB")
                : (new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes, 0, length).TrimEnd('\r', '\n'), null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return ("", $"names no file: {Path.GetFullPath(path)} does not exist");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return ("", e is System.Text.DecoderFallbackException ? "names a file that is not text" : "names a file that cannot be read");
        }
    }
}
