using System.Text;
using ActorSync.Configuration.Hocon;
using ActorSync.Salesforce.Bulk;

namespace ActorSync.Configuration;

/// <summary>Binds the resolved configuration to <see cref="SyncConfig"/>, key by key with its range. What holds between keys is <see cref="SyncConfigValidator"/>'s.</summary>
internal static class SyncConfigBinder
{
    /// <summary>The one block that belongs to ActorSync; other keys of the root are the user's own, for substitutions.</summary>
    public const string Root = "actorsync";

    /// <summary>Bytes of a PostgreSQL name (NAMEDATALEN - 1); longer ones are cut by the server without an error.</summary>
    public const int PostgresNameBytesMax = 63;

    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OneMinute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan OneHour = TimeSpan.FromHours(1);

    public static SyncConfig Bind(SectionReader file)
    {
        var root = file.Section(Root);
        var config = new SyncConfig
        {
            Node = Node(root.Section("node")),
            Postgres = Postgres(root.Section("postgres")),
            Salesforce = Salesforce(root.Section("salesforce")),
            Runtime = Runtime(root.Section("runtime")),
            Coordinator = Coordinator(root.Section("coordinator")),
            Feed = Feed(root.Section("feed")),
            Conflict = Conflict(root.Section("conflict")),
            MappingDefaults = MappingBinder.Defaults(root.Section("mapping-defaults")),
            Mappings = [],
        };
        config = config with { Mappings = MappingBinder.Bind(root, config) };
        root.Done();
        return config;
    }

    private static NodeConfig Node(SectionReader at)
    {
        var config = new NodeConfig
        {
            Name = at.Text("name", $"write a name of 1 to {PostgresNameBytesMax} bytes", NodeNameComplaint),
            Http = HttpBinder.Bind(at.Section("http")),
        };
        at.Done();
        return config;
    }

    // The name ends up as application_name in PostgreSQL, which is cut like other names.
    private static string? NodeNameComplaint(string name) =>
        string.IsNullOrWhiteSpace(name) ? "is empty"
        : name.Any(char.IsControl) ? "holds control characters"
        : Encoding.UTF8.GetByteCount(name) > PostgresNameBytesMax ? "is too long"
        : null;

    private static PostgresConfig Postgres(SectionReader at)
    {
        var (url, urlFile) = SecretFile.Read(at, "url", "write url = \"postgres://user:password@host:5432/database\"", isRequired: true, Url);
        var config = new PostgresConfig
        {
            Url = url!,
            UrlFile = urlFile,
            CommandTimeout = at.Duration("command-timeout", OneSecond, TimeSpan.FromMinutes(10)),
            Schema = at.Text("schema", "write the name of a schema for the mapped tables, such as salesforce", SchemaComplaint),
        };
        at.Done();
        return config;
    }

    private static Bound<PostgresUrl> Url(string text)
    {
        var (url, message, remedy) = PostgresUrlReader.Read(text);
        return url is null ? Bound<PostgresUrl>.Wrong(message, remedy) : Bound.To(url, url.ToString());
    }

    private static string? SchemaComplaint(string schema) => schema switch
    {
        "information_schema" => "is PostgreSQL's own schema",
        "actorsync" => "is the schema of the engine's own tables",
        _ when schema.StartsWith("pg_", StringComparison.Ordinal) => "begins with pg_, which PostgreSQL keeps for itself",
        _ => PostgresNameComplaint(schema),
    };

    /// <summary>What is wrong with a text as a PostgreSQL name that people can type without quotes; null if nothing is.</summary>
    public static string? PostgresNameComplaint(string name) =>
        Encoding.UTF8.GetByteCount(name) > PostgresNameBytesMax ? $"has {Encoding.UTF8.GetByteCount(name)} bytes; PostgreSQL cuts names at {PostgresNameBytesMax}"
        : name.Length == 0 || !char.IsAsciiLetterLower(name[0]) ? "does not begin with a lower-case letter"
        : !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_') ? "holds more than lower-case letters, digits and _"
        : null;

