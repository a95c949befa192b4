create table author (id bigint primary key, name varchar(100) not null);
create table book (id int primary key, author_id bigint, foreign key (author_id) references author (id) on delete cascade);
create view listing as select book.id, author.name from book join author on author.id = book.author_id;
create table copy (id int primary key, book_id int, foreign key (book_id) references book (id) on delete cascade);
create table note (id int primary key);
drop view listing;
