using System.Globalization;
using System.Text.Json;

namespace ActorSync.OrgSimulator.Http;

/// <summary>Fault rules as the JSON of <c>/simulator/faults</c>; the project's README documents it.</summary>
internal static class FaultJson
{
    /// <exception cref="FormatException">Something in the rule is missing, unknown or out of range; the message names it and says what to write.</exception>
    public static FaultRule Read(JsonElement rule)
    {
        if (rule.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("a fault is a JSON object such as {\"kind\":\"drop\",\"operation\":\"upsert\",\"count\":1}");
        }

        foreach (var property in rule.EnumerateObject())
        {
            if (!Known.Contains(property.Name))
            {
                throw new FormatException($"\"{property.Name}\" is no property of a fault; known are {string.Join(", ", Known)}");
            }
        }

        var probability = Number(rule, "probability") ?? 1;
        var count = Number(rule, "count");
        if (probability is < 0 or > 1)
        {
            throw new FormatException("\"probability\" must be between 0 and 1");
        }

        return count is < 1 or > int.MaxValue
            ? throw new FormatException("\"count\" must be at least 1")
            : new FaultRule(Fault(rule), Match(rule), probability, (int?)count, Milliseconds(rule, "windowMs"));
    }

    public static void Write(Utf8JsonWriter json, long id, FaultRule rule, int hits)
    {
        json.WriteStartObject();
        json.WriteNumber("id", id);
        json.WriteNumber("hits", hits);
        WriteFault(json, rule.Fault);
        WriteText(json, "operation", rule.Match.Operation);
        WriteText(json, "object", rule.Match.Type);
        WriteText(json, "client", rule.Match.ClientContains);
        WriteText(json, "api", rule.Match.Api);
        json.WriteNumber("probability", rule.Probability);
        if (rule.HitsMax is { } count)
        {
            json.WriteNumber("count", count);
        }

        if (rule.Window is { } window)
        {
            json.WriteNumber("windowMs", window.TotalMilliseconds);
        }

        json.WriteEndObject();
    }

    private static readonly HashSet<string> Known =
    [
        "kind", "operation", "object", "client", "api", "probability", "count", "windowMs", "code", "message", "fields", "recordProbability",
        "distribution", "ms", "minMs", "maxMs", "medianMs", "sigma", "at", "effect", "after", "mode", "behindMs", "afterChunks", "as", "left",
    ];

    private static CallMatch Match(JsonElement rule) => new(Text(rule, "operation"), Text(rule, "object"), Text(rule, "client"), Text(rule, "api"));

    private static OrgFault Fault(JsonElement rule) => Text(rule, "kind") switch
    {
        "latency" => new OrgFault.Latency(Delay(rule), Point(Text(rule, "at"))),
        "error" => new OrgFault.Error(Needed(rule, "code"), Text(rule, "message") ?? "set up by a fault of the simulator"),
        "dailyLimit" => new OrgFault.DailyLimit(Whole(rule, "left")),
        "rowError" => new OrgFault.RowError(
            Needed(rule, "code"), Text(rule, "message") ?? "set up by a fault of the simulator", Fields(rule), Number(rule, "recordProbability") ?? 1),
        "drop" => new OrgFault.DropAnswer(Choice(rule, "after", "effect", "half") == "half"),
        "hang" => new OrgFault.Hang(Choice(rule, "effect", "applied", "never") == "never" ? HangEffect.Never : HangEffect.Applied),
        "refuse" => new OrgFault.Refuse(Choice(rule, "mode", "reset", "503") == "reset"),
        "expireSession" => new OrgFault.ExpireSession(),
        "commitLate" => new OrgFault.CommitLate(Milliseconds(rule, "behindMs") ?? throw new FormatException("\"behindMs\" is missing: how far SystemModstamp lies in the past")),
        "failJob" => new OrgFault.FailJob(Whole(rule, "afterChunks"), Text(rule, "message") ?? "InternalServerError : set up by a fault of the simulator"),
        "forgetClient" => new OrgFault.ForgetClient(),
        "expireReplay" => new OrgFault.ExpireReplay(),
        "loseEvent" => new OrgFault.LoseEvent(Choice(rule, "as", "gap", "overflow") == "overflow"),
        "repeatEvents" => new OrgFault.RepeatEvents(),
        "reorderEvents" => new OrgFault.ReorderEvents(),
        var kind => throw new FormatException(
            $"\"kind\" is \"{kind}\"; it must be latency, error, dailyLimit, rowError, drop, hang, refuse, expireSession, commitLate, failJob, forgetClient, expireReplay, loseEvent, repeatEvents or reorderEvents"),
    };

    private static LatencyDistribution Delay(JsonElement rule) => Choice(rule, "distribution", "fixed", "uniform", "lognormal") switch
    {
        "uniform" => new LatencyDistribution.Uniform(NeededTime(rule, "minMs"), NeededTime(rule, "maxMs")),
        "lognormal" => new LatencyDistribution.Lognormal(NeededTime(rule, "medianMs"), Number(rule, "sigma") ?? 1, NeededTime(rule, "maxMs")),
        _ => new LatencyDistribution.Fixed(NeededTime(rule, "ms")),
    };

    private static HoldPoint Point(string? at) => at switch
    {
        null or "beforeEffect" => HoldPoint.BeforeEffect,
        "onTheWay" => HoldPoint.OnTheWay,
        "afterEffect" => HoldPoint.AfterEffect,
        _ => throw new FormatException($"\"at\" is \"{at}\"; it must be onTheWay, beforeEffect or afterEffect"),
    };

