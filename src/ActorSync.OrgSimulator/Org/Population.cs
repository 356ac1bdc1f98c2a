using System.Globalization;

namespace ActorSync.OrgSimulator.Org;

/// <summary>Plausible records in the spelling Salesforce would store, the same for the same seed.</summary>
internal sealed class Population(Random random, string ownerId)
{
    /// <summary>Days over which the records' stamps are spread; the newest is an hour old.</summary>
    private const int SpreadDays = 120;

    private static readonly string[] FirstNames =
    [
        "Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Frances", "Niklaus", "Radia", "Leslie", "Margaret", "Ken", "Adele", "Tony", "Karen", "Dennis",
        "Hedy", "John", "Jean", "Vint", "Shafi", "Robin", "Sophie", "Bjarne", "Anita", "Butler", "Evelyn", "Ivan", "Kathleen", "Peter", "Mary", "Richard",
    ];

    private static readonly string[] LastNames =
    [
        "Lovelace", "Hopper", "Turing", "Dijkstra", "Liskov", "Knuth", "Allen", "Wirth", "Perlman", "Lamport", "Hamilton", "Thompson", "Goldberg", "Hoare",
        "Jones", "Ritchie", "Lamarr", "Backus", "Bartik", "Cerf", "Goldwasser", "Milner", "Wilson", "Stroustrup", "Borg", "Lampson", "Boyd", "Sutherland",
        "Booth", "Naur", "Keller", "Hamming", "O'Neil", "Müller", "García", "Søndergaard", "Nowak", "Özdemir",
    ];

    private static readonly string[] CompanyWords =
    [
        "Northwind", "Meridian", "Bluestone", "Harbor", "Cascade", "Summit", "Orchard", "Granite", "Beacon", "Willow", "Ironwood", "Silver", "Falcon", "Juniper",
        "Atlas", "Copper", "Delta", "Evergreen", "Frontier", "Glacier", "Highland", "Keystone", "Lakeside", "Maple", "Nova", "Pioneer", "Quartz", "Redwood",
    ];

    private static readonly string[] CompanyKinds = ["Logistics", "Foods", "Energy", "Software", "Media", "Health", "Textiles", "Robotics", "Analytics", "Paper"];

    private static readonly string[] CompanyForms = ["Inc.", "Ltd.", "GmbH", "LLC", "Group", "& Sons", "AG", "Co."];

    private static readonly (string City, string State, string Country)[] Places =
    [
        ("San Francisco", "CA", "USA"), ("Chicago", "IL", "USA"), ("Austin", "TX", "USA"), ("Boston", "MA", "USA"), ("Toronto", "ON", "Canada"), ("London", "", "United Kingdom"),
        ("Berlin", "", "Germany"), ("Zürich", "", "Switzerland"), ("Lyon", "", "France"), ("Kraków", "", "Poland"), ("Aarhus", "", "Denmark"), ("Osaka", "", "Japan"),
    ];

    private static readonly string[] Titles = ["CEO", "CFO", "CTO", "VP, Sales", "Buyer", "Director of Operations", "Head of Procurement", "Analyst", "Office Manager"];

    private static readonly string[] Subjects = ["Delivery is late", "Invoice shows the wrong amount", "Part does not fit", "Asks for training", "Device makes noise", "Cannot log in"];

    private readonly List<string> _accounts = [];
    private readonly List<(string Contact, string Account)> _contacts = [];

    /// <summary>One in five is an Account, two a Contact, and of the rest half are Leads and Opportunities and a fifth Cases.</summary>
    /// <param name="records">Records to create, of all objects together.</param>
    /// <param name="now">The stamps end an hour before.</param>
    /// <param name="create">Creates a record as of a time and gives its id.</param>
    public void Fill(int records, DateTimeOffset now, Func<RecordInput, DateTimeOffset, string> create)
    {
        DateTimeOffset start = now - TimeSpan.FromDays(SpreadDays);
        double secondsEach = (TimeSpan.FromDays(SpreadDays) - TimeSpan.FromHours(1)).TotalSeconds / Math.Max(1, records);
        for (int i = 0; i < records; i++)
        {
            DateTimeOffset at = start + TimeSpan.FromSeconds(secondsEach * (i + random.NextDouble()));
            switch (i % 20)
            {
                case 0 or 5 or 10 or 15:
                    _accounts.Add(create(Account(i), at));
                    break;
                case 1 or 3 or 6 or 8 or 11 or 13 or 16 or 18:
                    string account = Pick(_accounts);
                    _contacts.Add((create(Contact(account, i), at), account));
                    break;
                case 2 or 7 or 12:
                    create(Lead(i), at);
                    break;
                case 4 or 9 or 14:
                    create(Opportunity(now), at);
                    break;
                default:
                    create(Case(), at);
                    break;
            }
        }
    }

