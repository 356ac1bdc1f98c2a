using ActorSync.Provisioning;
using Shouldly;
using Xunit;

namespace ActorSync.UnitTests.Provisioning;

public sealed class SqlTextTests
{
    [Fact]
    public void Names_and_literals_cannot_end_early()
    {
        SqlText.Name("a\"b").ShouldBe("\"a\"\"b\"");
        SqlText.Literal("it's").ShouldBe("'it''s'");
        SqlText.Literal("""a\'b""").ShouldBe("""E'a\\''b'""");
        SqlText.ArrayText(["a", "b\"c", "d\\e"]).ShouldBe("""{"a","b\"c","d\\e"}""");
    }

    [Fact]
    public void Index_name_that_fits_is_plain() => SqlText.Fitting("hcu_idx", "account", "sfid").ShouldBe("hcu_idx_account_sfid");

    [Theory]
    [InlineData("tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt", "sfid")]
    [InlineData("ääääääääääääääääääääääääääääää", "systemmodstamp")]
    [InlineData("t", "a_column_name_of_the_greatest_length_that_there_is_in_postgresql")]
    [InlineData("😀😀😀😀😀😀😀😀😀😀😀😀😀😀", "sfid")]
    public void Long_index_name_is_cut_to_what_postgres_takes_and_stays_distinct(string table, string column)
    {
        var name = SqlText.Fitting("hcu_idx", table, column);
        SqlText.Bytes(name).ShouldBeLessThanOrEqualTo(SqlText.NameBytesMax);
        SqlText.Fitting("hcu_idx", table + "1", column).ShouldNotBe(name);
        name.ShouldNotContain('\uFFFD');
    }
}
