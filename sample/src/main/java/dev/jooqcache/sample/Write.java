package dev.jooqcache.sample;

import org.jooq.DSLContext;

/** The kinds of writes. A price changes rarely: films are rented some fifty times in between. */
enum Write implements Operation {
    RENT("rent a film", 49),
    GIVE_BACK("give a film back", 49),
    CHANGE_PRICE("change a price", 2);

    private final String label;
    private final int weight;

    Write(String label, int weight) {
        this.label = label;
        this.weight = weight;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public int weight() {
        return weight;
    }

    void run(DSLContext dsl, Choices choices) {
        switch (this) {
            case RENT -> CatalogueWrites.rent(dsl, choices);
            case GIVE_BACK -> CatalogueWrites.giveBack(dsl, choices);
            case CHANGE_PRICE -> CatalogueWrites.changePrice(dsl, choices);
        }
    }
}
