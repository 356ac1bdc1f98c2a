using System.Globalization;
using ActorSync.OrgSimulator;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>What one test wants of its org and its node; the rest is the same for all: short waits, two mapped objects.</summary>
internal sealed record FlowSettings
{
    /// <summary>The org gives up a request after this time and the node looks a lost write up after it.</summary>
    public static readonly TimeSpan SettleLimit = TimeSpan.FromMilliseconds(1500);

    /// <summary>Records the org starts with; a fifth are Accounts, two fifths Contacts.</summary>
    public int Records { get; init; } = 20;

    /// <summary>Conflict policy of both mappings.</summary>
    public string Policy { get; init; } = "latest-wins";

    /// <summary>How the org is set up; number of records and request limit are this test's own.</summary>
    public OrgServerOptions Org { get; init; } = new();

    /// <summary>Whether a line that can be cut lies between node and org.</summary>
    public bool ByLine { get; init; }

    /// <summary>Connection string of an empty database of a server that is the test's own; null: a database of the server of all tests.</summary>
    public string? Database { get; init; }

    /// <summary>More configuration, behind everything else: the later key wins.</summary>
    public string Configuration { get; init; } = "";

    /// <summary>How the org's server is started.</summary>
    public OrgServerOptions ServerOptions => Org with { Records = Records, RequestLimit = SettleLimit };

    /// <summary>The node's configuration file.</summary>
    /// <param name="url">Where the node finds the org.</param>
    public string Text(string postgresUrl, OrgServer org, Uri url) => string.Create(CultureInfo.InvariantCulture, $$"""
        actorsync {
          node.name = flow
          postgres.url = "{{postgresUrl}}"
          salesforce {
            login-url = "{{url.GetLeftPart(UriPartial.Authority)}}"
            client-id = "{{org.ClientId}}"
            client-secret = "{{org.ClientSecret}}"
            settle-limit = {{SettleLimit.TotalMilliseconds}}ms
            request-deadline = 5s
            connect-timeout = 2s
          }
          runtime {
            shard-count = {{RunningSync.ShardCount}}
            lease { ttl = 3s, renew = 500ms, margin = 1s }
          }
          coordinator.retry { delay = 100ms, delay-max = 500ms, attempts-max = 4 }
          feed { interval = 200ms, overlap = 60s, overlap-interval = 1s, deleted-interval = 500ms }
          conflict { policy = {{Policy}}, clock-tolerance = 1s }
          mappings = [
            { object = Account, fields = [Name, Phone, Website, Industry, AnnualRevenue, NumberOfEmployees, Description, Parent.ActorSync_Id__c] }
            { object = Contact, fields = [FirstName, LastName, Email, Title, Birthdate, Account.ActorSync_Id__c] }
          ]
        }

        """) + Configuration;
}
