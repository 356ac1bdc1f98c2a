using ActorSync.TestKit;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Configuration.ConfigFixture;

namespace ActorSync.UnitTests.Configuration;

/// <summary>Secrets that stand in files of their own.</summary>
public sealed class SecretFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.Create();

    public SecretFileTests()
    {
        Write("url", "postgres://app:pg-password@db.example.com/crm\n");
        Write("secret", "sf-secret\r\n");
        Write("token", " sf refresh ");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_a_file_holds_is_the_value_without_its_last_line_end()
    {
        var config = Valid($$"""
            {{WithoutSecrets}}
            actorsync { postgres.url-file = "{{_folder["url"]}}", salesforce { client-secret-file = "{{_folder["secret"]}}", refresh-token-file = "{{_folder["token"]}}" } }
            """);

        config.Postgres.Url.ConnectionString.Reveal().ShouldContain("pg-password");
        config.Salesforce.ClientSecret!.Reveal().ShouldBe("sf-secret");
        config.Salesforce.RefreshToken!.Reveal().ShouldBe(" sf refresh ");
    }

    [Fact]
    public void What_is_wrong_with_a_file_is_told_without_a_word_of_it()
    {
        Write("url", "postgres://app:pg-password@db.example.com:99999/crm");
        Write("secret", "");
        System.IO.File.WriteAllBytes(_folder["token"], new byte[100_000]);
        var errors = ErrorsOf($$"""
            {{WithoutSecrets}}
            actorsync { postgres.url-file = "{{_folder["url"]}}", salesforce { client-secret-file = "{{_folder["secret"]}}", refresh-token-file = "{{_folder["token"]}}" } }
            """);

        errors.Length.ShouldBe(3);
        errors[0].ShouldContain("actorsync.postgres.url-file: names a file whose text names a port outside 1 to 65535");
        errors[1].ShouldContain("client-secret-file: names a file whose text is empty");
        errors[2].ShouldContain("refresh-token-file: names a file of more than 64 KiB");
        string.Concat(errors).ShouldNotContain("pg-password");
    }

    [Fact]
    public void File_that_is_missing_and_value_beside_its_file_are_mistakes()
    {
        var errors = ErrorsOf($$"""
            {{Minimal}}
            actorsync { postgres.url-file = "{{_folder["url"]}}", salesforce.refresh-token-file = "nowhere" }
            """);

        errors.Length.ShouldBe(2);
        errors[0].ShouldContain("actorsync.postgres.url-file: stands beside url, which says the same; remove one of the two");
        errors[1].ShouldContain($"names no file: {Path.GetFullPath("conf/nowhere")} does not exist");
    }

    [Fact]
    public void Neither_value_nor_file_is_a_mistake_where_one_is_needed() =>
        ErrorsOf(WithoutSecrets).Select(error => error.Contains("is missing", StringComparison.Ordinal)).ShouldBe([true, true]);

    private void Write(string file, string text) => System.IO.File.WriteAllText(_folder[file], text);
}