    private static SalesforceConfig Salesforce(SectionReader at)
    {
        const string SecretRemedy = "write {0} = ${{?VARIABLE}} and keep the secret in the environment";
        var clientSecretRemedy = string.Format(null, SecretRemedy, "client-secret");
        var jwt = at.Section("jwt");
        var loginUrl = at.Value("login-url", "write login-url = \"https://YOUR-DOMAIN.my.salesforce.com\"", LoginUrl)!;
        var clientId = at.Text("client-id", "write client-id = \"the consumer key of the connected app\"", t => string.IsNullOrWhiteSpace(t) ? "is empty" : null);
        var (clientSecret, clientSecretFile) = SecretFile.Read(at, "client-secret", clientSecretRemedy, isRequired: !JwtBinder.IsGiven(jwt), SecretText);
        var (refreshToken, refreshTokenFile) = SecretFile.Read(at, "refresh-token", string.Format(null, SecretRemedy, "refresh-token"), isRequired: false, SecretText);
        var config = new SalesforceConfig
        {
            LoginUrl = loginUrl,
            ClientId = clientId,
            ClientSecret = clientSecret,
            ClientSecretFile = clientSecretFile,
            RefreshToken = refreshToken,
            RefreshTokenFile = refreshTokenFile,
            Jwt = JwtBinder.Bind(jwt),
            ApiVersion = at.Text("api-version", "write a version such as 64.0", ApiVersionComplaint),
            RequestDeadline = at.Duration("request-deadline", OneSecond, TimeSpan.FromMinutes(10)),
            SettleLimit = at.Duration("settle-limit", OneSecond, OneHour),
            ConnectTimeout = at.Duration("connect-timeout", TimeSpan.FromMilliseconds(100), OneMinute),
            ApiBudget = ApiBudgetBinder.Bind(at.Section("api-budget")),
            ResponseBytesMax = at.Bytes("response-bytes-max", 1L << 20, 1L << 30),
        };
        var token = at.Has("refresh-token-file") ? "refresh-token-file" : "refresh-token";
        if (config.Jwt is not null && at.Has(token))
        {
            at.Error(at.OriginOf(token), at.KeyOf(token), "stands beside the block jwt, and a node signs in by one of them", "remove one of the two");
        }

        at.Done();
        return config;
    }

