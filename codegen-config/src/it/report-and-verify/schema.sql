create table author (id int primary key, name varchar(100) not null);
create table book (id int primary key, author_id int, foreign key (author_id) references author (id) on delete cascade);
create view listing as select book.id, author.name from book join author on author.id = book.author_id;
