package dev.jooqcache.testing;

import java.math.BigDecimal;
import org.jooq.ForeignKey;
import org.jooq.Name;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.UniqueKey;
import org.jooq.impl.DSL;
import org.jooq.impl.Internal;
import org.jooq.impl.SQLDataType;
import org.jooq.impl.TableImpl;
import org.jooq.impl.UpdatableRecordImpl;

/** Two tables as jOOQ's code generator would write them: authors and their books. */
public final class Catalogue {

    public static final Author AUTHOR = new Author(DSL.name("author"), null);
    public static final Book BOOK = new Book(DSL.name("book"), null);

    /** Portable DDL for both, with two authors and three books. */
    public static final String[] DDL = {
        "create table author (id int primary key, name varchar(100) not null)",
        "create table book (id int primary key, author_id int not null references author (id), title varchar(100) not"
                + " null, price decimal(10, 2), stock int not null)",
        "insert into author values (1, 'Orwell'), (2, 'Coelho')",
        "insert into book values (1, 1, '1984', 9.99, 10), (2, 1, 'Animal Farm', 7.50, 20), (3, 2, 'Brida', null, 30)",
    };

    private Catalogue() {}

    public static final class Author extends TableImpl<AuthorRecord> {
        private static final long serialVersionUID = 1L;

        public final TableField<AuthorRecord, Integer> ID =
                createField(DSL.name("id"), SQLDataType.INTEGER.nullable(false), this, "");
        public final TableField<AuthorRecord, String> NAME =
                createField(DSL.name("name"), SQLDataType.VARCHAR(100).nullable(false), this, "");

        private Author(Name alias, Table<AuthorRecord> aliased) {
            super(alias, null, aliased);
        }

        @Override
        public Class<AuthorRecord> getRecordType() {
            return AuthorRecord.class;
        }

        @Override
        public UniqueKey<AuthorRecord> getPrimaryKey() {
            return Internal.createUniqueKey(this, DSL.name("author_pkey"), new TableField[] {ID}, true);
        }

        @Override
        public Author as(String alias) {
            return new Author(DSL.name(alias), this);
        }
    }

    public static final class Book extends TableImpl<BookRecord> {
        private static final long serialVersionUID = 1L;

        public final TableField<BookRecord, Integer> ID =
                createField(DSL.name("id"), SQLDataType.INTEGER.nullable(false), this, "");
        public final TableField<BookRecord, Integer> AUTHOR_ID =
                createField(DSL.name("author_id"), SQLDataType.INTEGER.nullable(false), this, "");
        public final TableField<BookRecord, String> TITLE =
                createField(DSL.name("title"), SQLDataType.VARCHAR(100).nullable(false), this, "");
        public final TableField<BookRecord, BigDecimal> PRICE =
                createField(DSL.name("price"), SQLDataType.NUMERIC(10, 2), this, "");
        public final TableField<BookRecord, Integer> STOCK =
                createField(DSL.name("stock"), SQLDataType.INTEGER.nullable(false), this, "");

        private Book(Name alias, Table<BookRecord> aliased) {
            super(alias, null, aliased);
        }

        @Override
        public Class<BookRecord> getRecordType() {
            return BookRecord.class;
        }

        @Override
        public UniqueKey<BookRecord> getPrimaryKey() {
            return Internal.createUniqueKey(this, DSL.name("book_pkey"), new TableField[] {ID}, true);
        }

        @Override
        public java.util.List<ForeignKey<BookRecord, ?>> getReferences() {
            return java.util.List.of(Internal.createForeignKey(
                    this,
                    DSL.name("book_author_id_fkey"),
                    new TableField[] {AUTHOR_ID},
                    AUTHOR.getPrimaryKey(),
                    new TableField[] {AUTHOR.ID},
                    true));
        }

        @Override
        public Book as(String alias) {
            return new Book(DSL.name(alias), this);
        }
    }

    public static final class AuthorRecord extends UpdatableRecordImpl<AuthorRecord> {
        private static final long serialVersionUID = 1L;

        public AuthorRecord() {
            super(AUTHOR);
        }
    }

    public static final class BookRecord extends UpdatableRecordImpl<BookRecord> {
        private static final long serialVersionUID = 1L;

        public BookRecord() {
            super(BOOK);
        }

        public BookRecord(int id, int authorId, String title, BigDecimal price, int stock) {
            this();
            set(BOOK.ID, id);
            set(BOOK.AUTHOR_ID, authorId);
            set(BOOK.TITLE, title);
            set(BOOK.PRICE, price);
            set(BOOK.STOCK, stock);
        }
    }

    /** Whether two records are equal in values and in the classes of the values. */
    static boolean same(Record one, Record other) {
        if (!one.equals(other)) return false;
        for (int i = 0; i < one.size(); i++) {
            Object a = one.get(i);
            Object b = other.get(i);
            if (a != null && b != null && a.getClass() != b.getClass()) return false;
        }
        return true;
    }
}
