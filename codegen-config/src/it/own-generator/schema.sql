create table if not exists author (id int primary key, name varchar(100));
create table if not exists book (id int primary key, author_id int references author on delete cascade);
create table if not exists audit_log (id int primary key);
