using System.Collections.Immutable;
using Npgsql;

namespace ActorSync.Chaos.Judging;

/// <summary>One commit of an address.</summary>
/// <param name="Who">Name of the session.</param>
internal sealed record Fence(DateTimeOffset At, string Who, int Address, Guid? Token, long BatchNo)
{
    public override string ToString() => FormattableString.Invariant($"commit {BatchNo} of address {Address} at {At.UtcDateTime:HH:mm:ss.fff} by {Who}");
}

/// <summary>Every commit of every address with the token it was made under: for runs of few turns, each is a row.</summary>
internal static class FenceHistory
{
    private const string Install = """
        begin;
        create table public.chaos_fence(n bigint generated always as identity, at timestamptz not null default clock_timestamp(), who text not null default current_setting('application_name'), address int not null, token uuid, batch_no bigint not null);
        create function public.chaos_keep_fence() returns trigger language plpgsql as $$ begin
          insert into public.chaos_fence(address, token, batch_no) values (new.address, old.token, new.batch_no);
          return null; end $$;
        create trigger chaos_keep_fence after update on actorsync.lease for each row when (old.batch_no <> new.batch_no) execute function public.chaos_keep_fence();
        commit
        """;

    /// <summary>Begins to keep it.</summary>
    public static Task KeepAsync(ChaosWorld world) => world.ExecuteAsync(Install);

    /// <summary>Everything from a moment on.</summary>
    public static async Task<IReadOnlyList<Fence>> ReadAsync(ChaosWorld world, DateTimeOffset from)
    {
        await using var command = world.Application.CreateCommand("select at, who, address, token, batch_no from public.chaos_fence where at >= $1 order by n");
        command.Parameters.Add(new NpgsqlParameter { Value = from.ToUniversalTime() });
        await using var reader = await command.ExecuteReaderAsync();
        var fences = new List<Fence>();
        while (await reader.ReadAsync())
        {
            fences.Add(new Fence(reader.GetFieldValue<DateTimeOffset>(0), reader.GetString(1), reader.GetInt32(2), reader.IsDBNull(3) ? null : reader.GetGuid(3), reader.GetInt64(4)));
        }

        return fences;
    }

    /// <summary>Commits under terms that are over.</summary>
    public static IEnumerable<Fence> Under(ImmutableArray<LeaseSpan> terms, IEnumerable<Fence> fences) => fences.Where(fence => terms.Any(term => term.Token == fence.Token));
}
