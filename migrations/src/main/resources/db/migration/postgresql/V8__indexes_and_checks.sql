-- H2 makes these by itself.
create index film_language on film (language_id);

create index film_credit_person on film_credit (person_id);

create index price_change_film on price_change (film_id);

create index employee_store on employee (store_id);

create index copy_store on copy (store_id);

create index customer_home_store on customer (home_store_id);

create index rental_copy on rental (copy_id);

create index rental_employee on rental (employee_id);

create index payment_rental on payment (rental_id);

create index review_customer on review (customer_id);

-- Not on H2 2.4, where IN in a check fails once the session that created the table is closed.
alter table film add check (age_rating in ('ALL', 'SIX', 'TWELVE', 'SIXTEEN', 'EIGHTEEN'));

alter table film_credit add check (job in ('ACTOR', 'DIRECTOR', 'WRITER'));

alter table copy add check (medium in ('DVD', 'BLURAY', 'UHD'));

alter table payment add check (reason in ('RENTAL', 'LATE_FEE'));

-- Good plans from the first query on, not from the first autovacuum on.
analyze language, country, town, genre, membership_plan, film, film_genre, person, film_credit, price_change, store,
  employee, copy, customer, rental, payment, review;
