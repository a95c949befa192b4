create trigger film_price_change
after update on film
for each row
call 'dev.jooqcache.migrations.PriceChangeTrigger';
