package dev.jooqcache.transactions;

import static dev.jooqcache.testing.Books.firstTitle;
import static dev.jooqcache.testing.Books.hits;
import static dev.jooqcache.testing.Books.name;
import static dev.jooqcache.testing.Books.rename;
import static dev.jooqcache.testing.Books.retitle;
import static dev.jooqcache.testing.Books.title;
import static dev.jooqcache.testing.Books.titles;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Catalogue.BookRecord;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.Tag;

/** What a transaction writes is its own until it commits, and everybody's from then on. */
class CommitAndRollbackTest {

    @Tag("T1")
    @TransactionTest
    void rollback_afterUncommittedReads_keepsWhatWasCached(Database database, Style style) {
        try (Fixture f = Fixture.catalogue(database);
                OpenTransaction tx = new OpenTransaction(style, f)) {
            DSLContext outside = style.outside(f);
            title(outside);
            tx.run(dsl -> {
                retitle(dsl, "uncommitted");
                // Twice, so that a result that was stored by mistake would be served.
                assertThat(title(dsl)).isEqualTo("uncommitted");
                assertThat(title(dsl)).isEqualTo("uncommitted");
            });
            assertThat(hits(f, () -> assertThat(title(outside)).isEqualTo("1984")))
                    .isEqualTo(1);
            tx.rollback();
            assertThat(hits(f, () -> assertThat(title(outside)).isEqualTo("1984")))
                    .as("still served from the cache")
                    .isEqualTo(1);
            f.assertFresh(Books::titles);
        }
    }

    @Tag("T1")
    @TransactionTest
    void rollback_ofUncachedTable_leavesNothingBehind(Database database, Style style) {
        try (Fixture f = Fixture.catalogue(database);
                OpenTransaction tx = new OpenTransaction(style, f)) {
            tx.run(dsl -> retitle(dsl, "uncommitted"));
            assertThat(firstTitle(tx.fetch(Books::titles))).isEqualTo("uncommitted");
            assertThat(title(style.outside(f))).isEqualTo("1984");
            tx.rollback();
            assertThat(title(style.outside(f))).isEqualTo("1984");
            f.warm(Books::titles);
        }
    }

    @Tag("T2")
    @TransactionTest
    void update_inTransaction_isSeenInsideAtOnceAndOutsideFromCommitOn(Database database, Style style) {
        try (Fixture f = Fixture.catalogue(database);
                OpenTransaction tx = new OpenTransaction(style, f)) {
            DSLContext outside = style.outside(f);
            title(outside);
            tx.run(dsl -> retitle(dsl, "new"));
            CacheStats inside =
                    f.during(() -> tx.run(dsl -> assertThat(title(dsl)).isEqualTo("new")));
            assertThat(inside.bypasses(BypassReason.OWN_WRITE)).isEqualTo(1);
            assertThat(hits(f, () -> assertThat(title(outside)).isEqualTo("1984")))
                    .isEqualTo(1);
            tx.commit();
            assertThat(title(outside)).isEqualTo("new");
            assertThat(hits(f, () -> assertThat(title(outside)).isEqualTo("new")))
                    .isEqualTo(1);
            f.assertFresh(Books::titles);
        }
    }

    @Tag("T2")
    @TransactionTest
    void fetch_tableNotWrittenByTheTransaction_isHit(Database database, Style style) {
        try (Fixture f = Fixture.catalogue(database);
                OpenTransaction tx = new OpenTransaction(style, f)) {
            name(style.outside(f));
            tx.run(dsl -> retitle(dsl, "new"));
            assertThat(hits(f, () -> tx.run(dsl -> assertThat(name(dsl)).isEqualTo("Orwell"))))
                    .isEqualTo(1);
            tx.commit();
            assertThat(hits(f, () -> assertThat(name(style.outside(f))).isEqualTo("Orwell")))
                    .isEqualTo(1);
        }
    }

