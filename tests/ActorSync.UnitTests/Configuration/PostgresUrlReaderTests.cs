using ActorSync.Configuration;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Configuration;

public sealed class PostgresUrlReaderTests
{
    [Theory]
    [InlineData("postgres://app:secret@db.example.com:6432/crm?sslmode=verify-full&application_name=sync&connect_timeout=7")]
    [InlineData("postgresql://app:secret@db.example.com:6432/crm?sslmode=verify-full&application_name=sync&connect_timeout=7")]
    [InlineData("Host=db.example.com;Port=6432;Username=app;Password=secret;Database=crm;SSL Mode=VerifyFull;Application Name=sync;Timeout=7")]
    public void Both_forms_are_read(string text)
    {
        var (url, _, _) = PostgresUrlReader.Read(text);
        url.ShouldNotBeNull().ToString().ShouldBe("postgres://app@db.example.com:6432/crm");
        var npgsql = new NpgsqlConnectionStringBuilder(url.ConnectionString.Reveal());
        (npgsql.Password, npgsql.SslMode, npgsql.ApplicationName, npgsql.Timeout).ShouldBe(("secret", SslMode.VerifyFull, "sync", 7));
    }

    [Fact]
    public void Percent_encoded_parts_are_decoded()
    {
        var (url, _, _) = PostgresUrlReader.Read("postgres://a%40b:p%3A%2F%40%3Bss@[::1]/my%20db");
        url.ShouldNotBeNull();
        (url.User, url.Host, url.Port, url.Database).ShouldBe(("a@b", "::1", 5432, "my db"));
        new NpgsqlConnectionStringBuilder(url.ConnectionString.Reveal()).Password.ShouldBe("p:/@;ss");
    }

    [Fact]
    public void Socket_folder_stands_in_the_host_parameter() =>
        PostgresUrlReader.Read("postgres://app@/crm?host=/run/postgresql").Url.ShouldNotBeNull().Host.ShouldBe("/run/postgresql");

    [Theory]
    [InlineData("", "names no Host")]
    [InlineData("Host=db;Username=app", "names no Database")]
    [InlineData("Host=db;Password=pa;sesame;Username=app;Database=crm", "is not a connection string that Npgsql understands")]
    [InlineData("mysql://app:sesame@db/crm", "is not a postgres:// URL")]
    [InlineData("postgres://app:ses@me@db/crm", "is not a postgres:// URL")]
    [InlineData("postgres://app:sesame@db", "names no database")]
    [InlineData("postgres://db/crm", "names no user")]
    [InlineData("postgres://app:sesame@/crm", "names no host")]
    [InlineData("postgres://app:sesame@db:99999/crm", "names a port outside 1 to 65535")]
    [InlineData("postgres://app@db/crm?password=sesame", "has a parameter that is not known")]
    [InlineData("postgres://app@db/crm?sslmode=sesame", "has a parameter sslmode with a value that is not possible")]
    public void What_is_wrong_is_said_without_the_text(string text, string message)
    {
        var (url, actual, remedy) = PostgresUrlReader.Read(text);
        url.ShouldBeNull();
        actual.ShouldBe(message);
        remedy.ShouldStartWith("write ");
        (actual + remedy).ShouldNotContain("sesame");
    }
}
