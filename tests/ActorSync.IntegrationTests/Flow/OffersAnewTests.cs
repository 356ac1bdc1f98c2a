using ActorSync.Coordination;
using ActorSync.Domain.Records;
using ActorSync.Feeds;
using ActorSync.Records;
using ActorSync.Runtime.Postgres;
using ActorSync.Runtime.Turns;
using Shouldly;
using Xunit;

namespace ActorSync.IntegrationTests.Flow;

/// <summary>Offers of a mapping that is resumed are made new piece by piece, in PostgreSQL.</summary>
public sealed class OffersAnewTests
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    [Fact]
    public async Task Pieces_follow_each_other_up_to_an_id_and_leave_everything_else_alone()
    {
        await using var sync = await RunningSync.PrepareAsync();
        var (states, offers, turns) = (new MappingStates(sync.Application), (IOfferTable)new OfferTable(sync.Application), new PostgresTurnStore(sync.Application, TimeProvider.System));
        await using var late = await turns.BeginAsync(Stop);
        await late.ReadNowAsync(Stop);
        await offers.OfferAsync(late, [Write(1, 100)], Stop);
        await InTurnAsync(turns, turn => offers.OfferAsync(turn, [.. Enumerable.Range(1, 7).SelectMany(i => new[] { Write(1, i), Write(2, 50 + i, WriteOperation.Update) })], Stop));
        var to = await states.LastOfferAsync(Stop);
        await InTurnAsync(turns, turn => offers.OfferAsync(turn, [Write(1, 99)], Stop));

        var pieces = new List<int>();
        long? after = 0;
        while (after is not null)
        {
            var from = after.Value;
            await InTurnAsync(turns, async turn => after = await states.OfferAnewAsync(turn, 1, from, to, 3, Stop));
            pieces.Add((await NumbersAsync(sync)).Count(number => number < 50));
        }

        pieces.Count.ShouldBe(4, "three, three, one, none");
        (await NumbersAsync(sync)).ShouldBe([51, 52, 53, 54, 55, 56, 57, 99, 1, 2, 3, 4, 5, 6, 7]);

        await late.CommitAsync(Stop);
        await InTurnAsync(turns, async turn => (await states.OfferAnewAsync(turn, 1, 0, to, 3, Stop)).ShouldNotBeNull());
        await InTurnAsync(turns, async turn => (await states.OfferAnewAsync(turn, 1, 0, to, 3, Stop)).ShouldBeNull());
        (await NumbersAsync(sync)).TakeLast(2).ShouldBe([7, 100]);

        (await states.BirthsAsync(100, Stop)).Select(birth => birth.Mapping).ShouldBe(Enumerable.Repeat((short)1, 9));
        (await offers.BirthsAsync([1, 2], [Write(1, 3).Entity, Write(2, 51).Entity], Stop)).ShouldHaveSingleItem().ShouldBe(new RecordId(1, Write(1, 3).Entity));
    }

    [Fact]
    public async Task Offers_are_made_anew_in_the_order_given_and_one_that_is_gone_stays_gone()
    {
        await using var sync = await RunningSync.PrepareAsync();
        var (states, offers, turns) = (new MappingStates(sync.Application), (IOfferTable)new OfferTable(sync.Application), new PostgresTurnStore(sync.Application, TimeProvider.System));
        await InTurnAsync(turns, turn => offers.OfferAsync(turn, [Write(1, 1), Write(2, 2), Write(1, 3), Write(2, 4)], Stop));
        var ids = (await offers.OpenWindow().ReadAsync(10, Stop)).Writes.Select(write => write.OfferId).ToArray();
        await InTurnAsync(turns, turn => offers.TakeAsync(turn, [ids[1]], Stop));
        await InTurnAsync(turns, turn => states.OfferAnewAsync(turn, [ids[2], ids[1], ids[0]], Stop));
        (await NumbersAsync(sync)).ShouldBe([4, 3, 1]);
    }

    private static async Task<IReadOnlyList<int>> NumbersAsync(RunningSync sync) =>
        [.. (await new OfferTable(sync.Application).OpenWindow().ReadAsync(100, Stop)).Writes.Select(write => write.Write.WriteNo)];

    private static async Task InTurnAsync(PostgresTurnStore turns, Func<Turn, Task> work)
    {
        await using var turn = await turns.BeginAsync(Stop);
        await turn.ReadNowAsync(Stop);
        await work(turn);
        await turn.CommitAsync(Stop);
    }

    private static OfferedWrite Write(short mapping, int number, WriteOperation operation = WriteOperation.Insert) => new(
        mapping, new Guid(number, mapping, 0, new byte[8]), number, operation, operation == WriteOperation.Insert ? null : "001", FieldValues.Empty, FieldValues.Empty, DateTimeOffset.UnixEpoch);
}
