create schema control;
create table control.tasks (
  id         uuid primary key,
  infra      text not null,
  settings   text not null,
  status     text not null default 'pending',
  attempt    int not null default 0,
  error      text,
  created_at timestamptz not null default now()
);