    @Tag("T2")
    @TransactionTest
    void fetch_readCommittedTransaction_storesForOthers(Database database, Style style) {
        try (Fixture f = Fixture.catalogue(database);
                OpenTransaction tx = new OpenTransaction(style, f)) {
            // Some connection outside a transaction must have looked at the schema first.
            f.cache.explain(titles(f.dsl));
            tx.run(dsl -> assertThat(title(dsl)).isEqualTo("1984"));
            assertThat(hits(f, () -> assertThat(title(style.outside(f))).isEqualTo("1984")))
                    .isEqualTo(1);
        }
    }

    @Tag("T3")
    @TransactionTest
    void rollbackToSavepoint_thenCommit_showsWhatRemains(Database database, Style style) {
        try (Fixture f = Fixture.catalogue(database);
                OpenTransaction tx = new OpenTransaction(style, f)) {
            DSLContext outside = style.outside(f);
            title(outside);
            name(outside);
            tx.run(dsl -> retitle(dsl, "before"));
            assertThatThrownBy(() -> tx.nested(dsl -> {
                        retitle(dsl, "within");
                        rename(dsl, "within");
                        assertThat(title(dsl)).isEqualTo("within");
                        assertThat(name(dsl)).isEqualTo("within");
                        throw new IllegalStateException("back to the savepoint");
                    }))
                    .hasMessageContaining("back to the savepoint");
            tx.run(dsl -> {
                assertThat(title(dsl)).isEqualTo("before");
                assertThat(name(dsl)).isEqualTo("Orwell");
            });
            assertThat(title(outside)).isEqualTo("1984");
            assertThat(name(outside)).isEqualTo("Orwell");
            tx.commit();
            assertThat(title(outside)).isEqualTo("before");
            assertThat(name(outside)).isEqualTo("Orwell");
            f.assertFresh(Books::titles);
            f.assertFresh(Books::names);
        }
    }

    @Tag("T3")
    @TransactionTest
    void releasedSavepoints_ofOneName_showNothingBeforeTheOutermostCommit(Database database, Style style) {
        try (Fixture f = Fixture.catalogue(database);
                OpenTransaction tx = new OpenTransaction(style, f)) {
            DSLContext outside = style.outside(f);
            title(outside);
            tx.nested(dsl -> retitle(dsl, "one"));
            assertThat(hits(f, () -> assertThat(title(outside)).isEqualTo("1984")))
                    .as("an inner commit is none")
                    .isEqualTo(1);
            tx.nested(dsl -> retitle(dsl, "two"));
            assertThat(title(outside)).isEqualTo("1984");
            tx.run(dsl -> assertThat(title(dsl)).isEqualTo("two"));
            tx.commit();
            assertThat(title(outside)).isEqualTo("two");
            f.assertFresh(Books::titles);
        }
    }

    @Tag("T3")
    @TransactionTest
    void releasedSavepoint_thenRollback_showsNothing(Database database, Style style) {
        try (Fixture f = Fixture.catalogue(database);
                OpenTransaction tx = new OpenTransaction(style, f)) {
            DSLContext outside = style.outside(f);
            title(outside);
            tx.nested(dsl -> retitle(dsl, "one"));
            tx.rollback();
            assertThat(hits(f, () -> assertThat(title(outside)).isEqualTo("1984")))
                    .isEqualTo(1);
        }
    }

    @Tag("T5")
    @TransactionTest
    void commit_ofReadOnlyTransaction_doesNotHideAnUpdateByOthers(Database database, Style style) {
        try (Fixture f = Fixture.catalogue(database);
                OpenTransaction reader = new OpenTransaction(style, f);
                OpenTransaction writer = new OpenTransaction(style, f)) {
            reader.run(dsl -> assertThat(title(dsl)).isEqualTo("1984"));
            writer.run(dsl -> retitle(dsl, "new"));
            reader.run(dsl -> assertThat(title(dsl)).isEqualTo("1984"));
            writer.commit();
            reader.run(dsl -> assertThat(title(dsl)).isEqualTo("new"));
            reader.commit();
            assertThat(title(style.outside(f))).isEqualTo("new");
            f.assertFresh(Books::titles);
        }
    }

