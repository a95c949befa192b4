package dev.jooqcache.protocol;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Who takes part in a model. Tables are numbered by the bits of a mask.
 *
 * @param name tells configurations apart
 * @param writers for each writer the tables that its transaction writes
 * @param readers the readers
 * @param happenings what may go wrong by itself
 */
record Configuration(String name, List<Integer> writers, List<Reader> readers, Set<Happening> happenings) {

    /** What may happen besides commits. */
    enum Happening {
        ROLLBACK,
        /** COMMIT throws; the server finishes or undoes it at any time. */
        DOUBT,
        /** The process dies once and starts anew; results that were stored survive, as on disk. */
        CRASH
    }

    /**
     * One client's reads, one after the other.
     *
     * @param queries for each read the tables that its query depends on
     * @param isSnapshot whether they are one transaction with a snapshot
     */
    record Reader(List<Integer> queries, boolean isSnapshot) {}

    static Reader reads(Integer... queries) {
        return new Reader(List.of(queries), false);
    }

    static Reader snapshot(Integer... queries) {
        return new Reader(List.of(queries), true);
    }

    static Configuration of(String name, List<Integer> writers, List<Reader> readers, Happening... happenings) {
        Set<Happening> all = EnumSet.noneOf(Happening.class);
        all.addAll(List.of(happenings));
        return new Configuration(name, writers, readers, all);
    }

    boolean may(Happening happening) {
        return happenings.contains(happening);
    }

    @Override
    public String toString() {
        return name;
    }
}
