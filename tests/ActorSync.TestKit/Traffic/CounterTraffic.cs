using System.Globalization;
using ActorSync.OrgSimulator.Org;
using Npgsql;
using Shouldly;

namespace ActorSync.TestKit.Traffic;

/// <summary>Increments of NumberOfEmployees of many accounts, from both sides at once, and the sums they must come to.</summary>
public sealed class CounterTraffic
{
    private readonly NpgsqlDataSource _application;
    private readonly OrgModel _org;
    private readonly DmlContext _person;
    private readonly (Guid Id, string Sfid)[] _records;
    private readonly Dictionary<Guid, decimal> _sums = [];

    private CounterTraffic(NpgsqlDataSource application, OrgModel org, (Guid Id, string Sfid)[] records)
    {
        (_application, _org, _records) = (application, org, records);
        _person = new DmlContext("page", null, org.HumanUser.Id);
        foreach (var (id, sfid) in records)
        {
            _sums[id] = Value(sfid);
        }
    }

    /// <summary>Takes this many accounts, which the sync has loaded.</summary>
    public static async Task<CounterTraffic> BeginAsync(NpgsqlDataSource application, OrgModel org, int records)
    {
        ArgumentNullException.ThrowIfNull(application);
        ArgumentNullException.ThrowIfNull(org);
        var pairs = new List<(Guid, string)>();
        await using var command = application.CreateCommand("select actorsync_id__c, sfid from salesforce.account order by sfid limit $1");
        command.Parameters.Add(new NpgsqlParameter { Value = records });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            pairs.Add((reader.GetGuid(0), reader.GetString(1)));
        }

        pairs.Count.ShouldBe(records);
        return new CounterTraffic(application, org, [.. pairs]);
    }

    /// <summary>Adds one this many times in PostgreSQL, to one record after the other.</summary>
    /// <param name="increments">How often.</param>
    /// <param name="pause">After each.</param>
    public async Task ApplicationAsync(int increments, TimeSpan pause)
    {
        for (var i = 0; i < increments; i++)
        {
            var (id, _) = _records[i % _records.Length];
            await using var command = _application.CreateCommand("update salesforce.account set numberofemployees = coalesce(numberofemployees, 0) + 1 where actorsync_id__c = $1");
            command.Parameters.Add(new NpgsqlParameter { Value = id });
            await command.ExecuteNonQueryAsync();
            Count(id);
            await Task.Delay(pause, TimeProvider.System);
        }
    }

    /// <summary>As <see cref="ApplicationAsync"/>, in Salesforce, in the opposite order. What is added to is what stands there in that moment, ours or not.</summary>
    /// <param name="increments">How often.</param>
    /// <param name="pause">After each.</param>
    public async Task PeopleAsync(int increments, TimeSpan pause)
    {
        for (var i = 0; i < increments; i++)
        {
            var (id, sfid) = _records[^((i % _records.Length) + 1)];
            _org.Atomically(() => _org.Update(
                [new RecordInput("Account", sfid, new Dictionary<string, object?> { ["NumberOfEmployees"] = (Value(sfid) + 1).ToString(CultureInfo.InvariantCulture) })], _person))[0].Success.ShouldBeTrue();
            Count(id);
            await Task.Delay(pause, TimeProvider.System);
        }
    }

    /// <summary>How many increments of people our writes have put back so far: the stream alone shows these.</summary>
    public int Overwritten() => _org.Arrivals()
        .Where(arrival => arrival is { Error: null, Type: "Account" } && arrival.After.ContainsKey("NumberOfEmployees"))
        .GroupBy(arrival => arrival.Id)
        .Sum(record => record.Zip(record.Skip(1)).Count(pair => pair.First.Client is null && IsOurs(pair.Second) && Number(pair.Second.After) <= Number(pair.First.After)));

    /// <summary>Both sides hold the exact sums, and nothing has waited for somebody.</summary>
    public async Task ShouldBeExactAsync()
    {
        await ShouldAddUpAsync();
        (await QueryAsync("select min(body::text) from actorsync.journal where type = 'conflict-frozen'")).ShouldBeNull("a counter waits for somebody");
    }

    /// <summary>Both sides hold the exact sums, and nothing waits for somebody any more.</summary>
    public async Task ShouldAddUpAsync()
    {
        foreach (var (id, sfid) in _records)
        {
            var row = await QueryAsync($"select numberofemployees::text from salesforce.account where actorsync_id__c = '{id}'");
            (decimal.Parse(row!, CultureInfo.InvariantCulture), Value(sfid)).ShouldBe((_sums[id], _sums[id]), $"{id}: PostgreSQL and Salesforce, of the sum {_sums[id]}");
        }

        (await QueryAsync("select min(state::text) from actorsync.actor where parked")).ShouldBeNull("a record is parked");
    }

    /// <summary>Records whose counter waits for somebody because a write of it was lost. That may be asked only of one that has not come to the org: of any other the stream tells.</summary>
    public async Task<IReadOnlyList<Guid>> LostOnTheWayAsync()
    {
        await using var command = _application.CreateCommand(
            """
            select f.external_id, (
              select w.body->>'submission' from actorsync.journal w
              where w.address = f.address and w.external_id = f.external_id and w.seq > f.seq and w.body->>'submission' is not null order by w.seq limit 1)
            from actorsync.journal f where f.type = 'conflict-frozen'
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var lost = new List<Guid>();
        while (await reader.ReadAsync())
        {
            var submission = reader.GetString(1);
            _org.Arrivals().Where(arrival => arrival.Client?.Contains(submission, StringComparison.Ordinal) == true).ShouldBeEmpty();
            lost.Add(reader.GetGuid(0));
        }

        return lost;
    }

    private async Task<string?> QueryAsync(string sql)
    {
        await using var command = _application.CreateCommand(sql);
        return await command.ExecuteScalarAsync() as string;
    }

    private decimal Value(string sfid) =>
        Convert.ToDecimal(_org.Query($"SELECT NumberOfEmployees FROM Account WHERE Id = '{sfid}'").Rows[0].Fields[0].Value ?? 0, CultureInfo.InvariantCulture);

    private void Count(Guid id)
    {
        lock (_sums)
        {
            _sums[id]++;
        }
    }

    private static bool IsOurs(Arrival arrival) => arrival.Client?.StartsWith("actorsync", StringComparison.Ordinal) == true;

    private static decimal Number(IReadOnlyDictionary<string, string?> values) => decimal.Parse(values["NumberOfEmployees"] ?? "0", CultureInfo.InvariantCulture);
}
