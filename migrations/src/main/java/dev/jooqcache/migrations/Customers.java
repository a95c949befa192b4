package dev.jooqcache.migrations;

import dev.jooqcache.migrations.BulkInsert.Json;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** The customers of the stores, and what they say of films. */
final class Customers {

    static final int CUSTOMERS = 4_000;
    private static final LocalDate FIRST_JOINED = LocalDate.of(2015, 1, 1);
    private static final LocalDate LAST_JOINED = LocalDate.of(2023, 12, 31);
    private static final List<Integer> PLANS = List.of(1, 2, 3);

    private Customers() {}

    static void insert(Connection connection, Dice dice) throws SQLException {
        insertCustomers(connection, dice);
        insertReviews(connection, dice);
    }

    private static void insertCustomers(Connection connection, Dice dice) throws SQLException {
        try (BulkInsert insert = BulkInsert.into(
                connection,
                "customer",
                "id",
                "membership_number",
                "home_store_id",
                "plan_id",
                "given_name",
                "family_name",
                "email",
                "born_on",
                "preferences",
                "active",
                "joined_at")) {
            for (int id = 1; id <= CUSTOMERS; id++) {
                insert.row(
                        id,
                        dice.uuid(),
                        dice.between(1, Places.STORES),
                        dice.pickEarly(PLANS),
                        dice.pick(Vocabulary.GIVEN_NAMES),
                        dice.pick(Vocabulary.FAMILY_NAMES),
                        "customer" + id + "@mail.example",
                        dice.chance(70) ? dice.date(LocalDate.of(1940, 1, 1), LocalDate.of(2008, 12, 31)) : null,
                        preferences(dice),
                        dice.chance(95),
                        dice.date(FIRST_JOINED, LAST_JOINED)
                                .atTime(dice.between(9, 20), dice.between(0, 59))
                                .atOffset(ZoneOffset.UTC));
            }
        }
    }

    private static Json preferences(Dice dice) {
        return new Json("{\"newsletter\":" + dice.chance(40) + ",\"language\":\"" + dice.pick(Places.LANGUAGES)
                + "\",\"genres\":[\"" + dice.pickEarly(Places.GENRES) + "\"]}");
    }

    /** A popular film has up to 24 reviews, an unpopular one none; the step keeps the customers of one film apart. */
    private static void insertReviews(Connection connection, Dice dice) throws SQLException {
        try (BulkInsert insert =
                BulkInsert.into(connection, "review", "film_id", "customer_id", "stars", "remark", "written_at")) {
            for (int film = 1; film <= Films.FILMS; film++) {
                int reviews = dice.between(0, 24 - 23 * film / Films.FILMS) * dice.between(0, 2) / 2;
                int customer = dice.between(1, CUSTOMERS);
                int step = dice.between(1, CUSTOMERS / 30);
                for (int i = 0; i < reviews; i++) {
                    insert.row(
                            film,
                            1 + (customer + i * step) % CUSTOMERS,
                            dice.between(1, 5),
                            dice.chance(35) ? dice.pick(Vocabulary.REMARKS) : null,
                            dice.date(LocalDate.of(2024, 1, 1), LocalDate.of(2026, 6, 30))
                                    .atTime(dice.between(8, 23), dice.between(0, 59)));
                }
            }
        }
    }
}
