namespace ActorSync.IntegrationTests.Flow;

/// <summary>Seeded edits of the application and of people in Salesforce: inserts, updates and deletes of accounts, every value used once.</summary>
internal sealed class TwoSidedTraffic(RunningSync sync, Random random)
{
    private static readonly string[] Fields = ["Name", "Phone", "Website", "Description"];
    private readonly List<string> _sfids = [];
    private readonly List<Guid> _ids = [];
    private readonly List<Guid> _deletable = [];
    private int _value;

    /// <summary>Takes the records of the initial load as its subjects.</summary>
    public async Task BeginAsync()
    {
        foreach (var pair in await sync.ListAsync("select actorsync_id__c || ' ' || sfid from salesforce.account order by sfid"))
        {
            var parts = pair.Split(' ');
            _ids.Add(Guid.Parse(parts[0]));
            _sfids.Add(parts[1]);
        }

        // The others have cases, which Salesforce does not let go.
        _deletable.AddRange([(await sync.LoadedAccountAsync(0)).Id, (await sync.LoadedAccountAsync(1)).Id]);
    }

    /// <summary>Makes edits, one after the other, as fast as they go.</summary>
    public async Task EditAsync(int edits)
    {
        for (var i = 0; i < edits; i++)
        {
            await EditAsync();
        }
    }

    private async Task EditAsync()
    {
        var value = $"v{++_value}";
        var field = Fields[random.Next(Fields.Length)];
        switch (random.Next(10))
        {
            case 0:
                _ids.Add(await sync.InsertAccountAsync(value));
                _deletable.Add(_ids[^1]);
                break;
            case 1:
                _sfids.Add(sync.Org.Create("Account", ("Name", value)));
                break;
            case 2 when _deletable.Count > 0:
                var gone = _deletable[random.Next(_deletable.Count)];
                await sync.ExecuteAsync($"delete from salesforce.account where actorsync_id__c = '{gone}'");
                _deletable.Remove(gone);
                _ids.Remove(gone);
                break;
            case <= 6:
                await sync.ExecuteAsync($"update salesforce.account set {field} = '{value}' where actorsync_id__c = '{_ids[random.Next(_ids.Count)]}'");
                break;
            default:
                sync.Org.TryUpdate("Account", _sfids[random.Next(_sfids.Count)], (field, value));
                break;
        }
    }
}
