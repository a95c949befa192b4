package dev.jooqcache.precision;

import dev.jooqcache.testing.Database;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.h2.api.Trigger;
import org.jooq.DSLContext;
import org.jooq.ForeignKey;
import org.jooq.InverseForeignKey;
import org.jooq.Name;
import org.jooq.Path;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.UniqueKey;
import org.jooq.impl.DSL;
import org.jooq.impl.Internal;
import org.jooq.impl.SQLDataType;
import org.jooq.impl.TableImpl;
import org.jooq.impl.UpdatableRecordImpl;

/**
 * The tables of {@link ReadWriteMatrixTest}: makers, their items, and the items' parts, with every rule of foreign keys, a
 * generated column, defaults, triggers and views over views; categories that refer to each other; tags and rates, whose
 * keys are texts and decimals.
 */
final class MatrixSchema {

    static final Maker MAKER = new Maker(DSL.name("maker"), null, null, null, null);
    static final Item ITEM = new Item(DSL.name("item"), null, null, null, null);
    static final Part PART = new Part(DSL.name("part"), null);
    static final Category CATEGORY = new Category(DSL.name("category"), null);

    /** How many rows each table has at most; few, so that what is read and what is written collide. */
    static final int MAKERS = 4;

    static final int ITEMS = 7;

    private MatrixSchema() {}

    static String[] ddl(Database database) {
        List<String> ddl = new ArrayList<>(List.of(
                "create table maker (id int primary key, code varchar(10) unique, name varchar(20), grade int default 1)",
                "create table item (id int primary key, maker_id int, title varchar(20), price numeric(6, 2), qty int"
                        + " default 3, doubled int generated always as (qty * 2)"
                        + (database == Database.POSTGRESQL ? " stored" : "")
                        + ", foreign key (maker_id) references maker (id) on delete cascade on update cascade)",
                "create table part (id int primary key, item_id int, maker_code varchar(10), label char(5), size"
                        + " numeric(6, 2), foreign key (item_id) references item (id) on delete set null on update"
                        + " cascade, foreign key (maker_code) references maker (code) on delete cascade on update"
                        + " cascade)",
                "create table category (id int primary key, parent_id int, item_id int, name varchar(20), foreign key"
                        + " (parent_id) references category (id) on delete cascade)",
                "create table tag (name varchar(10) primary key, item_id int, weight int)",
                "create table rate (amount numeric(6, 2) primary key, grade int, note char(5))",
                "create table log (id int primary key, writes int)",
                "create view item_view as select id, maker_id as owner_id, title, price from item where qty >= 0",
                "create view owner_view as select m.id as maker, m.name, v.id as item_id, v.title from maker m left join"
                        + " item_view v on v.owner_id = m.id",
                "create view top_view as select maker, title, item_id as id from owner_view where maker > 1",
                "create view sum_view as select maker_id as id, count(*) as items, max(price) as price from item group by"
                        + " maker_id",
                "create view swapped_view as select maker_id as id, id as maker_id, title from item",
                "create view both_view as select id, title as name from item union all select id, name from maker"));
        switch (database) {
            case H2 ->
                ddl.add("create trigger item_log after update on item for each row call '" + LogTrigger.class.getName()
                        + "'");
            case POSTGRESQL -> {
                ddl.add("create function logged() returns trigger language plpgsql as $$ begin update log set writes ="
                        + " writes + 1 where id = 1; return null; end $$");
                ddl.add("create trigger item_log after update on item for each row execute function logged()");
                ddl.add("create function labelled() returns trigger language plpgsql as $$ begin new.label := 'own';"
                        + " return new; end $$");
                ddl.add("create trigger part_label before update on part for each row when (new.size > 2) execute"
                        + " function labelled()");
            }
            case MARIADB -> {
                ddl.add("create trigger item_log after update on item for each row update log set writes = writes + 1"
                        + " where id = 1");
                ddl.add("create trigger part_label before update on part for each row begin if new.size > 2 then set"
                        + " new.label = 'own'; end if; end");
            }
        }
        return ddl.toArray(String[]::new);
    }

