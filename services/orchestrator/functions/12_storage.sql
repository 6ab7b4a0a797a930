-- Writes a little, as every change does: a new file with a page of its own and a record in the write-ahead log. A write
-- into an existing page would succeed on a full disk.
-- Fails with the SQLSTATE of the fault, for example 53100 (disk_full) or 25006 (read_only_sql_transaction).
create function probe_storage() returns void
language sql as $$
  truncate storage_probe;
  insert into storage_probe values (now());
$$;
