create table audit_log (book_id bigint not null);

-- [jooq ignore start]
create function log_book() returns trigger language plpgsql as $$
begin
  execute 'insert into audit_log values ($1)' using new.id;
  return new;
end $$;

create trigger audit after insert or update on book for each row execute function log_book();
-- [jooq ignore stop]
