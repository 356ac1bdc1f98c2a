using ActorSync.Domain.Mapping;
using ActorSync.TestKit.Memory;
using Shouldly;

namespace ActorSync.Simulation.Stories;

/// <summary>The documented anomalies of two-way sync (record-semantics), each played in the order that hurts most. A story throws when the product does not hold.</summary>
public static class Anomalies
{
    private static readonly Dictionary<string, Action> Stories = new(StringComparer.Ordinal)
    {
        [nameof(FlipFlop)] = FlipFlop,
        [nameof(FlipFlopByALateRead)] = FlipFlopByALateRead,
        [nameof(RevivedDelete)] = RevivedDelete,
        [nameof(ReinsertMerged)] = ReinsertMerged,
        [nameof(ReinsertMergedWhileTheBirthIsOutside)] = ReinsertMergedWhileTheBirthIsOutside,
        [nameof(ReinsertOrdered)] = ReinsertOrdered,
        [nameof(Counter)] = Counter,
        [nameof(LostUpdate)] = LostUpdate,
        [nameof(LostUpdateOfIntent)] = LostUpdateOfIntent,
    };

    /// <summary>Names of all stories.</summary>
    public static IReadOnlyCollection<string> Names => Stories.Keys;

    /// <summary>Plays a story; what did not hold, or null.</summary>
    public static string? Failure(string name)
    {
        var caller = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            Stories[name]();
            return null;
        }
        catch (Exception error)
        {
            return error.Message;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(caller);
        }
    }

    // v1 is read while v2 is on its way.
    private static void FlipFlop()
    {
        var stage = new Stage();
        var (key, _) = stage.Account("v0");
        stage.Poll();
        stage.Set(key, ("Name", "v1"));
        stage.Pass(0.4);
        stage.Next("update", way: 1.8, back: 0.05);
        stage.Set(key, ("Name", "v2"));
        stage.Pass(1.7);
        stage.Rest();
        stage.History(key, "Name").ShouldBe(["v0", "v1", "v2"]);
        stage.InSalesforce(key, "Name").ShouldBe(["v2"]);
    }

    // v1 was read before v2 was sent, and the answer of that read comes after the answer of v2.
    private static void FlipFlopByALateRead()
    {
        var stage = new Stage();
        var (key, _) = stage.Account("v0");
        stage.Poll();
        stage.Set(key, ("Name", "v1"));
        stage.Pass(0.4);
        stage.Poll(3);
        stage.Set(key, ("Name", "v2"));
        stage.Pass(0.4);
        stage.InSalesforce(key, "Name").ShouldBe(["v2"]);
        stage.Rest();
        stage.History(key, "Name").ShouldBe(["v0", "v1", "v2"]);
        stage.InSalesforce(key, "Name").ShouldBe(["v2"]);
    }

    // Salesforce changes the record while the delete is on its way.
    private static void RevivedDelete()
    {
        var stage = new Stage();
        var (key, sfid) = stage.Account("v0");
        stage.Next("delete", way: 1.8, back: 0.05);
        stage.Application(statements => statements.Delete(SimulatedMappings.Account, key));
        stage.Pass(0.3);
        stage.Edit(sfid, "Name", "changed meanwhile");
        stage.Pass(1.4);
        stage.InSalesforce(key, "Name").ShouldBe(["changed meanwhile"]);
        stage.Rest();
        stage.History(key, "Name").ShouldBe(["v0", "gone"]);
        stage.InSalesforce(key, "Name").ShouldBeEmpty();
    }

    // In one transaction, and in two before the next turn.
    private static void ReinsertMerged()
    {
        var stage = new Stage();
        Guid[] keys = [Key(1), Key(2)];
        stage.Application(statements =>
        {
            Insert(statements, keys[0]);
            statements.Delete(SimulatedMappings.Account, keys[0]);
        });
        stage.Application(statements => Insert(statements, keys[1]));
        stage.Application(statements => statements.Delete(SimulatedMappings.Account, keys[1]));
        stage.Rest();
        foreach (var key in keys)
        {
            stage.History(key, "Name").ShouldBe(["short", "gone"]);
            stage.Births(key).ShouldBe(0);
        }
    }

    private static void ReinsertMergedWhileTheBirthIsOutside()
    {
        var stage = new Stage();
        stage.Next("upsert", way: 1.5, back: 0.3);
        stage.Application(statements => Insert(statements, Key(1)));
        stage.Pass(0.4);
        stage.Application(statements => statements.Delete(SimulatedMappings.Account, Key(1)));
        stage.Pass(3);
        stage.Rest();
        stage.History(Key(1), "Name").ShouldBe(["short", "gone"]);
        stage.Births(Key(1)).ShouldBe(1);
        stage.InSalesforce(Key(1), "Name").ShouldBeEmpty();
    }

    // The node dies before it hears of the birth, and somebody deletes the record before another one asks.
    private static void ReinsertOrdered()
    {
        var stage = new Stage(account => account with { Mode = WriteMode.Ordered });
        stage.Next("upsert", way: 0.05, back: null);
        stage.Application(statements => Insert(statements, Key(1)));
        stage.Pass(0.2);
        stage.Births(Key(1)).ShouldBe(1);
        stage.Crash();
        stage.DeleteInSalesforce(stage.Sfid(Key(1)));
        stage.Pass(15);
        stage.Rest();
        stage.History(Key(1), "Name").ShouldBe(["short", "gone"]);
        stage.Births(Key(1)).ShouldBe(1);
    }

    // One side counts: 1 comes back while 2 is on its way, and the application adds to what the row says.
    private static void Counter()
    {
        var stage = new Stage();
        var (key, _) = stage.Account("counts");
        stage.Set(key, ("Fax", "0"));
        stage.Rest();
        stage.Poll();
        Count(stage, key);
        stage.Pass(0.4);
        stage.Next("update", way: 1.8, back: 0.05);
        Count(stage, key);
        stage.Pass(1.7);
        Count(stage, key);
        stage.Rest();
        stage.History(key, "Fax").ShouldBe(["0", "1", "2", "3"]);
        stage.InSalesforce(key, "Fax").ShouldBe(["3"]);
    }

    // The application wants B as it was before: had the row flipped back to that by a late read, its update would change nothing and be lost.
    private static void LostUpdate()
    {
        var stage = new Stage();
        var (key, _) = stage.Account("a0", "b0");
        stage.Poll();
        stage.Set(key, ("Phone", "b1"));
        stage.Pass(0.4);
        stage.Poll(3);
        stage.SlowQuery(3);
        stage.Set(key, ("Phone", "b2"));
        stage.Pass(3.5);
        stage.Set(key, ("Name", "a1"), ("Phone", "b1"));
        stage.Rest();
        (stage.InRow(key, "Name"), stage.InRow(key, "Phone")).ShouldBe(("a1", "b1"));
        (stage.InSalesforce(key, "Name")[0], stage.InSalesforce(key, "Phone")[0]).ShouldBe(("a1", "b1"));
    }

    // B is set to what it was after Salesforce has changed it, and nobody here has seen that.
    private static void LostUpdateOfIntent()
    {
        var stage = new Stage(account => account with { Fields = [.. account.Fields.Select(field => field with { Intent = field.Name == "Phone" })] });
        var (key, sfid) = stage.Account("a0", "b0");
        stage.Set(key, ("Phone", "ours"));
        stage.Rest();
        stage.Poll(6);
        stage.Edit(sfid, "Phone", "theirs");
        stage.Pass(3);
        stage.Set(key, ("Phone", "ours"));
        stage.Rest();
        stage.InRow(key, "Phone").ShouldBe("ours");
        stage.InSalesforce(key, "Phone").ShouldBe(["ours"]);
    }

    private static void Count(Stage stage, Guid key) =>
        stage.Set(key, ("Fax", (int.Parse(stage.InRow(key, "Fax")!, System.Globalization.CultureInfo.InvariantCulture) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)));

    private static void Insert(MemoryStatements statements, Guid key) => statements.Insert(SimulatedMappings.Account, key, ("Name", "short"));

    private static Guid Key(int number) => new(number, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 1);
}
