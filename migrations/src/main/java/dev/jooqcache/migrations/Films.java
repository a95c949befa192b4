package dev.jooqcache.migrations;

import dev.jooqcache.migrations.BulkInsert.Json;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The films of the catalogue, with their genres, credits and earlier prices. The lower a film's id, the more popular it is. */
final class Films {

    static final int FILMS = 3_000;
    private static final int PERSONS = 4_000;
    private static final LocalDate FIRST_RELEASE = LocalDate.of(1962, 1, 1);
    private static final LocalDate LAST_RELEASE = LocalDate.of(2024, 12, 31);
    private static final List<String> AGE_RATINGS = List.of("ALL", "SIX", "TWELVE", "SIXTEEN", "EIGHTEEN");
    private static final List<String> ASPECT_RATIOS = List.of("1.33:1", "1.66:1", "1.85:1", "2.39:1");
    private static final List<BigDecimal> PRICES = List.of(
            new BigDecimal("1.99"),
            new BigDecimal("2.49"),
            new BigDecimal("2.99"),
            new BigDecimal("3.99"),
            new BigDecimal("4.99"));

    record Film(int id, BigDecimal price, int rentalDays) {}

    private Films() {}

    static List<Film> insert(Connection connection, Dice dice) throws SQLException {
        List<Film> films = insertFilms(connection, dice);
        insertGenres(connection, dice);
        insertPersons(connection, dice);
        insertCredits(connection, dice);
        insertPriceChanges(connection, dice, films);
        return films;
    }

    private static List<Film> insertFilms(Connection connection, Dice dice) throws SQLException {
        List<Film> films = new ArrayList<>(FILMS);
        Set<String> titles = new HashSet<>();
        try (BulkInsert insert = BulkInsert.into(
                connection,
                "film",
                "id",
                "title",
                "synopsis",
                "released_on",
                "running_minutes",
                "age_rating",
                "language_id",
                "subtitles",
                "rental_days",
                "rental_price",
                "replacement_cost",
                "facts",
                "updated_at")) {
            for (int id = 1; id <= FILMS; id++) {
                Film film = new Film(id, dice.pick(PRICES), dice.between(2, 7));
                films.add(film);
                LocalDate released = dice.date(FIRST_RELEASE, LAST_RELEASE);
                insert.row(
                        id,
                        newTitle(dice, titles),
                        synopsis(dice),
                        released,
                        dice.between(62, 201),
                        dice.pick(AGE_RATINGS),
                        dice.between(1, Places.LANGUAGES.size()),
                        subtitles(dice),
                        film.rentalDays(),
                        film.price(),
                        film.price().multiply(BigDecimal.valueOf(dice.between(4, 9))),
                        facts(dice),
                        LocalDate.of(2026, 1, 1).plusDays(id % 180).atTime(3, 15));
            }
        }
        return films;
    }

    private static String newTitle(Dice dice, Set<String> taken) {
        String title = title(dice);
        String unique = title;
        for (int part = 2; !taken.add(unique); part++) {
            unique = title + " " + part;
        }
        return unique;
    }

    private static String title(Dice dice) {
        String adjective = dice.pick(Vocabulary.ADJECTIVES);
        String noun = dice.pick(Vocabulary.NOUNS);
        return switch (dice.between(1, 4)) {
            case 1 -> "The " + adjective + " " + noun;
            case 2 -> adjective + " " + noun;
            case 3 -> noun + " of the " + adjective + " " + dice.pick(Vocabulary.NOUNS);
            default -> dice.pick(Vocabulary.GIVEN_NAMES) + " and the " + adjective + " " + noun;
        };
    }

    private static String synopsis(Dice dice) {
        String hero = dice.pick(Vocabulary.GIVEN_NAMES);
        String job = dice.pick(Vocabulary.NOUNS);
        return hero + ", known as the " + job + ", " + dice.pick(Vocabulary.TROUBLES) + ". "
                + dice.pick(Vocabulary.CONSEQUENCES);
    }

    private static String[] subtitles(Dice dice) {
        return Places.LANGUAGES.stream().filter(language -> dice.chance(30)).toArray(String[]::new);
    }

    private static Json facts(Dice dice) {
        return new Json("{\"aspect\":\"" + dice.pick(ASPECT_RATIOS) + "\",\"awards\":" + dice.between(0, 9)
                + ",\"colour\":" + dice.chance(85) + "}");
    }

    private static void insertGenres(Connection connection, Dice dice) throws SQLException {
        List<Integer> genres =
                IntStream.rangeClosed(1, Places.GENRES.size()).boxed().collect(Collectors.toList());
        try (BulkInsert insert = BulkInsert.into(connection, "film_genre", "film_id", "genre_id")) {
            for (int film = 1; film <= FILMS; film++) {
                Set<Integer> chosen = new HashSet<>();
                for (int i = dice.between(1, 3); i > 0; i--) {
                    chosen.add(dice.pickEarly(genres));
                }
                for (int genre : chosen) {
                    insert.row(film, genre);
                }
            }
        }
    }

    private static void insertPersons(Connection connection, Dice dice) throws SQLException {
        try (BulkInsert insert = BulkInsert.into(connection, "person", "id", "name", "born_on", "country_id")) {
            for (int id = 1; id <= PERSONS; id++) {
                insert.row(
                        id,
                        dice.pick(Vocabulary.GIVEN_NAMES) + " " + dice.pick(Vocabulary.FAMILY_NAMES),
                        dice.chance(80) ? dice.date(LocalDate.of(1920, 1, 1), LocalDate.of(2005, 12, 31)) : null,
                        dice.chance(90) ? dice.between(1, Places.COUNTRY_COUNT) : null);
            }
        }
    }

    private static void insertCredits(Connection connection, Dice dice) throws SQLException {
        try (BulkInsert insert = BulkInsert.into(
                connection, "film_credit", "film_id", "billing", "person_id", "job", "character_name")) {
            for (int film = 1; film <= FILMS; film++) {
                insert.row(film, 1, dice.between(1, PERSONS), "DIRECTOR", null);
                insert.row(film, 2, dice.between(1, PERSONS), "WRITER", null);
                int cast = dice.between(3, 7);
                for (int billing = 3; billing < 3 + cast; billing++) {
                    String character = dice.chance(95) ? dice.pick(Vocabulary.GIVEN_NAMES) : null;
                    insert.row(film, billing, dice.between(1, PERSONS), "ACTOR", character);
                }
            }
        }
    }

    private static void insertPriceChanges(Connection connection, Dice dice, List<Film> films) throws SQLException {
        try (BulkInsert insert =
                BulkInsert.into(connection, "price_change", "id", "film_id", "old_price", "new_price", "changed_at")) {
            long id = 0;
            for (Film film : films) {
                if (dice.chance(60)) {
                    BigDecimal earlier = film.price().add(BigDecimal.ONE);
                    LocalDate changed = dice.date(LocalDate.of(2025, 1, 1), LocalDate.of(2026, 6, 30));
                    insert.row(
                            ++id,
                            film.id(),
                            earlier,
                            film.price(),
                            changed.atTime(3, 15).atOffset(ZoneOffset.UTC));
                }
            }
        }
    }
}