    private static Bound<Uri> LoginUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp) || url.Host.Length == 0)
        {
            return Bound<Uri>.Wrong("is not an https:// address");
        }

        // An address with a user in it may hold a password: nothing of it is quoted.
        return url.UserInfo.Length > 0 ? Bound<Uri>.Wrong("holds a user name; the node signs in as its connected app")
            : url.PathAndQuery != "/" || url.Fragment.Length > 0 ? Bound<Uri>.Wrong("holds more than the origin", $"write {url.GetLeftPart(UriPartial.Authority)}")
            : Bound.To(url, url.GetLeftPart(UriPartial.Authority));
    }

    private static Bound<Secret> SecretText(string text) =>
        string.IsNullOrWhiteSpace(text) ? Bound<Secret>.Wrong("is empty") : Bound.To(new Secret(text), Secret.Mask);

    // API versions up to 30.0 are retired: https://help.salesforce.com/s/articleView?id=000354473
    private static string? ApiVersionComplaint(string text)
    {
        const int VersionMin = 31;
        return text.Split('.') is not [{ Length: 2 or 3 } major, "0"] || !major.All(char.IsAsciiDigit) ? "is not an API version"
            : int.Parse(major, null) < VersionMin ? $"is retired; {VersionMin}.0 is the oldest"
            : null;
    }

    private static RuntimeConfig Runtime(SectionReader at)
    {
        var config = new RuntimeConfig
        {
            ShardCount = at.Integer("shard-count", 1, 4096),
            Lease = Lease(at.Section("lease")),
            Turn = Turn(at.Section("turn")),
            Poll = Poll(at.Section("poll")),
            WriteBack = WriteBack(at.Section("write-back")),
            ActorCache = ActorCache(at.Section("actor-cache")),
            MemoryMax = at.Bytes("memory-max", 256L << 20, 1L << 40),
        };
        at.Done();
        return config;
    }

    private static LeaseConfig Lease(SectionReader at)
    {
        var config = new LeaseConfig
        {
            Ttl = at.Duration("ttl", OneSecond, OneMinute),
            Renew = at.Duration("renew", TimeSpan.FromMilliseconds(100), OneMinute),
            Margin = at.Duration("margin", TimeSpan.FromMilliseconds(100), OneMinute),
        };
        at.Done();
        return config;
    }

    private static TurnConfig Turn(SectionReader at)
    {
        var config = new TurnConfig
        {
            MessagesMax = at.Integer("messages-max", 1, 50_000),
            TimeBudget = at.Duration("time-budget", TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10)),
            Workers = at.Integer("workers", 1, 64),
        };
        at.Done();
        return config;
    }

    private static PollConfig Poll(SectionReader at)
    {
        var config = new PollConfig
        {
            Min = at.Duration("min", TimeSpan.FromMilliseconds(1), OneMinute),
            Max = at.Duration("max", TimeSpan.FromMilliseconds(1), OneMinute),
            WatchInterval = at.Duration("watch-interval", TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(100)),
        };
        at.Done();
        return config;
    }

    private static WriteBackConfig WriteBack(SectionReader at)
    {
        var config = new WriteBackConfig
        {
            RowsMax = at.Integer("rows-max", 1, 1000),
            LockTimeout = at.Duration("lock-timeout", TimeSpan.FromMilliseconds(1), OneSecond),
            RetryDelay = at.Duration("retry-delay", TimeSpan.FromMilliseconds(10), OneMinute),
        };
        at.Done();
        return config;
    }

    private static ActorCacheConfig ActorCache(SectionReader at)
    {
        var config = new ActorCacheConfig { RecordsMax = at.Integer("records-max", 1, 10_000_000), BytesMax = at.Bytes("bytes-max", 1L << 20, 1L << 36) };
        at.Done();
        return config;
    }

    private static CoordinatorConfig Coordinator(SectionReader at)
    {
        var config = new CoordinatorConfig
        {
            Order = at.Choice("order", ConfigChoices.Order),
            SoapRowsMax = at.Integer("soap-rows-max", 1, 200),
            Linger = at.Duration("linger", TimeSpan.Zero, OneMinute),
            SubmissionsMax = at.Integer("submissions-max", 1, 25),
            ReadyWritesMax = at.Integer("ready-writes-max", 1, 1_000_000),
            OffersMax = at.Integer("offers-max", 1, 10_000_000),
            Bulk = Bulk(at.Section("bulk")),
            Retry = Retry(at.Section("retry")),
        };
        at.Done();
        return config;
    }

    private static BulkConfig Bulk(SectionReader at)
    {
        var config = new BulkConfig
        {
            RowsMin = at.Integer("rows-min", 1, BulkClient.BulkRowsMax),
            RowsMax = at.Integer("rows-max", 1, BulkClient.BulkRowsMax),
            JobsMax = at.Integer("jobs-max", 0, 25),
            Linger = at.Duration("linger", TimeSpan.Zero, OneMinute),
            PollInterval = at.Duration("poll-interval", TimeSpan.FromMilliseconds(10), OneHour),
            PollIntervalMax = at.Duration("poll-interval-max", TimeSpan.FromMilliseconds(10), OneHour),
        };
        at.Done();
        return config;
    }

    private static RetryConfig Retry(SectionReader at)
    {
        var config = new RetryConfig
        {
            AttemptsMax = at.Integer("attempts-max", 1, 100),
            Delay = at.Duration("delay", TimeSpan.FromMilliseconds(1), OneHour),
            DelayMax = at.Duration("delay-max", TimeSpan.FromMilliseconds(1), OneHour),
        };
        at.Done();
        return config;
    }

    private static LoadConfig Load(SectionReader at)
    {
        var config = new LoadConfig
        {
            BulkRowsMin = at.Integer("bulk-rows-min", 1, 2_000_000_000),
            ObjectsMax = at.Integer("objects-max", 1, 100),
        };
        at.Done();
        return config;
    }

    private static FeedConfig Feed(SectionReader at)
    {
        var config = new FeedConfig
        {
            Interval = at.Duration("interval", TimeSpan.FromMilliseconds(100), OneHour),
            Overlap = at.Duration("overlap", OneSecond, TimeSpan.FromDays(1)),
            OverlapInterval = at.Duration("overlap-interval", TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1)),
            DeletedInterval = at.Duration("deleted-interval", TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1)),
            PageRowsMax = at.Integer("page-rows-max", 200, 2000),
            Load = Load(at.Section("load")),
            Cdc = Cdc(at.Section("cdc")),
        };
        at.Done();
        return config;
    }

    private static CdcConfig Cdc(SectionReader at)
    {
        var config = new CdcConfig
        {
            FallbackInterval = at.Duration("fallback-interval", OneSecond, TimeSpan.FromDays(1)),
            ReadInterval = at.Duration("read-interval", TimeSpan.FromMilliseconds(10), OneMinute),
        };
        at.Done();
        return config;
    }

    private static ConflictConfig Conflict(SectionReader at)
    {
        var config = new ConflictConfig
        {
            Policy = at.Choice("policy", ConfigChoices.Policy),
            ClockTolerance = at.Duration("clock-tolerance", OneSecond, TimeSpan.FromMinutes(5)),
            TieBreak = at.Choice("tie-break", ConfigChoices.TieBreak),
        };
        at.Done();
        return config;
    }
}
