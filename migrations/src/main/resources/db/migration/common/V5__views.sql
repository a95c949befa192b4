create view film_listing as
select
  film.id as film_id,
  film.title,
  film.released_on,
  film.age_rating,
  film.rental_price,
  language.name as language,
  (select cast(count(*) as integer) from copy where copy.film_id = film.id) as copies,
  (select cast(avg(review.stars) as numeric(4, 2)) from review where review.film_id = film.id) as average_stars
from film
join language on language.id = film.language_id;

create view store_takings as
select
  store.id as store_id,
  store.name as store_name,
  cast(extract(year from payment.paid_at at time zone 'UTC') as integer) as paid_year,
  count(distinct rental.id) as rentals,
  cast(sum(payment.amount) as numeric(12, 2)) as takings
from payment
join rental on rental.id = payment.rental_id
join employee on employee.id = rental.employee_id
join store on store.id = employee.store_id
group by store.id, store.name, cast(extract(year from payment.paid_at at time zone 'UTC') as integer);
