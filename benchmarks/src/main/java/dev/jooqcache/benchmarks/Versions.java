package dev.jooqcache.benchmarks;

import static dev.jooqcache.sample.generated.Tables.FILM;

import dev.jooqcache.benchmarks.Rows.Versioned;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jooq.DSLContext;
import org.jooq.Record;

/**
 * Which change of each film was certainly committed: a film's {@code updated_at}, in seconds, rises with each, and is
 * noted after the write has returned. One thread at a time changes a film. Thread-safe.
 */
final class Versions {

    /** A write of one film. */
    interface Change {
        void make(int film, BigDecimal price, LocalDateTime at);
    }

    private final AtomicLongArray committed;
    private final ReentrantLock[] changing;
    private final int[] filmsInOrder;

    Versions(DSLContext dsl) {
        List<? extends Record> films = dsl.select(FILM.ID, FILM.UPDATED_AT)
                .from(FILM)
                .orderBy(FILM.TITLE, FILM.ID)
                .fetch();
        committed = new AtomicLongArray(films.size() + 1);
        changing = new ReentrantLock[films.size() + 1];
        Arrays.setAll(changing, film -> new ReentrantLock());
        filmsInOrder = new int[films.size()];
        for (int i = 0; i < filmsInOrder.length; i++) {
            filmsInOrder[i] = films.get(i).get(FILM.ID);
            committed.set(filmsInOrder[i], of(films.get(i)));
        }
    }

    /** The version of a film that was read. */
    static long of(Object film) {
        LocalDateTime at = film instanceof Record row
                ? Objects.requireNonNull(row.get(FILM.UPDATED_AT))
                : ((Versioned) film).updatedAt();
        return at.toEpochSecond(ZoneOffset.UTC);
    }

    long committed(int film) {
        return committed.get(film);
    }

    /** Those of the films on a page, in its order. */
    long[] committedOfPage(int page) {
        long[] versions = new long[Queries.PAGE_SIZE];
        Arrays.setAll(versions, i -> committed.get(filmsInOrder[page * Queries.PAGE_SIZE + i]));
        return versions;
    }

    /** Changes this film, or the next one that nobody is changing. */
    void change(int first, SplittableRandom random, Change change) {
        int film = first;
        while (!changing[film].tryLock()) film = film + 1 < changing.length ? film + 1 : 1;
        try {
            long version = committed.get(film) + 1;
            BigDecimal price = BigDecimal.valueOf(99 + 50L * random.nextInt(10), 2);
            change.make(film, price, LocalDateTime.ofEpochSecond(version, 0, ZoneOffset.UTC));
            committed.set(film, version);
        } finally {
            changing[film].unlock();
        }
    }
}
