create function record_price_change() returns trigger language plpgsql as $$
begin
  insert into ${flyway:defaultSchema}.price_change (film_id, old_price, new_price)
  values (new.id, old.rental_price, new.rental_price);
  return null;
end
$$;

create trigger film_price_change
after update on film
for each row
when (old.rental_price <> new.rental_price)
execute function record_price_change();
