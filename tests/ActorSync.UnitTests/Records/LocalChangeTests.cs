using ActorSync.Domain.Records;
using Shouldly;
using Xunit;
using static ActorSync.Domain.Records.RecordEvent;
using static ActorSync.UnitTests.Records.RecordSpec;
using static ActorSync.UnitTests.Records.Spec;
using static ActorSync.UnitTests.Records.Told;

namespace ActorSync.UnitTests.Records;

/// <summary>Rules 0, 1 and 2: what the application does to the row, and the write that follows.</summary>
[Trait("Rule", "1")]
public sealed class LocalChangeTests
{
    private static readonly FieldValues Ada = Fields((Name, "Ada"), (Phone, "1"), (City, null), (Formula, null));
    private static readonly RowStamp R1 = new(1, 1);
    private static readonly RowStamp R2 = new(1, 2);
    private static readonly RowStamp R3 = new(1, 3);
    private static readonly RowStamp R4 = new(1, 4);

    [Fact]
    public void Birth_is_offered_at_once_and_says_only_what_the_application_said() =>
        New().When(Inserted(1, R1, Ada))
            .Then(
                new LocalChanged(1, "x", At(1), RowOperation.Insert, R1, FieldValues.Empty, Ada),
                new WriteOffered(1, WriteOperation.Insert, null, Fields((Name, "Ada"), (Phone, "1")), FieldValues.Empty, At(1), R1, At(1), Position: 1));

    [Fact]
    [Trait("Rule", "2")]
    public void Applied_birth_links_the_record_and_clears_the_error() =>
        New().When(Inserted(1, R1, Ada))
            .When(Confirmed(1, 2)).Then(new WriteApplied(1, Submission(1), "S1", At(2)))
            .ThenState(state => (state.Sfid, state.Life, state.Outstanding).ShouldBe(("S1", Life.Alive, null)))
            .ThenStatus("INSERTED", "");

    [Fact]
    public void Updates_while_a_write_is_outside_become_one_write_with_the_oldest_base() =>
        GivenAgreed(Ada)
            .When(Updated(2, R2, (Name, "Ada", "Grace"))).ThenOffered(WriteOperation.Update, "S1", (Name, "Grace"))
            .When(Updated(3, R3, (Name, "Grace", "Joan"), (Phone, "1", "2"))).ThenOffersNothing()
            .When(Updated(4, R4, (Name, "Joan", "Mary"))).ThenOffersNothing()
            .When(Confirmed(1, 5)).ThenAlso(
                new WriteOffered(2, WriteOperation.Update, "S1", Fields((Name, "Mary"), (Phone, "2")), Fields((Name, "Grace"), (Phone, "1")), At(4), R4, At(5), Position: 1));

    [Fact]
    public void Field_put_back_before_it_was_offered_is_not_sent() =>
        GivenAgreed(Ada)
            .When(Updated(2, R2, (Phone, "1", "2")))
            .When(Updated(3, R3, (Name, "Ada", "Grace")))
            .When(Updated(4, R4, (Name, "Grace", "Ada")))
            .When(Confirmed(1, 5)).ThenOffersNothing();

    [Fact]
    public void Insert_and_delete_before_anything_was_offered_send_nothing() =>
        Given(new RecordParked(new ParkedError(ParkedError.Engine, "x", "DEFECT", "x", At(0))))
            .When(Inserted(1, R1, Ada)).When(Deleted(2, R1)).ThenOffersNothing()
            .ThenState(state => state.Row.ShouldBeNull());

    [Fact]
    public void Update_and_delete_while_a_write_is_outside_become_the_delete() =>
        GivenAgreed(Ada)
            .When(Updated(2, R2, (Name, "Ada", "Grace")))
            .When(Updated(3, R3, (Name, "Grace", "Joan"))).When(Deleted(4, R3))
            .When(Confirmed(1, 5)).ThenOffered(WriteOperation.Delete, "S1");

