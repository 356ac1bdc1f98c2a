using System.Security.Cryptography;
using System.Text;
using ActorSync.Salesforce.Http;
using Microsoft.Win32.SafeHandles;

namespace ActorSync.Salesforce.Session;

/// <summary>
/// The RSA key that signs assertions, from a PEM file: PKCS#8 (<c>PRIVATE KEY</c>) or PKCS#1 (<c>RSA PRIVATE KEY</c>), not encrypted. A certificate beside it is
/// passed over. What the file holds is in no message, and is wiped from memory once the key is made.
/// </summary>
public sealed class SigningKey : IDisposable
{
    /// <summary>The shortest key that RS256 takes (RFC 7518, 3.3), in bits.</summary>
    public const int BitsMin = 2048;

    /// <summary>Largest file that is read; a key of 16,384 bits with its certificates is far smaller.</summary>
    public const int FileBytesMax = 64 * 1024;

    private const string PemRemedy = "write the path of the app's private key in PEM, such as openssl genpkey -algorithm RSA makes";

    private SigningKey(RSA rsa, bool isReadableByOthers) => (Rsa, IsReadableByOthers) = (rsa, isReadableByOthers);

    /// <summary>Every user of this machine can read the file, or replace it.</summary>
    public bool IsReadableByOthers { get; }

    internal RSA Rsa { get; }

    /// <summary>Reads a key.</summary>
    /// <exception cref="SigningKeyException">There is none that can sign.</exception>
    public static SigningKey Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string name = OneLine.Of(path);
        byte[] file = new byte[FileBytesMax + 1];
        char[] text = new char[FileBytesMax + 1];
        try
        {
            (int count, bool isReadableByOthers) = ReadFile(path, name, file);
            if (count > FileBytesMax)
            {
                throw new SigningKeyException($"{name} is larger than {FileBytesMax / 1024} KiB, which no key is", PemRemedy);
            }

            // PEM is ASCII; a byte that is not becomes a character that belongs to no key.
            return new SigningKey(KeyOf(name, text.AsSpan(0, Encoding.Latin1.GetChars(file, 0, count, text, 0))), isReadableByOthers);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(file);
            Array.Clear(text);
        }
    }

    /// <summary>Wipes the key.</summary>
    public void Dispose() => Rsa.Dispose();

    private static (int Count, bool IsReadableByOthers) ReadFile(string path, string name, byte[] file)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new SigningKeyException($"{name} is a folder", PemRemedy);
            }

            using SafeFileHandle handle = File.OpenHandle(path);
            const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
            bool isReadableByOthers = !OperatingSystem.IsWindows() && (File.GetUnixFileMode(handle) & Others) != 0;
            int count = 0;
            for (int read = 1; read > 0 && count < file.Length; count += read)
            {
                read = RandomAccess.Read(handle, file.AsSpan(count), count);
            }

            return (count, isReadableByOthers);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SigningKeyException($"{name} does not exist", PemRemedy);
        }
        catch (UnauthorizedAccessException)
        {
            throw new SigningKeyException($"{name} may not be read by the user that this program runs as", "make that user the owner of the file (chown), with mode 600");
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            throw new SigningKeyException($"{name} cannot be read: {OneLine.Of(e.Message)}", PemRemedy);
        }
    }

    private static RSA KeyOf(string name, ReadOnlySpan<char> text)
    {
        // The encryption of PKCS#1 stands in headers, which are no PEM (RFC 7468) and would make the block invisible.
        if (text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
        {
            throw Encrypted(name);
        }

        string passedOver = "";
        while (PemEncoding.TryFind(text, out PemFields fields))
        {
            string label = text[fields.Label].ToString();
            if (label.EndsWith("PRIVATE KEY", StringComparison.Ordinal))
            {
                byte[] der = new byte[fields.DecodedDataLength];
                try
                {
                    return Convert.TryFromBase64Chars(text[fields.Base64Data], der, out int length) ? KeyOf(name, label, der.AsSpan(0, length)) : throw Damaged(name);
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(der);
                }
            }

            passedOver = label;
            text = text[fields.Location.End..];
        }

        throw passedOver.Length > 0
            ? new SigningKeyException($"{name} holds a {passedOver.ToLowerInvariant()} and no private key", "write the path of the private key that belongs to it")
            : new SigningKeyException($"{name} holds no key in PEM", PemRemedy);
    }

    private static RSA KeyOf(string name, string label, ReadOnlySpan<byte> der)
    {
        RSA key = RSA.Create();
        try
        {
            switch (label)
            {
                case "PRIVATE KEY" when KeyAlgorithm.IsRsa(der):
                    key.ImportPkcs8PrivateKey(der, out _);
                    break;
                case "RSA PRIVATE KEY":
                    key.ImportRSAPrivateKey(der, out _);
                    break;
                case "ENCRYPTED PRIVATE KEY":
                    throw Encrypted(name);
                case "OPENSSH PRIVATE KEY":
                    throw new SigningKeyException($"{name} is in the format of OpenSSH", "write it anew as PEM: ssh-keygen -p -m PEM -f FILE");
                default:
                    throw new SigningKeyException($"{name} holds no RSA key", "make an RSA key and give its certificate to the app: Salesforce takes RS256 only");
            }

            return key.KeySize >= BitsMin ? key
                : throw new SigningKeyException($"{name} holds a key of {key.KeySize} bits", $"make one of {BitsMin} bits or more and give its certificate to the app");
        }
        catch (CryptographicException)
        {
            key.Dispose();
            throw Damaged(name);
        }
        catch (SigningKeyException)
        {
            key.Dispose();
            throw;
        }
    }

    private static SigningKeyException Encrypted(string name) =>
        new($"{name} is encrypted, and a node has nobody to ask for the pass phrase", "decrypt it to a file that only the node may read: openssl pkey -in FILE -out NEW, chmod 600 NEW");

    private static SigningKeyException Damaged(string name) => new($"{name} is damaged: it holds no whole RSA key", "copy the key anew");
}