    private RecordInput Account(int number)
    {
        (string city, string state, string country) = Pick(Places);
        return Record("Account",
            ("Name", Company()),
            ("Type", Pick("Prospect", "Customer - Direct", "Customer - Channel", "Other")),
            ("AccountNumber", Text($"A-{number:D6}")),
            ("BillingStreet", Street()), ("BillingCity", city), ("BillingState", state), ("BillingPostalCode", PostalCode()), ("BillingCountry", country),
            ("Phone", Phone()),
            ("Website", Text($"https://www.example.com/{number}")),
            ("Industry", Pick("Agriculture", "Banking", "Education", "Electronics", "Energy", "Healthcare", "Retail", "Technology")),
            ("AnnualRevenue", Text($"{random.Next(1, 5000) * 10_000L}")),
            ("NumberOfEmployees", Text($"{random.Next(1, 20_000)}")),
            ("Rating", Pick("Hot", "Warm", "Cold", "")),
            ("ParentId", _accounts.Count > 0 && random.Next(8) == 0 ? Pick(_accounts) : null));
    }

    private RecordInput Contact(string account, int number)
    {
        (string first, string last) = (Pick(FirstNames), Pick(LastNames));
        (string city, string state, string country) = Pick(Places);
        return Record("Contact",
            ("AccountId", account), ("FirstName", first), ("LastName", last), ("Salutation", Pick("Mr.", "Ms.", "Dr.", "")),
            ("Email", Email(first, last, number)), ("Phone", Phone()), ("MobilePhone", random.Next(3) == 0 ? Phone() : null),
            ("Title", Pick(Titles)),
            ("Birthdate", random.Next(4) == 0 ? Text($"{random.Next(1950, 2004)}-{random.Next(1, 13):D2}-{random.Next(1, 29):D2}") : null),
            ("MailingStreet", Street()), ("MailingCity", city), ("MailingState", state), ("MailingPostalCode", PostalCode()), ("MailingCountry", country),
            ("LeadSource", Pick("Web", "Phone Inquiry", "Partner Referral", "")),
            ("ReportsToId", _contacts.Count > 0 && random.Next(6) == 0 ? Pick(_contacts).Contact : null));
    }

    private RecordInput Lead(int number)
    {
        (string first, string last) = (Pick(FirstNames), Pick(LastNames));
        return Record("Lead",
            ("FirstName", first), ("LastName", last), ("Company", Company()), ("Title", Pick(Titles)), ("Email", Email(first, last, number)), ("Phone", Phone()),
            ("Status", Pick("Open - Not Contacted", "Working - Contacted", "Closed - Not Converted")),
            ("LeadSource", Pick("Web", "Purchased List", "Other")),
            ("AnnualRevenue", Text($"{random.Next(1, 900) * 10_000L}")),
            ("Country", Pick(Places).Country));
    }

    private RecordInput Opportunity(DateTimeOffset now)
    {
        DateOnly close = DateOnly.FromDateTime(now.UtcDateTime).AddDays(random.Next(-90, 180));
        return Record("Opportunity",
            ("AccountId", Pick(_accounts)),
            ("Name", Text($"{Pick(CompanyKinds)} deal {random.Next(1000, 9999)}")),
            ("StageName", Pick(OpportunityStages.All).Name),
            ("CloseDate", close.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            ("Amount", Text($"{random.Next(100, 10_000_000) / 100m:0.00}")),
            ("Type", Pick("New Customer", "Existing Customer - Upgrade", "")),
            ("NextStep", Pick("Call back", "Send offer", "")));
    }

    private RecordInput Case()
    {
        (string contact, string account) = _contacts.Count > 0 ? Pick(_contacts) : ("", "");
        return Record("Case",
            ("ContactId", contact), ("AccountId", account), ("Subject", Pick(Subjects)), ("Origin", Pick("Phone", "Email", "Web")),
            ("Status", Pick("New", "Working", "Escalated", "Closed")), ("Priority", Pick("High", "Medium", "Low")),
            ("Type", Pick("Mechanical", "Electrical", "Electronic", "Other")));
    }

    private RecordInput Record(string type, params ReadOnlySpan<(string Field, string? Value)> fields)
    {
        var values = new Dictionary<string, object?> { ["OwnerId"] = ownerId };
        foreach ((string field, string? value) in fields)
        {
            values[field] = value;
        }

        return new RecordInput(type, null, values);
    }

    private string Company() => $"{Pick(CompanyWords)} {Pick(CompanyKinds)} {Pick(CompanyForms)}";

    private string Street() => Text($"{random.Next(1, 400)} {Pick(LastNames)} Street");

    private string PostalCode() => Text($"{random.Next(10_000, 99_999)}");

    private string Phone() => Text($"+1 555 {random.Next(100, 999)} {random.Next(1000, 9999)}");

    private static string Email(string first, string last, int number)
    {
        string name = new([.. $"{first}.{last}".ToLowerInvariant().Where(c => char.IsAsciiLetter(c) || c == '.')]);
        return Text($"{name}{number}@example.com");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private T Pick<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    private string Pick(params ReadOnlySpan<string> choices) => choices[random.Next(choices.Length)];
}
