using System.Security.Cryptography;
using ActorSync.Salesforce.Session;
using ActorSync.TestKit;
using ActorSync.TestKit.Seeds;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Salesforce.Session;

public sealed class SigningKeyTests : IDisposable
{
    private readonly TemporaryFolder folder = TemporaryFolder.Create();

    // Theories go by name: a key has no place in the name of a test.
    private static readonly Dictionary<string, (string Pem, string Message, string WhatToDo)> Bad = new()
    {
        ["empty"] = ("", "holds no key in PEM", "openssl"),
        ["public key of ssh"] = ("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7", "holds no key in PEM", "openssl"),
        ["encrypted"] = (TestKey.Encrypted, "is encrypted", "openssl pkey"),
        ["encrypted PKCS#1"] = (
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----", "is encrypted", "openssl pkey"),
        ["certificate"] = (TestKey.Certificate, "holds a certificate and no private key", "that belongs to it"),
        ["public key"] = (TestKey.PublicKey, "holds a public key and no private key", "that belongs to it"),
        ["OpenSSH"] = ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----", "is in the format of OpenSSH", "ssh-keygen"),
        ["damaged PKCS#8"] = ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "is damaged", "copy"),
        ["damaged PKCS#1"] = ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----", "is damaged", "copy"),
        ["cut off"] = (TestKey.Pkcs8[..400], "holds no key in PEM", "openssl"),
        ["elliptic PKCS#8"] = (Elliptic(key => key.ExportPkcs8PrivateKeyPem()), "holds no RSA key", "RS256"),
        ["elliptic"] = (Elliptic(key => key.ExportECPrivateKeyPem()), "holds no RSA key", "RS256"),
        ["short"] = (Short(), "holds a key of 1024 bits", "2048"),
        ["large"] = (new string('x', SigningKey.FileBytesMax + 1), "is larger than 64 KiB", "openssl"),
    };

    private static readonly Dictionary<string, string> Good = new()
    {
        ["PKCS#8"] = TestKey.Pkcs8,
        ["PKCS#1"] = TestKey.Pkcs1,
        ["behind its certificate"] = TestKey.Certificate + "\n" + TestKey.Pkcs8,
        ["behind text, lines as Windows ends them"] = "Bag Attributes\n    friendlyName: app\n" + TestKey.Pkcs8.ReplaceLineEndings("\r\n"),
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("PKCS#8")]
    [InlineData("PKCS#1")]
    [InlineData("behind its certificate")]
    [InlineData("behind text, lines as Windows ends them")]
    public void Key_in_either_form_is_read_whatever_stands_before_it(string name)
    {
        using SigningKey key = SigningKey.Read(Write(Good[name]));

        key.Rsa.ExportSubjectPublicKeyInfoPem().ShouldBe(TestKey.PublicKey);
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("public key of ssh")]
    [InlineData("encrypted")]
    [InlineData("encrypted PKCS#1")]
    [InlineData("certificate")]
    [InlineData("public key")]
    [InlineData("OpenSSH")]
    [InlineData("damaged PKCS#8")]
    [InlineData("damaged PKCS#1")]
    [InlineData("cut off")]
    [InlineData("elliptic PKCS#8")]
    [InlineData("elliptic")]
    [InlineData("short")]
    [InlineData("large")]
    public void File_that_cannot_sign_is_told_with_its_name_and_what_to_do_and_nothing_of_what_is_in_it(string name)
    {
        (string pem, string message, string whatToDo) = Bad[name];
        string path = Write(pem);

        SigningKeyException e = Should.Throw<SigningKeyException>(() => SigningKey.Read(path));

        e.Message.ShouldStartWith($"{path} {message}");
        e.WhatToDo.ShouldContain(whatToDo);
        TestKey.ShouldNotBeIn(e.ToString());
        pem.Split('\n').Where(line => line.Length > 8 && !line.StartsWith('-') && e.ToString().Contains(line[..9])).ShouldBeEmpty();
    }

    [Fact]
    public void Missing_file_and_a_folder_are_told_by_name()
    {
        Should.Throw<SigningKeyException>(() => SigningKey.Read(folder["none.pem"])).Message.ShouldBe($"{folder["none.pem"]} does not exist");
        Should.Throw<SigningKeyException>(() => SigningKey.Read(folder["no/none.pem"])).Message.ShouldBe($"{folder["no/none.pem"]} does not exist");
        Should.Throw<SigningKeyException>(() => SigningKey.Read(folder.Path)).Message.ShouldBe($"{folder.Path} is a folder");
        Should.Throw<SigningKeyException>(() => SigningKey.Read("a\0b")).Message.ShouldNotContain("\0");
    }

    [Fact]
    public void File_that_may_not_be_read_is_told_so()
    {
        string path = Write(TestKey.Pkcs8);
        folder.SetMode("key.pem", UnixFileMode.None);

        // Nothing is closed to root.
        if (Environment.IsPrivilegedProcess)
        {
            using SigningKey key = SigningKey.Read(path);
            key.IsReadableByOthers.ShouldBeFalse();
            return;
        }

        SigningKeyException e = Should.Throw<SigningKeyException>(() => SigningKey.Read(path));
        e.Message.ShouldStartWith($"{path} may not be read");
        e.WhatToDo.ShouldContain("chown");
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherRead, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherWrite, true)]
    public void Key_that_all_users_can_read_or_replace_is_known(UnixFileMode mode, bool others)
    {
        string path = Write(TestKey.Pkcs8);
        folder.SetMode("key.pem", mode);

        using SigningKey key = SigningKey.Read(path);

        key.IsReadableByOthers.ShouldBe(others);
    }

    private static string Elliptic(Func<ECDsa, string> export)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return export(key);
    }

    private static string Short()
    {
        using RSA key = RSA.Create(1024);
        return key.ExportPkcs8PrivateKeyPem();
    }

    private string Write(string pem)
    {
        File.WriteAllText(folder["key.pem"], pem);
        return folder["key.pem"];
    }
}
