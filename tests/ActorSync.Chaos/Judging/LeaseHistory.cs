using System.Collections.Immutable;
using Npgsql;

namespace ActorSync.Chaos.Judging;

/// <summary>One holding of an address, from its acquisition to its end, as committed.</summary>
/// <param name="Holder">Name of the process; empty where the table of nodes did not know it.</param>
/// <param name="From">Database clock.</param>
/// <param name="Until">Released or taken by another; null while it lasts.</param>
/// <param name="BatchNo">Commits under all terms before this one.</param>
/// <param name="JournalSeq">The last journal entry of the address before this term.</param>
/// <param name="IsFirst">It began before the judge looked.</param>
internal sealed record LeaseSpan(int Address, long Epoch, Guid Token, Guid Owner, string Holder, DateTimeOffset From, DateTimeOffset? Until, long BatchNo, long JournalSeq, bool IsFirst)
{
    /// <summary>Its holder gave it back: no other one took it, and it was not ended by a failover.</summary>
    public bool IsGivenBack { get; init; }

    /// <summary>Whether the address was held so at a moment.</summary>
    public bool Holds(DateTimeOffset at) => (IsFirst || From <= at) && (Until is not { } until || at <= until);

    public override string ToString() => FormattableString.Invariant($"address {Address} epoch {Epoch} of {Holder} from {From.UtcDateTime:HH:mm:ss.fff} to {Until?.UtcDateTime:HH:mm:ss.fff}");
}

/// <summary>Who held which address when, kept by a trigger of the judge's own: every change of hands that was committed, in the order of the commits of each address.</summary>
internal static class LeaseHistory
{
    private const string Install = """
        begin;
        lock table actorsync.lease in exclusive mode;
        create table public.chaos_lease(
          n bigint generated always as identity (cache 1), at timestamptz not null default clock_timestamp(), first boolean not null, address int not null,
          owner uuid, holder text not null, epoch bigint not null, token uuid, batch_no bigint not null, journal_seq bigint not null);
        insert into public.chaos_lease(first, address, owner, holder, epoch, token, batch_no, journal_seq)
          select true, address, owner, coalesce(n.name, ''), epoch, token, batch_no, journal_seq from actorsync.lease left join actorsync.node n on n.node_id = owner;
        create function public.chaos_keep_lease() returns trigger language plpgsql as $$ begin
          insert into public.chaos_lease(first, address, owner, holder, epoch, token, batch_no, journal_seq) values (
            false, new.address, new.owner, coalesce((select name from actorsync.node where node_id = new.owner), ''), new.epoch, new.token, new.batch_no, new.journal_seq);
          return null; end $$;
        create trigger chaos_keep_lease after update on actorsync.lease for each row
          when (old.epoch <> new.epoch or old.owner is distinct from new.owner or old.token is distinct from new.token) execute function public.chaos_keep_lease();
        commit
        """;

    /// <summary>Begins to keep it; who holds what at this moment is the first entry of each address.</summary>
    public static Task KeepAsync(ChaosWorld world) => world.ExecuteAsync(Install);

    /// <summary>All holdings, by address, in order.</summary>
    public static async Task<ImmutableDictionary<int, ImmutableArray<LeaseSpan>>> ReadAsync(ChaosWorld world)
    {
        var spans = new Dictionary<int, List<LeaseSpan>>();
        await using var command = world.Application.CreateCommand("select address, at, first, owner, holder, epoch, token, batch_no, journal_seq from public.chaos_lease order by n");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var (address, at) = (reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1));
            if (!spans.TryGetValue(address, out var ofAddress))
            {
                spans[address] = ofAddress = [];
            }

            if (ofAddress is [.., { Until: null } last])
            {
                ofAddress[^1] = last with { Until = at, IsGivenBack = reader.IsDBNull(3) && reader.GetInt64(5) == last.Epoch };
            }

            if (!reader.IsDBNull(3))
            {
                ofAddress.Add(new LeaseSpan(
                    address, reader.GetInt64(5), reader.GetGuid(6), reader.GetGuid(3), reader.GetString(4), at, null, reader.GetInt64(7), reader.GetInt64(8), reader.GetBoolean(2)));
            }
        }

        return spans.ToImmutableDictionary(address => address.Key, address => address.Value.ToImmutableArray());
    }
}
