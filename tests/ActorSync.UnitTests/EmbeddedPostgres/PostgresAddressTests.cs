using ActorSync.EmbeddedPostgres;
using Npgsql;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.EmbeddedPostgres;

public sealed class PostgresAddressTests
{
    [Fact]
    public void A_url_is_read_with_its_escapes_and_options()
    {
        var settings = PostgresAddress.Parse("postgres://ada:p%40ss%3Aw%2Frd@db.example:5433/my%20db?sslmode=verify-full&application_name=me", "X");

        (settings.Host, settings.Port, settings.Username, settings.Password, settings.Database)
            .ShouldBe(("db.example", 5433, "ada", "p@ss:w/rd", "my db"));
        (settings.SslMode, settings.ApplicationName).ShouldBe((SslMode.VerifyFull, "me"));
    }

    [Fact]
    public void What_a_url_leaves_out_keeps_its_default()
    {
        var settings = PostgresAddress.Parse("postgresql://[::1]/db", "X");

        (settings.Host, settings.Port, settings.Username, settings.Password).ShouldBe(("::1", 5432, null, null));
    }

    [Fact]
    public void An_npgsql_string_is_taken_as_it_is() =>
        PostgresAddress.Parse("Host=h;Port=1;Username=u;Password=p;Database=d", "X").Database.ShouldBe("d");

    [Theory]
    [InlineData("postgres://user:hunter2@:notaport/x")]
    [InlineData("hunter2")]
    [InlineData("postgres://user:hunter2@h/db?sslmode=sometimes")]
    [InlineData("postgres://user:hunter2@h/db?colour=blue")]
    public void Anything_else_is_refused_by_the_name_of_its_origin_without_repeating_it(string address)
    {
        var refusal = Should.Throw<PostgresServerException>(() => PostgresAddress.Parse(address, "ACTORSYNC_POSTGRES"));

        refusal.Message.ShouldStartWith("ACTORSYNC_POSTGRES is not a PostgreSQL address");
        refusal.Message.ShouldNotContain("hunter2");
    }
}
