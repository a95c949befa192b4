create table language (
  id smallint not null primary key,
  iso_code varchar(2) not null unique,
  name varchar(40) not null unique
);

create table country (
  id smallint not null primary key,
  iso_code varchar(2) not null unique,
  name varchar(60) not null unique
);

create table town (
  id integer not null primary key,
  country_id smallint not null references country (id),
  name varchar(60) not null,
  time_zone varchar(40) not null,
  unique (country_id, name)
);

create table genre (
  id smallint not null primary key,
  name varchar(40) not null unique
);

create table membership_plan (
  id smallint not null primary key,
  name varchar(40) not null unique,
  monthly_fee numeric(6, 2) not null check (monthly_fee >= 0),
  discount numeric(4, 3) not null check (discount between 0 and 1)
);