    @Tag("T6")
    @TransactionTest
    void commits_ofOverlappingWritersInBothOrders_showBoth(Database database, Style style) {
        for (boolean firstCommitsFirst : new boolean[] {true, false}) {
            try (Fixture f = Fixture.catalogue(database);
                    OpenTransaction first = new OpenTransaction(style, f);
                    OpenTransaction second = new OpenTransaction(style, f)) {
                DSLContext outside = style.outside(f);
                titles(outside).fetch();
                first.run(dsl -> dsl.executeInsert(new BookRecord(10, 1, "first", null, 1)));
                second.run(dsl -> dsl.executeInsert(new BookRecord(11, 1, "second", null, 1)));
                assertThat(first.fetch(Books::titles).getValues(BOOK.ID))
                        .contains(10)
                        .doesNotContain(11);
                assertThat(second.fetch(Books::titles).getValues(BOOK.ID))
                        .contains(11)
                        .doesNotContain(10);
                OpenTransaction early = firstCommitsFirst ? first : second;
                OpenTransaction late = firstCommitsFirst ? second : first;
                early.commit();
                assertThat(titles(outside).fetch()).hasSize(4);
                assertThat(late.fetch(Books::titles)).hasSize(5);
                assertThat(titles(outside).fetch()).hasSize(4);
                late.commit();
                assertThat(titles(outside).fetch()).hasSize(5);
                f.assertFresh(Books::titles);
                f.warm(Books::titles);
            }
        }
    }

    @Tag("T12")
    @TransactionTest
    void failedStatement_thenRollback_leavesTheTransactionUsableAgain(Database database, Style style) {
        try (Fixture f = Fixture.catalogue(database);
                OpenTransaction tx = new OpenTransaction(style, f)) {
            DSLContext outside = style.outside(f);
            title(outside);
            tx.run(dsl -> retitle(dsl, "lost"));
            assertThatThrownBy(() -> tx.run(dsl -> dsl.executeInsert(new BookRecord(1, 1, "twice", null, 1))))
                    .isInstanceOf(DataAccessException.class);
            if (database == Database.POSTGRESQL) {
                // What the database refuses must not come from the cache either.
                assertThatThrownBy(() -> tx.run(Books::name)).isInstanceOf(DataAccessException.class);
                assertThatThrownBy(() -> tx.run(Books::title)).isInstanceOf(DataAccessException.class);
            }
            assertThat(title(outside)).isEqualTo("1984");
            tx.rollback();
            assertThat(hits(f, () -> assertThat(title(outside)).isEqualTo("1984")))
                    .isEqualTo(1);
        }
    }

    @Tag("T12")
    @TransactionTest
    void failedStatement_thenRollbackToSavepoint_goesOn(Database database, Style style) {
        try (Fixture f = Fixture.catalogue(database);
                OpenTransaction tx = new OpenTransaction(style, f)) {
            DSLContext outside = style.outside(f);
            title(outside);
            name(outside);
            tx.run(dsl -> retitle(dsl, "kept"));
            assertThatThrownBy(() -> tx.nested(dsl -> dsl.executeInsert(new BookRecord(1, 1, "twice", null, 1))))
                    .isInstanceOf(DataAccessException.class);
            tx.run(dsl -> assertThat(title(dsl)).isEqualTo("kept"));
            assertThat(hits(f, () -> tx.run(dsl -> assertThat(name(dsl)).isEqualTo("Orwell"))))
                    .as("the transaction has recovered")
                    .isEqualTo(1);
            tx.commit();
            assertThat(title(outside)).isEqualTo("kept");
            f.assertFresh(Books::titles);
        }
    }
}
