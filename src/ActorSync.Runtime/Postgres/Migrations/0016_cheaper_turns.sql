-- What the engine writes and reads as a whole is kept as the text that it is: to take a document apart and put it together again costs more than the row around it. Whoever reads
-- the journal has the operators of json, and those of jsonb by a cast. Large documents live for seconds: they are not compressed.
alter table {schema}.journal alter column body type json;
alter table {schema}.actor alter column state type json;
alter table {schema}.offer alter column body type json;
alter table {schema}.mailbox alter column body type json, alter column body set storage external;
alter table {schema}.submission alter column writes type json, alter column sent type json, alter column writes set storage external;

-- Windows are read by ranges of an index whatever their size, and each branch asks for what its plan is good for: planned once a connection, not once a call.
alter function {schema}.read_window(smallint[], smallint, smallint[], pg_snapshot, pg_snapshot, bigint, bigint, bigint, int) set plan_cache_mode = force_generic_plan;
alter function {schema}.read_window_range(smallint[], smallint[], pg_snapshot, pg_snapshot, bigint, bigint, int) set plan_cache_mode = force_generic_plan;