    /** Empties the tables and gives them the rows that follow from the seed. */
    static void fill(DSLContext unseen, long seed) {
        Random random = new Random(seed);
        for (String table : List.of("log", "rate", "tag", "category", "part", "item", "maker"))
            unseen.execute("delete from " + table);
        for (int id = 1; id <= MAKERS; id++)
            unseen.execute(
                    "insert into maker values (?, ?, ?, ?)", id, "c" + id, "n" + random.nextInt(3), random.nextInt(3));
        for (int id = 1; id <= ITEMS; id++)
            unseen.execute(
                    "insert into item (id, maker_id, title, price, qty) values (?, ?, ?, ?, ?)",
                    id,
                    orNull(random, 1 + random.nextInt(MAKERS)),
                    "t" + random.nextInt(3),
                    BigDecimal.valueOf(100 + 50L * random.nextInt(4), 2),
                    random.nextInt(3));
        for (int id = 1; id <= ITEMS; id++)
            unseen.execute(
                    "insert into part values (?, ?, ?, ?, ?)",
                    id,
                    orNull(random, 1 + random.nextInt(ITEMS)),
                    orNull(random, "c" + (1 + random.nextInt(MAKERS))),
                    "l" + random.nextInt(3),
                    BigDecimal.valueOf(100 + 50L * random.nextInt(4), 2));
        for (int id = 1; id <= ITEMS; id++)
            unseen.execute(
                    "insert into category values (?, ?, ?, ?)",
                    id,
                    id == 1 ? null : orNull(random, 1 + random.nextInt(id - 1)),
                    1 + random.nextInt(ITEMS),
                    "n" + random.nextInt(3));
        for (String name : List.of("red", "Blue", "green "))
            unseen.execute("insert into tag values (?, ?, ?)", name, 1 + random.nextInt(ITEMS), random.nextInt(3));
        for (int amount = 2; amount <= 4; amount++)
            unseen.execute(
                    "insert into rate values (?, ?, ?)",
                    BigDecimal.valueOf(50L * amount, 2),
                    random.nextInt(3),
                    "r" + amount);
        unseen.execute("insert into log values (1, 0), (2, 0)");
    }

    private static <T> T orNull(Random random, T value) {
        return random.nextInt(5) == 0 ? null : value;
    }

