using System.Globalization;
using ActorSync.OrgSimulator.Org;
using Shouldly;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Increments of one number of many accounts, from both sides at once, and the sums they must come to.</summary>
internal sealed class CounterTraffic
{
    private readonly RunningSync _sync;
    private readonly DmlContext _person;
    private readonly (Guid Id, string Sfid)[] _records;
    private readonly Dictionary<Guid, decimal> _sums = [];

    private CounterTraffic(RunningSync sync, (Guid Id, string Sfid)[] records)
    {
        (_sync, _records) = (sync, records);
        _person = new DmlContext("page", null, sync.Org.Model.HumanUser.Id);
        foreach (var (id, sfid) in records)
        {
            _sums[id] = Value(sfid);
        }
    }

    /// <summary>Takes this many accounts, which the sync has loaded.</summary>
    public static async Task<CounterTraffic> BeginAsync(RunningSync sync, int records)
    {
        var pairs = await sync.ListAsync($"select actorsync_id__c || ' ' || sfid from salesforce.account order by sfid limit {records}");
        pairs.Count.ShouldBe(records);
        return new CounterTraffic(sync, [.. pairs.Select(pair => (Guid.Parse(pair.Split(' ')[0]), pair.Split(' ')[1]))]);
    }

    /// <summary>Adds one this many times, to one record after the other.</summary>
    public async Task ApplicationAsync(int increments, TimeSpan pause)
    {
        for (var i = 0; i < increments; i++)
        {
            var (id, _) = _records[i % _records.Length];
            await _sync.SetAsync(id, "numberofemployees = coalesce(numberofemployees, 0) + 1");
            Count(id);
            await Task.Delay(pause, TimeProvider.System);
        }
    }

    /// <summary>As <see cref="ApplicationAsync"/>, in Salesforce, in the opposite order. What is added to is what stands there in that moment, ours or not.</summary>
    public async Task PeopleAsync(int increments, TimeSpan pause)
    {
        for (var i = 0; i < increments; i++)
        {
            var (id, sfid) = _records[^((i % _records.Length) + 1)];
            _sync.Org.Model.Atomically(() => _sync.Org.Model.Update(
                [new RecordInput("Account", sfid, new Dictionary<string, object?> { ["NumberOfEmployees"] = (Value(sfid) + 1).ToString(CultureInfo.InvariantCulture) })], _person))[0].Success.ShouldBeTrue();
            Count(id);
            await Task.Delay(pause, TimeProvider.System);
        }
    }

    /// <summary>Both sides hold the exact sums, and nothing waits for somebody.</summary>
    public async Task ShouldBeExactAsync()
    {
        foreach (var (id, sfid) in _records)
        {
            var row = decimal.Parse((await _sync.AccountAsync(id, "numberofemployees"))!, CultureInfo.InvariantCulture);
            (row, Value(sfid)).ShouldBe((_sums[id], _sums[id]), $"{id}: PostgreSQL and Salesforce, of the sum {_sums[id]}");
        }

        (await _sync.ListAsync("select body::text from actorsync.journal where type = 'conflict-frozen'")).ShouldBeEmpty();
        (await _sync.ListAsync("select state::text from actorsync.actor where parked")).ShouldBeEmpty();
    }

    private decimal Value(string sfid) =>
        Convert.ToDecimal(_sync.Org.Model.Query($"SELECT NumberOfEmployees FROM Account WHERE Id = '{sfid}'").Rows[0].Fields[0].Value ?? 0, CultureInfo.InvariantCulture);

    private void Count(Guid id)
    {
        lock (_sums)
        {
            _sums[id]++;
        }
    }
}
