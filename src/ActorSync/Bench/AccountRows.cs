using System.Globalization;
using ActorSync.Bench.Wire;
using ActorSync.Provisioning;
using Npgsql;

namespace ActorSync.Bench;

/// <summary>The records of all scenarios: accounts with eight fields, about 200 bytes of values. Tables, statements and wire names, of the engine's side and of the floor's.</summary>
internal static class AccountRows
{
    public const string Object = "Account";
    public const string ExternalId = "ActorSync_Id__c";

    /// <summary>The table that the node makes.</summary>
    public const string Mapped = "salesforce.account";

    /// <summary>The floor's: the same columns and indexes, no triggers.</summary>
    public const string Plain = "floor.account";

    /// <summary>HOCON of the mapping.</summary>
    public const string Mapping = "{ object = Account, fields = [Name, Phone, Website, Industry, Type, BillingCity, NumberOfEmployees, Description] }";

    /// <summary>API names of the fields, in the order of <see cref="Columns"/>.</summary>
    public static readonly string[] Fields = ["Name", "Phone", "Website", "Industry", "Type", "BillingCity", "NumberOfEmployees", "Description"];

    /// <summary>Their columns.</summary>
    public const string Columns = "name, phone, website, industry, type, billingcity, numberofemployees, description";

    /// <summary>Makes the floor's table.</summary>
    public const string CreatePlain = $"""
        create schema floor;
        create table floor.account(
          id serial primary key,
          sfid varchar(18),
          actorsync_id__c uuid not null default {TableShape.NewId},
          name varchar(255), phone varchar(40), website varchar(255), industry varchar(255), type varchar(255), billingcity varchar(40), numberofemployees numeric(8), description varchar(32000),
          systemmodstamp timestamptz,
          isdeleted boolean,
          _hc_lastop varchar(32),
          _hc_err text,
          _asy_birth bigint not null default 0,
          _asy_rev bigint not null default 0);
        create unique index on floor.account(sfid);
        create unique index on floor.account(actorsync_id__c);
        create index on floor.account(systemmodstamp);
        """;

    // Industry and Type are picklists: the values are ones that the simulator has.
    private const string Values = """
        'Northwind ' || i || ' Logistics', '+1 555 ' || lpad((i % 10000000)::text, 7, '0'), 'https://www.example.com/accounts/' || i,
        (array['Agriculture','Banking','Education','Energy','Retail','Technology'])[1 + i % 6], (array['Prospect','Other'])[1 + i % 2],
        (array['San Francisco','Chicago','Berlin','Osaka','London'])[1 + i % 5], 1 + i % 20000, 'Record ' || i || ' of a benchmark; it says as much as a short note of a salesperson does.'
        """;

    /// <summary>A statement that inserts rows numbered from one on.</summary>
    public static string Insert(string table, long from, long count) => Insert(table, Columns, from, count);

    /// <summary>As <see cref="Insert(string, long, long)"/>, into a table whose columns have other names.</summary>
    public static string Insert(string table, string columns, long from, long count) => string.Create(
        CultureInfo.InvariantCulture, $"insert into {table}({columns}) select {Values} from generate_series({from}, {from + count - 1}) i");

    /// <summary>A statement that changes rows, each time to something else.</summary>
    public static string Update(string table, string where) => $"update {table} set description = 'A note of transaction ' || txid_current() || ' about number ' || id where {where}";

    /// <summary>A query of rows that are nowhere yet, with new external ids.</summary>
    public static string NewRows(long from, long count) => string.Create(CultureInfo.InvariantCulture, $"select gen_random_uuid(), {Values} from generate_series({from}, {from + count - 1}) i");

    /// <summary>The header of an upload that is keyed by external id.</summary>
    public static string UpsertHeader { get; } = $"{ExternalId},{string.Join(',', Fields)}\n";

    /// <summary>The values of rows, for requests by hand.</summary>
    public static async Task<List<WireRow>> ReadAsync(NpgsqlDataSource source, string sql, CancellationToken stop)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var rows = new List<WireRow>();
        while (await reader.ReadAsync(stop))
        {
            rows.Add(new WireRow(reader.GetString(0), [.. Enumerable.Range(1, reader.FieldCount - 1).Select(reader.GetString)]));
        }

        return rows;
    }
}