    /** Counts the updates. */
    public static final class LogTrigger implements Trigger {
        @Override
        public void fire(Connection connection, Object[] before, Object[] after) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("update log set writes = writes + 1 where id = 1");
            }
        }
    }

    static class Maker extends TableImpl<MakerRecord> {
        private static final long serialVersionUID = 1L;

        final TableField<MakerRecord, Integer> ID =
                createField(DSL.name("id"), SQLDataType.INTEGER.nullable(false), this, "");
        final TableField<MakerRecord, String> CODE = createField(DSL.name("code"), SQLDataType.VARCHAR(10), this, "");
        final TableField<MakerRecord, String> NAME = createField(DSL.name("name"), SQLDataType.VARCHAR(20), this, "");
        final TableField<MakerRecord, Integer> GRADE =
                createField(DSL.name("grade"), SQLDataType.INTEGER.defaultValue(1), this, "");

        Maker(
                Name name,
                Table<? extends Record> path,
                ForeignKey<? extends Record, MakerRecord> child,
                InverseForeignKey<? extends Record, MakerRecord> parent,
                Table<MakerRecord> aliased) {
            super(
                    path == null ? name : Internal.createPathAlias(path, child, parent),
                    null,
                    path,
                    child,
                    parent,
                    aliased,
                    null,
                    DSL.comment(""));
        }

        @Override
        public Class<MakerRecord> getRecordType() {
            return MakerRecord.class;
        }

        @Override
        @SuppressWarnings("unchecked")
        public UniqueKey<MakerRecord> getPrimaryKey() {
            return Internal.createUniqueKey(this, DSL.name("maker_pkey"), new TableField[] {ID}, true);
        }

        @Override
        public Maker as(String alias) {
            return new Maker(DSL.name(alias), null, null, null, this);
        }
    }

    /** The maker, reached from an item. */
    static final class MakerPath extends Maker implements Path<MakerRecord> {
        private static final long serialVersionUID = 1L;

        MakerPath(Table<? extends Record> path, ForeignKey<? extends Record, MakerRecord> child) {
            super(DSL.name("maker"), path, child, null, MAKER);
        }
    }

    static class Item extends TableImpl<ItemRecord> {
        private static final long serialVersionUID = 1L;

        final TableField<ItemRecord, Integer> ID =
                createField(DSL.name("id"), SQLDataType.INTEGER.nullable(false), this, "");
        final TableField<ItemRecord, Integer> MAKER_ID =
                createField(DSL.name("maker_id"), SQLDataType.INTEGER, this, "");
        final TableField<ItemRecord, String> TITLE = createField(DSL.name("title"), SQLDataType.VARCHAR(20), this, "");
        final TableField<ItemRecord, BigDecimal> PRICE =
                createField(DSL.name("price"), SQLDataType.NUMERIC(6, 2), this, "");
        final TableField<ItemRecord, Integer> QTY =
                createField(DSL.name("qty"), SQLDataType.INTEGER.defaultValue(3), this, "");
        final TableField<ItemRecord, Integer> DOUBLED =
                createField(DSL.name("doubled"), SQLDataType.INTEGER.readonly(true), this, "");

        Item(
                Name name,
                Table<? extends Record> path,
                ForeignKey<? extends Record, ItemRecord> child,
                InverseForeignKey<? extends Record, ItemRecord> parent,
                Table<ItemRecord> aliased) {
            super(
                    path == null ? name : Internal.createPathAlias(path, child, parent),
                    null,
                    path,
                    child,
                    parent,
                    aliased,
                    null,
                    DSL.comment(""));
        }

        MakerPath maker() {
            return new MakerPath(this, toMaker());
        }

        @SuppressWarnings("unchecked")
        private ForeignKey<ItemRecord, MakerRecord> toMaker() {
            return Internal.createForeignKey(
                    this,
                    DSL.name("item_maker_fkey"),
                    new TableField[] {MAKER_ID},
                    MAKER.getPrimaryKey(),
                    new TableField[] {MAKER.ID},
                    true);
        }

        @Override
        public List<ForeignKey<ItemRecord, ?>> getReferences() {
            return List.of(toMaker());
        }

        @Override
        public Class<ItemRecord> getRecordType() {
            return ItemRecord.class;
        }

        @Override
        @SuppressWarnings("unchecked")
        public UniqueKey<ItemRecord> getPrimaryKey() {
            return Internal.createUniqueKey(this, DSL.name("item_pkey"), new TableField[] {ID}, true);
        }

        @Override
        public Item as(String alias) {
            return new Item(DSL.name(alias), null, null, null, this);
        }
    }

    /** The item, reached from a part. */
    static final class ItemPath extends Item implements Path<ItemRecord> {
        private static final long serialVersionUID = 1L;

        ItemPath(Table<? extends Record> path, ForeignKey<? extends Record, ItemRecord> child) {
            super(DSL.name("item"), path, child, null, ITEM);
        }
    }

    static final class Part extends TableImpl<PartRecord> {
        private static final long serialVersionUID = 1L;

        final TableField<PartRecord, Integer> ID =
                createField(DSL.name("id"), SQLDataType.INTEGER.nullable(false), this, "");
        final TableField<PartRecord, Integer> ITEM_ID = createField(DSL.name("item_id"), SQLDataType.INTEGER, this, "");
        final TableField<PartRecord, String> MAKER_CODE =
                createField(DSL.name("maker_code"), SQLDataType.VARCHAR(10), this, "");
        final TableField<PartRecord, String> LABEL = createField(DSL.name("label"), SQLDataType.CHAR(5), this, "");
        final TableField<PartRecord, BigDecimal> SIZE =
                createField(DSL.name("size"), SQLDataType.NUMERIC(6, 2), this, "");

        Part(Name name, Table<PartRecord> aliased) {
            super(name, null, aliased);
        }

        @SuppressWarnings("unchecked")
        ItemPath item() {
            return new ItemPath(
                    this,
                    Internal.createForeignKey(
                            this,
                            DSL.name("part_item_fkey"),
                            new TableField[] {ITEM_ID},
                            MatrixSchema.ITEM.getPrimaryKey(),
                            new TableField[] {MatrixSchema.ITEM.ID},
                            true));
        }

        @Override
        public Class<PartRecord> getRecordType() {
            return PartRecord.class;
        }

        @Override
        @SuppressWarnings("unchecked")
        public UniqueKey<PartRecord> getPrimaryKey() {
            return Internal.createUniqueKey(this, DSL.name("part_pkey"), new TableField[] {ID}, true);
        }

        @Override
        public Part as(String alias) {
            return new Part(DSL.name(alias), this);
        }
    }

    static final class Category extends TableImpl<Record> {
        private static final long serialVersionUID = 1L;

        final TableField<Record, Integer> ID = createField(DSL.name("id"), SQLDataType.INTEGER, this, "");
        final TableField<Record, Integer> PARENT_ID = createField(DSL.name("parent_id"), SQLDataType.INTEGER, this, "");
        final TableField<Record, Integer> ITEM_ID = createField(DSL.name("item_id"), SQLDataType.INTEGER, this, "");
        final TableField<Record, String> NAME = createField(DSL.name("name"), SQLDataType.VARCHAR(20), this, "");

        Category(Name name, Table<Record> aliased) {
            super(name, null, aliased);
        }

        @Override
        public Category as(String alias) {
            return new Category(DSL.name(alias), this);
        }
    }

    static final class MakerRecord extends UpdatableRecordImpl<MakerRecord> {
        private static final long serialVersionUID = 1L;

        public MakerRecord() {
            super(MAKER);
        }
    }

    static final class ItemRecord extends UpdatableRecordImpl<ItemRecord> {
        private static final long serialVersionUID = 1L;

        public ItemRecord() {
            super(ITEM);
        }
    }

    static final class PartRecord extends UpdatableRecordImpl<PartRecord> {
        private static final long serialVersionUID = 1L;

        public PartRecord() {
            super(PART);
        }
    }
}
