package dev.jooqcache.migrations;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;

/** The reference data of the catalogue, and its stores with their employees. */
final class Places {

    static final int STORES = 12;
    static final int EMPLOYEES_PER_STORE = 5;
    static final List<String> LANGUAGES = List.of("de", "en", "es", "fi", "fr", "it", "ja", "pl", "pt", "tr");
    static final List<String> GENRES = List.of(
            "Drama",
            "Comedy",
            "Thriller",
            "Adventure",
            "Crime",
            "Science Fiction",
            "Romance",
            "Family",
            "Documentary",
            "Animation",
            "Mystery",
            "History",
            "Music",
            "War",
            "Western",
            "Short");

    private static final List<String> LANGUAGE_NAMES = List.of(
            "German",
            "English",
            "Spanish",
            "Finnish",
            "French",
            "Italian",
            "Japanese",
            "Polish",
            "Portuguese",
            "Turkish");

    private record Country(String isoCode, String name, String timeZone, List<String> towns) {}

    private static final List<Country> COUNTRIES = List.of(
            new Country("AR", "Argentina", "America/Argentina/Buenos_Aires", List.of("Rosario", "Salta", "Ushuaia")),
            new Country("AT", "Austria", "Europe/Vienna", List.of("Graz", "Linz", "Villach")),
            new Country("BR", "Brazil", "America/Sao_Paulo", List.of("Curitiba", "Olinda", "Santos")),
            new Country("CA", "Canada", "America/Toronto", List.of("Guelph", "Kingston", "Sherbrooke")),
            new Country("DE", "Germany", "Europe/Berlin", List.of("Bremen", "Erfurt", "Würzburg")),
            new Country("DK", "Denmark", "Europe/Copenhagen", List.of("Aarhus", "Odense", "Ribe")),
            new Country("ES", "Spain", "Europe/Madrid", List.of("Cádiz", "Gijón", "Teruel")),
            new Country("FI", "Finland", "Europe/Helsinki", List.of("Oulu", "Tampere", "Turku")),
            new Country("FR", "France", "Europe/Paris", List.of("Angers", "Nîmes", "Rennes")),
            new Country("GB", "United Kingdom", "Europe/London", List.of("Bath", "Dundee", "Swansea")),
            new Country("IE", "Ireland", "Europe/Dublin", List.of("Cork", "Galway", "Sligo")),
            new Country("IT", "Italy", "Europe/Rome", List.of("Bari", "Lecce", "Trieste")),
            new Country("JP", "Japan", "Asia/Tokyo", List.of("Kanazawa", "Nara", "Otaru")),
            new Country("KE", "Kenya", "Africa/Nairobi", List.of("Kisumu", "Malindi", "Nakuru")),
            new Country("MX", "Mexico", "America/Mexico_City", List.of("Mérida", "Oaxaca", "Puebla")),
            new Country("NZ", "New Zealand", "Pacific/Auckland", List.of("Dunedin", "Napier", "Nelson")),
            new Country("PL", "Poland", "Europe/Warsaw", List.of("Gdynia", "Łódź", "Toruń")),
            new Country("PT", "Portugal", "Europe/Lisbon", List.of("Braga", "Évora", "Faro")),
            new Country("SE", "Sweden", "Europe/Stockholm", List.of("Kalmar", "Umeå", "Visby")),
            new Country("TR", "Türkiye", "Europe/Istanbul", List.of("Bursa", "Eskişehir", "Izmir")));

    static final int COUNTRY_COUNT = COUNTRIES.size();

    private static final List<BigDecimal> MONTHLY_FEES =
            List.of(new BigDecimal("0.00"), new BigDecimal("4.90"), new BigDecimal("9.90"));

    static final List<String> PLANS = List.of("Guest", "Regular", "Cinephile");
    static final List<BigDecimal> DISCOUNTS =
            List.of(new BigDecimal("0.000"), new BigDecimal("0.100"), new BigDecimal("0.175"));

    private Places() {}

    static void insert(Connection connection, Dice dice) throws SQLException {
        insertLanguages(connection);
        insertCountriesAndTowns(connection);
        insertGenres(connection);
        insertPlans(connection);
        insertStores(connection, dice);
        insertEmployees(connection, dice);
    }

    private static void insertLanguages(Connection connection) throws SQLException {
        try (BulkInsert languages = BulkInsert.into(connection, "language", "id", "iso_code", "name")) {
            for (int i = 0; i < LANGUAGES.size(); i++) {
                languages.row(i + 1, LANGUAGES.get(i), LANGUAGE_NAMES.get(i));
            }
        }
    }

    private static void insertCountriesAndTowns(Connection connection) throws SQLException {
        try (BulkInsert countries = BulkInsert.into(connection, "country", "id", "iso_code", "name")) {
            for (int i = 0; i < COUNTRIES.size(); i++) {
                countries.row(
                        i + 1, COUNTRIES.get(i).isoCode(), COUNTRIES.get(i).name());
            }
        }
        try (BulkInsert towns = BulkInsert.into(connection, "town", "id", "country_id", "name", "time_zone")) {
            int id = 0;
            for (int i = 0; i < COUNTRIES.size(); i++) {
                for (String town : COUNTRIES.get(i).towns()) {
                    towns.row(++id, i + 1, town, COUNTRIES.get(i).timeZone());
                }
            }
        }
    }

    private static void insertGenres(Connection connection) throws SQLException {
        try (BulkInsert genres = BulkInsert.into(connection, "genre", "id", "name")) {
            for (int i = 0; i < GENRES.size(); i++) {
                genres.row(i + 1, GENRES.get(i));
            }
        }
    }

    private static void insertPlans(Connection connection) throws SQLException {
        try (BulkInsert plans =
                BulkInsert.into(connection, "membership_plan", "id", "name", "monthly_fee", "discount")) {
            for (int i = 0; i < PLANS.size(); i++) {
                plans.row(i + 1, PLANS.get(i), MONTHLY_FEES.get(i), DISCOUNTS.get(i));
            }
        }
    }

    private static void insertStores(Connection connection, Dice dice) throws SQLException {
        try (BulkInsert stores = BulkInsert.into(connection, "store", "id", "town_id", "name", "street", "opened_on")) {
            for (int store = 1; store <= STORES; store++) {
                Country country = COUNTRIES.get(store - 1);
                String street = dice.between(1, 120) + " " + dice.pick(Vocabulary.STREETS);
                LocalDate opened = dice.date(LocalDate.of(2009, 1, 1), LocalDate.of(2022, 12, 31));
                stores.row(store, 3 * store - 2, "Film House " + country.towns().get(0), street, opened);
            }
        }
    }

    private static void insertEmployees(Connection connection, Dice dice) throws SQLException {
        try (BulkInsert employees = BulkInsert.into(
                connection, "employee", "id", "store_id", "given_name", "family_name", "email", "hired_on", "active")) {
            for (int id = 1; id <= STORES * EMPLOYEES_PER_STORE; id++) {
                int store = (id - 1) / EMPLOYEES_PER_STORE + 1;
                employees.row(
                        id,
                        store,
                        dice.pick(Vocabulary.GIVEN_NAMES),
                        dice.pick(Vocabulary.FAMILY_NAMES),
                        "employee" + id + "@filmhouse.example",
                        dice.date(LocalDate.of(2015, 1, 1), LocalDate.of(2022, 12, 31)),
                        dice.chance(90));
            }
        }
    }
}
