namespace ActorSync.OrgSimulator.Soql;

/// <summary>The days of a date literal: from <paramref name="Start"/> up to, not including, <paramref name="End"/>. Days are UTC and weeks begin on Sunday, as for a user in GMT with the en_US locale.</summary>
internal readonly record struct Period(DateOnly Start, DateOnly End)
{
    private static readonly string[] Units = ["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"];

    public DateTimeOffset StartTime => new(Start.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    public DateTimeOffset EndTime => new(End.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    public static bool IsName(string word) => Parts(word) is not null;

    public static bool NeedsCount(string word) => Parts(word)!.Value.Counted;

    /// <param name="word">TODAY, THIS_WEEK, LAST_90_DAYS, NEXT_N_MONTHS ...</param>
    /// <param name="count">The n of the forms with N.</param>
    public static Period Of(string word, int count, DateOnly today)
    {
        (string which, string unit, _) = Parts(word)!.Value;
        switch (which)
        {
            case "YESTERDAY":
                return Days(today.AddDays(-1), 1);
            case "TOMORROW":
                return Days(today.AddDays(1), 1);
            case "LAST_90":
                return Days(today.AddDays(-90), 91);
            case "NEXT_90":
                return Days(today.AddDays(1), 90);
            case "LAST_N" when unit == "DAY":
                // LAST_N_DAYS:n goes from n days ago to the end of today; the longer units end before the present one.
                return Days(today.AddDays(-count), count + 1);
            case "N_AGO":
                return new Period(Shift(Begin(today, unit), unit, -count), Shift(Begin(today, unit), unit, 1 - count));
        }

        DateOnly start = Begin(today, unit);
        DateOnly next = Shift(start, unit, 1);
        return which switch
        {
            "THIS" => new Period(start, next),
            "LAST" => new Period(Shift(start, unit, -1), start),
            "NEXT" => new Period(next, Shift(next, unit, 1)),
            "LAST_N" => new Period(Shift(start, unit, -count), start),
            _ => new Period(next, Shift(next, unit, count)),
        };
    }

    private static Period Days(DateOnly start, int days) => new(start, start.AddDays(days));

    private static (string Which, string Unit, bool Counted)? Parts(string word)
    {
        string upper = word.ToUpperInvariant();
        switch (upper)
        {
            case "TODAY":
                return ("THIS", "DAY", false);
            case "YESTERDAY" or "TOMORROW":
                return (upper, "DAY", false);
            case "LAST_90_DAYS" or "NEXT_90_DAYS":
                return (upper[..7], "DAY", false);
        }

        foreach (string unit in Units)
        {
            if (unit != "DAY" && (upper == "THIS_" + unit || upper == "LAST_" + unit || upper == "NEXT_" + unit))
            {
                return (upper[..4], unit, false);
            }

            if (upper == $"LAST_N_{unit}S" || upper == $"NEXT_N_{unit}S")
            {
                return (upper[..6], unit, true);
            }

            if (upper == $"N_{unit}S_AGO")
            {
                return ("N_AGO", unit, true);
            }
        }

        return null;
    }

    private static DateOnly Begin(DateOnly day, string unit) => unit switch
    {
        "WEEK" => day.AddDays(-(int)day.DayOfWeek),
        "MONTH" => new DateOnly(day.Year, day.Month, 1),
        "QUARTER" => new DateOnly(day.Year, day.Month - ((day.Month - 1) % 3), 1),
        "YEAR" => new DateOnly(day.Year, 1, 1),
        _ => day,
    };

    private static DateOnly Shift(DateOnly day, string unit, int count) => unit switch
    {
        "WEEK" => day.AddDays(7 * count),
        "MONTH" => day.AddMonths(count),
        "QUARTER" => day.AddMonths(3 * count),
        "YEAR" => day.AddYears(count),
        _ => day.AddDays(count),
    };
}
