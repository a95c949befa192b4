package dev.jooqcache.sample;

/** The kinds of reads. */
enum Read implements Operation {
    PRICE("price by key", 24),
    FILM("film detail", 20),
    PAGE("catalogue page", 16),
    GENRES("genre menu", 8),
    STOCK("stock of a film", 8),
    CUSTOMER("customer by UUID", 8),
    HISTORY("customer history", 8),
    TOP_TEN("top ten of a store", 2),
    LISTING("listing (a view)", 3),
    OVERDUE("overdue today", 3);

    private final String label;
    private final int weight;

    Read(String label, int weight) {
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

    Question question(Choices choices) {
        return switch (this) {
            case PRICE -> CatalogueReads.price(choices);
            case FILM -> CatalogueReads.film(choices);
            case PAGE -> CatalogueReads.page(choices);
            case GENRES -> CatalogueReads.genres();
            case STOCK -> CatalogueReads.stock(choices);
            case CUSTOMER -> CatalogueReads.customer(choices);
            case HISTORY -> CatalogueReads.history(choices);
            case TOP_TEN -> CatalogueReads.topTen(choices);
            case LISTING -> CatalogueReads.listing(choices);
            case OVERDUE -> CatalogueReads.overdue(choices);
        };
    }
}