    private static void WriteFault(Utf8JsonWriter json, OrgFault fault)
    {
        switch (fault)
        {
            case OrgFault.Latency f:
                json.WriteString("kind", "latency");
                json.WriteString("at", f.At switch { HoldPoint.OnTheWay => "onTheWay", HoldPoint.AfterEffect => "afterEffect", _ => "beforeEffect" });
                WriteDelay(json, f.Delay);
                break;
            case OrgFault.Error f:
                WriteError(json, "error", f.Code, f.Message);
                break;
            case OrgFault.DailyLimit f:
                json.WriteString("kind", "dailyLimit");
                json.WriteNumber("left", f.Left);
                break;
            case OrgFault.RowError f:
                WriteError(json, "rowError", f.StatusCode, f.Message);
                json.WriteNumber("recordProbability", f.RecordProbability);
                break;
            case OrgFault.DropAnswer f:
                WriteKind(json, "drop", "after", f.AfterHalf ? "half" : "effect");
                break;
            case OrgFault.Hang f:
                WriteKind(json, "hang", "effect", f.Effect == HangEffect.Never ? "never" : "applied");
                break;
            case OrgFault.Refuse f:
                WriteKind(json, "refuse", "mode", f.Reset ? "reset" : "503");
                break;
            case OrgFault.ExpireSession:
                json.WriteString("kind", "expireSession");
                break;
            case OrgFault.LoseEvent f:
                WriteKind(json, "loseEvent", "as", f.Overflow ? "overflow" : "gap");
                break;
            case OrgFault.ForgetClient:
                json.WriteString("kind", "forgetClient");
                break;
            case OrgFault.ExpireReplay:
                json.WriteString("kind", "expireReplay");
                break;
            case OrgFault.RepeatEvents:
                json.WriteString("kind", "repeatEvents");
                break;
            case OrgFault.ReorderEvents:
                json.WriteString("kind", "reorderEvents");
                break;
            case OrgFault.CommitLate f:
                json.WriteString("kind", "commitLate");
                json.WriteNumber("behindMs", f.Behind.TotalMilliseconds);
                break;
            case OrgFault.FailJob f:
                json.WriteString("kind", "failJob");
                json.WriteNumber("afterChunks", f.AfterChunks);
                json.WriteString("message", f.Message);
                break;
            default:
                throw new InvalidOperationException($"{fault.GetType().Name} has no JSON");
        }
    }

    private static void WriteDelay(Utf8JsonWriter json, LatencyDistribution delay)
    {
        switch (delay)
        {
            case LatencyDistribution.Fixed d:
                json.WriteString("distribution", "fixed");
                json.WriteNumber("ms", d.Delay.TotalMilliseconds);
                break;
            case LatencyDistribution.Uniform d:
                json.WriteString("distribution", "uniform");
                json.WriteNumber("minMs", d.DelayMin.TotalMilliseconds);
                json.WriteNumber("maxMs", d.DelayMax.TotalMilliseconds);
                break;
            case LatencyDistribution.Lognormal d:
                json.WriteString("distribution", "lognormal");
                json.WriteNumber("medianMs", d.Median.TotalMilliseconds);
                json.WriteNumber("sigma", d.Sigma);
                json.WriteNumber("maxMs", d.DelayMax.TotalMilliseconds);
                break;
            default:
                throw new InvalidOperationException($"{delay.GetType().Name} has no JSON");
        }
    }

    private static void WriteKind(Utf8JsonWriter json, string kind, string name, string value)
    {
        json.WriteString("kind", kind);
        json.WriteString(name, value);
    }

    private static void WriteError(Utf8JsonWriter json, string kind, string code, string message)
    {
        json.WriteString("kind", kind);
        json.WriteString("code", code);
        json.WriteString("message", message);
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static int Whole(JsonElement rule, string name) => Number(rule, name) switch
    {
        null => 0,
        < 0 or > int.MaxValue => throw new FormatException($"\"{name}\" must be between 0 and {int.MaxValue}"),
        { } number => (int)number,
    };

    private static string[] Fields(JsonElement rule) =>
        rule.TryGetProperty("fields", out var fields) && fields.ValueKind == JsonValueKind.Array ? [.. fields.EnumerateArray().Select(f => f.ToString())] : [];

    /// <summary>One of the given values; the first when absent.</summary>
    private static string Choice(JsonElement rule, string name, params string[] values)
    {
        var given = Text(rule, name) ?? values[0];
        return values.Contains(given) ? given : throw new FormatException($"\"{name}\" is \"{given}\"; it must be {string.Join(" or ", values)}");
    }

    private static string? Text(JsonElement rule, string name) =>
        !rule.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null : value.ToString();

    private static string Needed(JsonElement rule, string name) => Text(rule, name) ?? throw new FormatException($"\"{name}\" is missing");

    private static double? Number(JsonElement rule, string name)
    {
        if (Text(rule, name) is not { } text)
        {
            return null;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw new FormatException($"\"{name}\" is \"{text}\"; it must be a number");
    }

    private static TimeSpan? Milliseconds(JsonElement rule, string name) => Number(rule, name) switch
    {
        null => null,
        < 0 or > int.MaxValue => throw new FormatException($"\"{name}\" must be between 0 and {int.MaxValue} milliseconds"),
        { } ms => TimeSpan.FromMilliseconds(ms),
    };

    private static TimeSpan NeededTime(JsonElement rule, string name) => Milliseconds(rule, name) ?? throw new FormatException($"\"{name}\" is missing: milliseconds");
}
