-- Stores a little, as every change has to: a new file with a page of its own, and a record in the log of transactions.
-- A write into a page that is there already would succeed on a full disk. Fails with the state of what is wrong, such as
-- 53100 (disk_full) or 25006 (read_only_sql_transaction).
create function probe_storage() returns void
language sql as $$
  truncate storage_probe;
  insert into storage_probe values (now());
$$;
