namespace ActorSync.Configuration.Hocon;

/// <summary>What came of reading a file: its text, or why there is none.</summary>
internal abstract record FileText
{
    private FileText()
    {
    }

    internal sealed record Read(string Text) : FileText;

    /// <summary>There is no such file.</summary>
    internal sealed record Missing : FileText;

    /// <summary>There is one, but it cannot be read.</summary>
    internal sealed record Unreadable(string Reason) : FileText;
}

/// <summary>Reads configuration files.</summary>
internal delegate FileText ReadConfigFile(string path);

/// <summary>Configuration files on disk.</summary>
internal static class HoconFiles
{
    /// <summary>Largest file that is read; a configuration that needs more is a wrong path.</summary>
    public const int FileBytesMax = 1 << 20;

    private static readonly System.Text.UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static FileText Read(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                return new FileText.Unreadable("it is a folder");
            }

            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[FileBytesMax + 1];
            var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return count > FileBytesMax
                ? new FileText.Unreadable($"it is larger than {FileBytesMax} bytes")
                : new FileText.Read(StrictUtf8.GetString(bytes, 0, count));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new FileText.Missing();
        }
        catch (System.Text.DecoderFallbackException)
        {
            return new FileText.Unreadable("it is not UTF-8 text");
        }
        catch (UnauthorizedAccessException)
        {
            return new FileText.Unreadable("permission denied");
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            return new FileText.Unreadable(e.Message);
        }
    }
}
