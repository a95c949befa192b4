package dev.jooqcache.testing;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;

import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Catalogue.AuthorRecord;
import dev.jooqcache.testing.Catalogue.BookRecord;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.ResultQuery;

/** The queries and writes on the tables of {@link Catalogue} that tests share. */
public final class Books {

    private Books() {}

    public static ResultQuery<BookRecord> books(DSLContext dsl) {
        return dsl.selectFrom(BOOK).orderBy(BOOK.ID);
    }

    public static ResultQuery<AuthorRecord> authors(DSLContext dsl) {
        return dsl.selectFrom(AUTHOR).orderBy(AUTHOR.ID);
    }

    public static ResultQuery<? extends Record> titles(DSLContext dsl) {
        return dsl.select(BOOK.ID, BOOK.TITLE).from(BOOK).orderBy(BOOK.ID);
    }

    public static ResultQuery<? extends Record> names(DSLContext dsl) {
        return dsl.select(AUTHOR.ID, AUTHOR.NAME).from(AUTHOR).orderBy(AUTHOR.ID);
    }

    /** The title of the first book. */
    public static String title(DSLContext dsl) {
        return firstTitle(titles(dsl).fetch());
    }

    public static String firstTitle(Result<? extends Record> titles) {
        return titles.get(0).get(BOOK.TITLE);
    }

    /** The name of the first author. */
    public static String name(DSLContext dsl) {
        return names(dsl).fetch().get(0).get(AUTHOR.NAME);
    }

    public static void retitle(DSLContext dsl, String title) {
        dsl.update(BOOK).set(BOOK.TITLE, title).where(BOOK.ID.eq(1)).execute();
    }

    public static void rename(DSLContext dsl, String name) {
        dsl.update(AUTHOR).set(AUTHOR.NAME, name).where(AUTHOR.ID.eq(1)).execute();
    }

    /** How many of the reads in some work were hits. */
    public static long hits(Fixture f, Runnable work) {
        CacheStats done = f.during(work);
        return done.hits();
    }
}