    [Fact]
    public void Delete_and_insert_under_one_uuid_stay_two_writes() =>
        GivenAgreed(Ada)
            .When(Deleted(2, R1)).ThenOffered(WriteOperation.Delete, "S1")
            .When(Inserted(3, new RowStamp(2, 1), Ada)).ThenOffersNothing()
            .When(Confirmed(1, 4)).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Phone, "1"))
            .When(Confirmed(2, 5, "S2")).ThenState(state => (state.Sfid, state.FormerSfids.Single()).ShouldBe(("S2", "S1")));

    [Fact]
    public void Delete_and_insert_behind_an_outstanding_update_stay_two_writes() =>
        GivenAgreed(Ada)
            .When(Updated(2, R2, (Name, "Ada", "Grace")))
            .When(Deleted(3, R2)).When(Inserted(3, new RowStamp(2, 1), Ada))
            .When(Confirmed(1, 4)).ThenOffered(WriteOperation.Delete, "S1")
            .When(Confirmed(2, 5)).ThenOffered(WriteOperation.Insert, null, (Name, "Ada"), (Phone, "1"));

    [Fact]
    public void Delete_and_insert_while_the_birth_is_outside_wait_for_the_sfid_it_brings() =>
        New().When(Inserted(1, R1, Ada))
            .When(Deleted(2, R1)).When(Inserted(2, new RowStamp(2, 1), Fields((Name, "Grace"))))
            .When(Confirmed(1, 3)).ThenOffered(WriteOperation.Delete, "S1").ThenRowGetsNothing()
            .When(Confirmed(2, 4)).ThenOffered(WriteOperation.Insert, null, (Name, "Grace"));

    [Fact]
    [Trait("Rule", "0")]
    public void Touched_row_moves_its_version_only() =>
        GivenAgreed(Ada).When(Updated(2, R2)).Then(new RowTouched(R2, At(2)))
            .ThenState(state => state.Row.ShouldBe(R2));

    [Fact]
    public void Write_stands_in_the_log_where_the_first_change_in_it_stands() =>
        GivenAgreed(Ada)
            .When(Updated(2, R2, (Name, "Ada", "Grace")) with { ChangeId = 5 }).ThenState(state => state.Outstanding!.Write.Position.ShouldBe(5))
            .When(Updated(3, R3, (Name, "Grace", "Joan")) with { ChangeId = 8 })
            .When(Updated(4, R4, (Phone, "1", "2")) with { ChangeId = 9 })
            .When(Confirmed(1, 5)).ThenState(state => state.Outstanding!.Write.Position.ShouldBe(8))
            .When(Settled(2, 6, new DoubtAnswer.NotApplied())).ThenState(state => state.Outstanding!.Write.Position.ShouldBe(8))
            .When(Deleted(7, R4) with { ChangeId = 12 })
            .When(Refused(3, 8)).ThenOffered(WriteOperation.Delete, "S1").ThenState(state => state.Outstanding!.Write.Position.ShouldBe(8, "what was refused is folded into it"));

    [Fact]
    public void Next_life_stands_in_the_log_where_it_began() =>
        GivenAgreed(Ada)
            .When(Deleted(2, R1) with { ChangeId = 5 })
            .When(Inserted(3, new RowStamp(2, 1), Ada) with { ChangeId = 6 })
            .When(Confirmed(1, 4)).ThenState(state => state.Outstanding!.Write.Position.ShouldBe(6));

    [Fact]
    public void Later_revision_logged_first_stands() =>
        GivenAgreed(Ada)
            .When(Updated(2, R3, (Name, "Grace", "Joan"))).ThenOffered(WriteOperation.Update, "S1", (Name, "Joan"))
            .When(Updated(2, R2, (Name, "Ada", "Grace"), (Phone, "1", "2"))).ThenState(state => state.Row.ShouldBe(R3))
            .When(Confirmed(1, 3)).ThenOffered(WriteOperation.Update, "S1", (Phone, "2"));

    [Fact]
    public void Update_by_an_AFTER_INSERT_trigger_is_logged_before_the_insert_and_is_not_lost() =>
        New()
            .When(Updated(1, R2, (Name, "Ada", "Grace"))).ThenOffersNothing()
            .When(Inserted(1, R1, Ada)).ThenOffered(WriteOperation.Insert, null, (Name, "Grace"), (Phone, "1"))
            .ThenState(state => state.Row.ShouldBe(R2));

    [Fact]
    public void Row_deleted_by_its_own_AFTER_INSERT_trigger_is_never_sent() =>
        New().When(Deleted(1, R1)).When(Inserted(1, R1, Ada)).ThenOffersNothing().ThenState(state => state.Row.ShouldBeNull());

    [Fact]
    public void Row_inserted_again_by_an_AFTER_DELETE_trigger_is_another_life() =>
        GivenAgreed(Ada)
            .When(Inserted(2, new RowStamp(2, 1), Fields((Name, "Grace")))).ThenOffered(WriteOperation.Delete, "S1")
            .When(Deleted(2, R1)).ThenState(state => state.Row.ShouldBe(new RowStamp(2, 1)))
            .When(Confirmed(1, 3)).ThenOffered(WriteOperation.Insert, null, (Name, "Grace"));

    [Fact]
    public void Change_between_two_that_are_queued_leaves_them_as_they_are()
    {
        var park = new RecordParked(new ParkedError(ParkedError.Postgres, "UPDATE", "23514", "x", At(1)));
        GivenAgreed(Ada)
            .When(Updated(2, R2, (Phone, "1", "2")))
            .When(Updated(3, R3, (Name, "Ada", "Grace"))).And(park)
            .When(Updated(4, new RowStamp(1, 5), (Name, "Joan", "Mary")))
            .When(Updated(4, R4, (Name, "Grace", "Joan")))
            .When(Confirmed(1, 5)).ThenOffered(WriteOperation.Update, "S1", (Name, "Mary"));
    }

    [Fact]
    public void What_Salesforce_computes_is_given_back_and_never_sent() =>
        GivenAgreed(Ada.With(Formula, "A"))
            .When(Updated(2, R2, (Formula, "A", "Z"), (Name, "Ada", "Grace")))
            .ThenConflict(Formula, Side.Salesforce)
            .ThenOffered(WriteOperation.Update, "S1", (Name, "Grace"))
            .ThenRowGets(RowOperation.Update, (Formula, "A"));

    [Fact]
    public void Computed_value_that_is_owed_to_the_row_is_what_the_row_gets_back() =>
        GivenAgreed(Ada.With(Formula, "A"))
            .And(new RemoteTaken("S1", At(2), At(2), Fields((Formula, "A")), Fields((Formula, "B")), Insert: false))
            .When(Updated(9, R2, (Formula, "A", "Z")))
            .ThenRowGets(RowOperation.Update, (Formula, "B"));

    [Fact]
    public void Computed_field_changed_while_the_birth_is_outside_makes_no_empty_update() =>
        New().When(Inserted(1, R1, Ada))
            .When(Updated(2, R2, (Formula, null, "Z")))
            .When(Confirmed(1, 3)).ThenConflict(Formula, Side.Salesforce).ThenOffersNothing()
            .ThenRowGets(RowOperation.Update, (Formula, null));

    [Fact]
    public void Value_changed_that_stood_in_the_row_as_it_is_owed_is_none() =>
        GivenAgreed(Ada, Mapping(ConflictPolicy.SalesforceWins))
            .When(Read(5, 4, Ada.With(Phone, "9"), Row(R1, Ada))).ThenRowGets(RowOperation.Update, (Phone, "9"))
            .When(Read(7, 6, Ada, Row(R1, Ada))).ThenRowGets(RowOperation.Update, (Phone, "1"))
            .When(Updated(8, R2, (Phone, "1", "3"))).ThenConflict(Phone, Side.Postgres)
            .ThenOffered(WriteOperation.Update, "S1", (Phone, "3")).ThenRowGetsNothing();

    [Fact]
    public void Value_changed_while_news_of_the_same_field_are_owed_is_a_conflict() =>
        GivenAgreed(Ada)
            .And(new RemoteTaken("S1", At(2), At(2), Fields((Name, "Ada")), Fields((Name, "Salesforce")), Insert: false))
            .When(Updated(9, R2, (Name, "Ada", "Postgres")))
            .ThenConflict(Name, Side.Postgres)
            .ThenOffered(WriteOperation.Update, "S1", (Name, "Postgres"))
            .ThenRowGetsNothing();

    [Fact]
    public void Row_inserted_while_the_record_of_Salesforce_is_owed_to_it_joins_it() =>
        Given(new RemoteTaken("S1", At(0), At(1), FieldValues.Empty, Fields((Name, "Ada"), (Phone, "1"), (City, "Rome")), Insert: true))
            .When(Inserted(9, R1, Fields((Name, "Grace"), (Phone, null), (City, "Rome"))))
            .ThenConflict(Name, Side.Postgres)
            .ThenOffered(WriteOperation.Update, "S1", (Name, "Grace"))
            .ThenRowGets(RowOperation.Update, (Phone, "1"))
            .ThenState(state => state.Row.ShouldBe(R1));
}
