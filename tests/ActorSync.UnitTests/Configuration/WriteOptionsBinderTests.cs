using ActorSync.Configuration;
using Shouldly;
using Xunit;
using static ActorSync.UnitTests.Configuration.ConfigFixture;

namespace ActorSync.UnitTests.Configuration;

/// <summary>assignment-rule, duplicate-rules and field-truncation: what a mapping takes over, and every way to get one wrong.</summary>
public sealed class WriteOptionsBinderTests
{
    private const string Rule = "01Q5g000000abcdEAA";

    [Fact]
    public void Nothing_is_asked_for_by_default()
    {
        var mapping = Valid(Minimal).Mappings.ShouldHaveSingleItem();
        (mapping.AssignmentRule, mapping.DuplicateRules, mapping.FieldTruncation).ShouldBe((AssignmentRuleChoice.Off, DuplicateRulesConfig.Refuse, FieldTruncationConfig.Refuse));
    }

    [Fact]
    public void Mapping_takes_over_what_it_can_use_and_overrides_what_it_says()
    {
        var mappings = Valid($$"""
            {{Minimal}}
            actorsync.mapping-defaults { assignment-rule = default, duplicate-rules = allow-save, field-truncation = allow }
            actorsync.mappings = [
              { object = Account, fields = [Name] }
              { object = Contact, duplicate-rules = refuse, fields = [LastName] }
              { object = Lead, assignment-rule = {{Rule}}, field-truncation = refuse, fields = [LastName] }
              { object = Case, assignment-rule = off, fields = [Subject] }
              { object = Task, access = read_only, fields = [Subject] }
            ]
            """).Mappings;
        mappings.Select(m => m.AssignmentRule).ShouldBe(
            [AssignmentRuleChoice.Default, AssignmentRuleChoice.Off, new AssignmentRuleChoice(IsDefault: false, Rule), AssignmentRuleChoice.Off, AssignmentRuleChoice.Off]);
        mappings.Select(m => m.DuplicateRules == DuplicateRulesConfig.AllowSave).ShouldBe([true, false, true, true, false]);
        mappings.Select(m => m.FieldTruncation == FieldTruncationConfig.Allow).ShouldBe([true, true, false, true, false]);
    }

    [Fact]
    public void Rule_of_the_connection_is_taken_over_by_its_object_alone_and_kept_in_18_characters()
    {
        var loaded = Load($$"""
            {{Minimal}}
            actorsync.mapping-defaults.assignment-rule = {{Rule[..15]}}
            actorsync.mappings = [ { object = account, fields = [Name] }, { object = lead, fields = [LastName] } ]
            """);
        loaded.Report.ProblemsToText().ShouldBe("0 errors, 0 warnings\n");
        loaded.Config!.Mappings.Select(m => m.AssignmentRule.Id).ShouldBe([null, Rule]);
        loaded.Report.Values.Where(v => v.Key.EndsWith("assignment-rule", StringComparison.Ordinal)).Select(v => v.Value).ShouldBe([Rule, "off", Rule]);
    }

    [Theory]
    [InlineData("{ object = Contact, assignment-rule = default, fields = [A] }", "mappings[0].assignment-rule: Contact has no assignment rules, only Account, Case and Lead have; remove it")]
    [InlineData("{ object = Account, assignment-rule = 01Q5g000000abcdEAA, fields = [A] }", "mappings[0].assignment-rule: Account takes no rule by its id: all of its territory rules run, or none; write assignment-rule = default")]
    [InlineData("{ object = Case, access = read_only, assignment-rule = default, fields = [A] }", "mappings[0].assignment-rule: the mapping is read_only, nothing is written to Salesforce; remove it, or write access = read_write in the mapping")]
    [InlineData("{ object = Case, assignment-rule = on, fields = [A] }", "mappings[0].assignment-rule: \"on\" is neither off nor default nor the id of a rule; write off, default, or the id of a rule such as \"01Q5g000000abcdEAA\"")]
    [InlineData("{ object = Case, assignment-rule = 01Q5g000000abc, fields = [A] }", "mappings[0].assignment-rule: \"01Q5g000000abc\" is no id: it has 14 characters, not 15 or 18; write off, default, or the id of a rule such as \"01Q5g000000abcdEAA\"")]
    [InlineData("{ object = Case, assignment-rule = 01Q5g000000abc_, fields = [A] }", "mappings[0].assignment-rule: \"01Q5g000000abc_\" is no id: it holds more than letters and digits; write off, default, or the id of a rule such as \"01Q5g000000abcdEAA\"")]
    [InlineData("{ object = Case, assignment-rule = 00Q5g000000abcd, fields = [A] }", "mappings[0].assignment-rule: \"00Q5g000000abcd\" is not the id of an assignment rule, which begins with 01Q; write off, default, or the id of a rule such as \"01Q5g000000abcdEAA\"")]
    [InlineData("{ object = Case, assignment-rule = 01Q5g000000ABCDEAA, fields = [A] }", "mappings[0].assignment-rule: \"01Q5g000000ABCDEAA\" is no id: its last three characters do not go with the others; write off, default, or the id of a rule such as \"01Q5g000000abcdEAA\"")]
    [InlineData("{ object = Case, assignment-rule = 01Q5g000000abcd, fields = [A] }, { object = Lead, assignment-rule = 01Q5g000000abcdEAA, fields = [A] }", "mappings[1].assignment-rule: the rule 01Q5g000000abcdEAA is that of Case at conf/my.conf:10, and a rule belongs to one object; write assignment-rule = default, or a rule of Lead")]
    [InlineData("{ object = Case, duplicate-rules = allow, fields = [A] }", "mappings[0].duplicate-rules: \"allow\" is none of the choices; write refuse or allow-save")]
    [InlineData("{ object = Case, access = read_only, duplicate-rules = allow-save, fields = [A] }", "mappings[0].duplicate-rules: the mapping is read_only, nothing is written to Salesforce; remove it, or write access = read_write in the mapping")]
    [InlineData("{ object = Case, field-truncation = true, fields = [A] }", "mappings[0].field-truncation: \"true\" is none of the choices; write refuse or allow")]
    [InlineData("{ object = Case, access = read_only, field-truncation = allow, fields = [A] }", "mappings[0].field-truncation: the mapping is read_only, nothing is written to Salesforce; remove it, or write access = read_write in the mapping")]
    public void Wrong_option_is_one_error(string mappings, string expected) =>
        ErrorsOfMinimalAnd($"actorsync.mappings = [ {mappings} ]").ShouldBe([$"conf/my.conf:10: actorsync.{expected}"]);

    [Fact]
    public void All_mistakes_are_told_at_once() =>
        ErrorsOf($$"""
            {{Minimal}}
            actorsync.mapping-defaults { assignment-rule = 01Q, duplicate-rules = no, field-truncation = no }
            actorsync.mappings = [ { object = Contact, assignment-rule = default, duplicate-rules = no, fields = [A] } ]
            """).Length.ShouldBe(5);
}
