package dev.jooqcache.benchmarks;

/** The reads that are measured, each with some arguments in turn. */
public enum Workload {
    FILM("primary key", 64) {
        @Override
        Object read(Catalogue catalogue, int argument) {
            return catalogue.film(1 + argument);
        }
    },
    PAGE("page, 100 x 8", 16) {
        @Override
        Object read(Catalogue catalogue, int argument) {
            return catalogue.page(argument);
        }
    },
    DETAIL("nested detail", 64) {
        @Override
        Object read(Catalogue catalogue, int argument) {
            return catalogue.detail(1 + argument);
        }
    },
    GENRES("join, grouped", 8) {
        @Override
        Object read(Catalogue catalogue, int argument) {
            return catalogue.genres(1 + argument);
        }
    },
    REPORT("report over 60,000", 4) {
        @Override
        Object read(Catalogue catalogue, int argument) {
            return catalogue.report(argument);
        }
    };

    private final String label;
    private final int arguments;

    Workload(String label, int arguments) {
        this.label = label;
        this.arguments = arguments;
    }

    String label() {
        return label;
    }

    /** How many different arguments there are, from 0. */
    int arguments() {
        return arguments;
    }

    abstract Object read(Catalogue catalogue, int argument);
}
