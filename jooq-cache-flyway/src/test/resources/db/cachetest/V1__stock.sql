create table stock (id integer not null primary key, amount integer not null);

insert into stock (id, amount) values (1, 10), (2, 20);
