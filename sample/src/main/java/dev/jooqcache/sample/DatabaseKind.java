package dev.jooqcache.sample;

/** Which database the sample runs on. */
public enum DatabaseKind {
    H2("H2"),
    POSTGRESQL("PostgreSQL");

    private final String product;

    DatabaseKind(String product) {
        this.product = product;
    }

    String product() {
        return product;
    }
}
