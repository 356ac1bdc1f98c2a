using System.Collections.Immutable;
using System.Globalization;
using ActorSync.Domain.Mapping;
using ActorSync.Runtime.Hosting;

namespace ActorSync.Provisioning;

/// <summary>
/// The triggers of a mapped table. Triggers fire in the order of their names: "!" sorts before letters, so capture is the first AFTER trigger and what an
/// application's trigger changes again is logged after what caused it; "zz" makes ours the last BEFORE triggers, which see the row as it will be stored.
/// For the same reason they are not UPDATE OF: that looks at the statement's columns only, not at what BEFORE triggers change. The exception are fields of
/// intent, where what the statement names is the question: a trigger for each, which sorts before capture and notes for it, row by row, that the statement
/// set the column to what it was. Pure.
/// </summary>
internal static class TableTriggers
{
    public static ImmutableArray<TriggerPlan> Of(TablePlan plan)
    {
        var mapping = plan.Mapping;
        var columns = mapping.Fields.Select(field => field.Column).ToImmutableArray();
        ImmutableArray<string> kept = [mapping.ExternalIdColumn, .. columns];
        ImmutableArray<string> captured = [mapping.Number.ToString(CultureInfo.InvariantCulture), mapping.ExternalIdColumn, SqlText.ArrayText(columns)];
        var shared = ImmutableArray.Create(
            new TriggerPlan("!actorsync_capture", TriggerEvents.RowChanges, mapping.Fields.Any(HasSessionsText) ? "capture" : "capture_plain")
            {
                Arguments = [.. captured, .. HasIntent(mapping)],
            },
            new TriggerPlan("zz_actorsync_revise", TriggerEvents.Before | TriggerEvents.Row | TriggerEvents.Insert | TriggerEvents.Update, "revise")
            {
                Arguments = mapping.Access == MappingAccess.ReadOnly ? [] : [SqlText.ArrayText(columns)],
            },
            new TriggerPlan("zz_actorsync_truncate", TriggerEvents.Before | TriggerEvents.Truncate, plan.TruncateDeletes ? "capture_truncate" : "refuse_truncate")
            {
                Arguments = plan.TruncateDeletes ? captured : [],
            });
        return mapping.Access == MappingAccess.ReadOnly
            ?
            [
                .. shared,
                new("zz_actorsync_read_only", TriggerEvents.Before | TriggerEvents.Row | TriggerEvents.Insert | TriggerEvents.Delete, "refuse_write"),
                new("zz_actorsync_read_only_update", TriggerEvents.Before | TriggerEvents.Row | TriggerEvents.Update, "refuse_write") { WhenDistinct = kept },
            ]
            :
            [
                .. shared,
                .. mapping.Fields.Where(field => field.Intent).Select(Asserts),
                // PostgreSQL lets nobody drop a column, or change its type behind the back of capture, that a trigger names: this one does nothing else, and costs nothing.
                new("zz_actorsync_pending", TriggerEvents.Before | TriggerEvents.Row | TriggerEvents.Update, "mark_pending") { WhenDistinct = kept, IsDisabled = true },
            ];
    }

    // Its text depends on the DateStyle or the TimeZone of the application's session, unless capture sets them for each row.
    private static bool HasSessionsText(FieldMapping field) => field.Kind is FieldKind.Date or FieldKind.Instant or FieldKind.TimeOfDay;

    // The fourth argument: capture looks for notes.
    private static ImmutableArray<string> HasIntent(ObjectMapping mapping) => mapping.Fields.Any(field => field.Intent) ? ["intent"] : [];

    // A column that did change is in the difference anyway.
    private static TriggerPlan Asserts(FieldMapping field) =>
        new(SqlText.Fitting("!actorsync", "asserts", field.Column), TriggerEvents.Row | TriggerEvents.Update, "note_intent")
        {
            Arguments = [field.Column],
            UpdateOf = field.Column,
            WhenSame = field.Column,
        };
}

/// <summary>When a trigger fires; the bits of pg_trigger.tgtype (PostgreSQL: src/include/catalog/pg_trigger.h).</summary>
[Flags]
internal enum TriggerEvents
{
    None = 0,
    Row = 1,
    Before = 2,
    Insert = 4,
    Delete = 8,
    Update = 16,
    Truncate = 32,

    /// <summary>AFTER each row that is inserted, updated or deleted.</summary>
    RowChanges = Row | Insert | Update | Delete,
}

/// <summary>A trigger a mapped table should have.</summary>
/// <param name="Function">Function of the engine schema.</param>
internal sealed record TriggerPlan(string Name, TriggerEvents Events, string Function)
{
    /// <summary>What the function gets.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>The trigger fires only when one of these columns changes; empty: always.</summary>
    public ImmutableArray<string> WhenDistinct { get; init; } = [];

    /// <summary>The trigger fires only when this column stays as it was; null: always.</summary>
    public string? WhenSame { get; init; }

    /// <summary>The trigger fires only for statements that set this column; null: for all.</summary>
    public string? UpdateOf { get; init; }

    /// <summary>The trigger never fires: its columns are kept by it.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>Columns the trigger depends on.</summary>
    public IEnumerable<string> Columns => WhenDistinct.Union(new[] { WhenSame, UpdateOf }.OfType<string>());

    /// <summary>The statements that bring the trigger to a table, over one of the same name. It fires in replicas' sessions too (enable always), unless it never does.</summary>
    public IEnumerable<string> Create(ObjectMapping mapping)
    {
        var table = SqlText.Name(mapping.Schema, mapping.Table);
        yield return $"create or replace trigger {SqlText.Name(Name)} {EventsSql} on {table} for each {(Events.HasFlag(TriggerEvents.Row) ? "row" : "statement")}{WhenSql} " +
            $"execute function {SqlText.Name(RuntimeOptions.Schema, Function)}({string.Join(", ", Arguments.Select(SqlText.Literal))})";
        yield return $"alter table {table} {(IsDisabled ? "disable" : "enable always")} trigger {SqlText.Name(Name)}";
    }

    private string EventsSql
    {
        get
        {
            TriggerEvents[] all = [TriggerEvents.Insert, TriggerEvents.Update, TriggerEvents.Delete, TriggerEvents.Truncate];
            var names = all.Where(one => Events.HasFlag(one)).Select(one => one.ToString().ToLowerInvariant())
                .Select(name => name == "update" && UpdateOf is not null ? $"update of {SqlText.Name(UpdateOf)}" : name);
            return $"{(Events.HasFlag(TriggerEvents.Before) ? "before" : "after")} {string.Join(" or ", names)}";
        }
    }

    private string WhenSql =>
        WhenSame is not null ? $" when (old.{SqlText.Name(WhenSame)} is not distinct from new.{SqlText.Name(WhenSame)})"
        : WhenDistinct.IsEmpty ? ""
        : $" when (({Distinct("old")}) is distinct from ({Distinct("new")}))";

    private string Distinct(string row) => string.Join(", ", WhenDistinct.Select(column => $"{row}.{SqlText.Name(column)}"));
}
