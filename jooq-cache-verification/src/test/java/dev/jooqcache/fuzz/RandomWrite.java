package dev.jooqcache.fuzz;

import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.testing.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.UpdatableRecord;
import org.jooq.exception.DataAccessException;

/** Makes and executes one write at random: through the DSL, records, batches, texts and JDBC. */
@SuppressWarnings({"unchecked", "rawtypes"})
final class RandomWrite {

    private final Random random;
    private final double keyShare;
    private final boolean postgres;
    private final RandomTerms terms;

    RandomWrite(Random random, Database database, double keyShare) {
        this.random = random;
        this.keyShare = keyShare;
        this.postgres = database == Database.POSTGRESQL;
        this.terms = new RandomTerms(random, keyShare, postgres, new Lookups());
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private FuzzTable<?> anyTable() {
        return FuzzSchema.TABLES.get(random.nextInt(FuzzSchema.TABLES.size()));
    }

    /** Executes a write. What it throws is what the database, or jOOQ, has against it. */
    void execute(DSLContext dsl) {
        FuzzTable table = anyTable();
        if (oneIn(4)) {
            // More than is deleted, or the tables would be empty most of the time.
            insert(dsl, table).execute();
            return;
        }
        switch (random.nextInt(32)) {
            case 0, 1, 2, 3, 4, 5, 6:
                insert(dsl, table).execute();
                break;
            case 7, 8, 9, 10, 11, 12:
                update(dsl, table).execute();
                break;
            case 13, 14:
                delete(dsl, table).execute();
                break;
            case 15:
                insertSelect(dsl).execute();
                break;
            case 16, 17:
                upsert(dsl, table).execute();
                break;
            case 18:
                merge(dsl);
                break;
            case 19, 20:
                batch(dsl, table);
                break;
            case 21, 22, 23, 24:
                records(dsl, table);
                break;
            case 25, 26:
                dsl.execute(text());
                break;
            case 27:
                dsl.connection(this::jdbc);
                break;
            case 28:
                updateFrom(dsl);
                break;
            case 29:
                returning(dsl, table);
                break;
            case 30:
                special(dsl);
                break;
            default:
                dsl.query(
                                "update {0} set {1} = {2} where {3} = {4}",
                                table,
                                unqualified(setColumn(table)),
                                terms.literal(setColumn(table).kind()),
                                unqualified(keyColumn(table)),
                                terms.literal(keyColumn(table).kind()))
                        .execute();
                break;
        }
    }

    /** Inserts a row, as far as it may be. */
    void fill(DSLContext dsl, FuzzTable<?> table) {
        insert(dsl, table).execute();
    }

    private static Field<?> unqualified(Column column) {
        return field(column.field().getUnqualifiedName());
    }

    private static Column keyColumn(FuzzTable<?> table) {
        return table.columns().get(0);
    }

    private static Column setColumn(FuzzTable<?> table) {
        List<Column> plain = table.columns().stream()
                .filter(c -> !c.isTracked() && !c.isGenerated())
                .toList();
        return plain.get(0);
    }

    /** Values for an insert: all columns mostly, and NULL now and then. */
    private Map<Field<?>, Object> values(FuzzTable<?> table) {
        Map<Field<?>, Object> values = new LinkedHashMap<>();
        for (Column column : table.columns()) {
            if (column.isGenerated()) continue;
            boolean isKey = table.isInKey(column);
            if (!isKey && oneIn(8)) continue;
            values.put(column.field(), !isKey && oneIn(5) ? null : column.kind().value(random));
        }
        return values;
    }

    private Query insert(DSLContext dsl, FuzzTable table) {
        if (!oneIn(4)) return dsl.insertInto(table).set(values(table));
        Field[] fields = ((FuzzTable<?>) table)
                .columns().stream()
                        .filter(c -> !c.isGenerated())
                        .map(Column::field)
                        .toArray(Field[]::new);
        var insert = dsl.insertInto(table, fields);
        for (int i = 0; i <= random.nextInt(3); i++) {
            Object[] row = new Object[fields.length];
            int j = 0;
            for (Column column : ((FuzzTable<?>) table).columns())
                if (!column.isGenerated()) row[j++] = column.kind().value(random);
            insert = insert.values(row);
        }
        return oneIn(2) ? insert.onConflictDoNothing() : insert;
    }

    /** What a WHERE says: keys and named values mostly, else anything, seldom nothing. */
    private Condition where(FuzzTable<?> table) {
        if (oneIn(25)) return org.jooq.impl.DSL.noCondition();
        if (random.nextDouble() >= keyShare) return terms.condition(table.columns(), 1);
        List<Column> tracked =
                table.columns().stream().filter(Column::isTracked).toList();
        Column key = tracked.get(random.nextInt(tracked.size()));
        Field c = key.field();
        Condition pinned = oneIn(4)
                ? c.in(terms.literal(key.kind()), terms.literal(key.kind()))
                : oneIn(10) ? c.isNull() : c.eq(terms.literal(key.kind()));
        return oneIn(4) ? pinned.and(terms.condition(table.columns(), 0)) : pinned;
    }

    private Map<Field<?>, Object> changes(FuzzTable<?> table) {
        Map<Field<?>, Object> changes = new LinkedHashMap<>();
        for (int i = random.nextInt(2); i >= 0; i--) {
            List<Column> columns = table.columns().stream()
                    .filter(c -> !c.isGenerated() && (!table.isInKey(c) || oneIn(6)))
                    .toList();
            if (columns.isEmpty()) columns = List.of(keyColumn(table));
            Column column = columns.get(random.nextInt(columns.size()));
            Field c = column.field();
            Object value = switch (random.nextInt(8)) {
                case 0 -> table.isInKey(column) ? terms.literal(column.kind()) : null;
                case 1 ->
                    column.kind().isNumber() ? c.plus(terms.literal(column.kind())) : terms.literal(column.kind());
                case 2 -> terms.expression(column.kind(), table.columns(), 1);
                case 3 ->
                    oneIn(2) ? new Lookups().scalar(column.kind(), table.columns(), 0) : terms.literal(column.kind());
                default -> terms.literal(column.kind());
            };
            changes.put(c, value instanceof Select<?> query ? field((Select) query) : value);
        }
        return changes;
    }

    private Query update(DSLContext dsl, FuzzTable table) {
        return dsl.update(table).set(changes(table)).where(where(table));
    }

    private Query delete(DSLContext dsl, FuzzTable table) {
        Condition where = where(table);
        // Or the tables would be empty most of the time.
        if (!oneIn(3))
            where = where.and(((Field) keyColumn(table).field())
                    .eq(terms.literal(keyColumn(table).kind())));
        return dsl.deleteFrom(table).where(where);
    }

    private Query insertSelect(DSLContext dsl) {
        FuzzTable<?> item = FuzzSchema.ITEM;
        FuzzTable<?> tag = FuzzSchema.TAG;
        return switch (random.nextInt(3)) {
            case 0 ->
                dsl.insertInto(FuzzSchema.ITEM_TAG)
                        .columns(
                                FuzzSchema.ITEM_TAG.field("item_id", Long.class),
                                FuzzSchema.ITEM_TAG.field("tag", String.class))
                        .select(select(item.field("id", Long.class), tag.field("name", String.class))
                                .from(item)
                                .join(tag)
                                .on(where(item))
                                .where(where(tag)))
                        .onConflictDoNothing();
            case 1 ->
                dsl.insertInto(FuzzSchema.RATE)
                        .columns(
                                FuzzSchema.RATE.field("amount", java.math.BigDecimal.class),
                                FuzzSchema.RATE.field("grade", Integer.class))
                        .select(select(
                                        item.field("price", java.math.BigDecimal.class),
                                        max(item.field("qty", Integer.class)))
                                .from(item)
                                .where(where(item))
                                .and(item.field("price").isNotNull())
                                .groupBy(item.field("price")))
                        .onConflictDoNothing();
            default ->
                dsl.insertInto(FuzzSchema.EVENT)
                        .columns(
                                FuzzSchema.EVENT.field("held", java.time.LocalDate.class),
                                FuzzSchema.EVENT.field("seq", Integer.class),
                                FuzzSchema.EVENT.field("owner_id", Integer.class))
                        .select(select(
                                        FuzzSchema.DOC.field("held", java.time.LocalDate.class),
                                        count().plus(20),
                                        max(item.field("owner_id", Integer.class)))
                                .from(FuzzSchema.DOC)
                                .join(item)
                                .on(item.field("id", Long.class).eq(FuzzSchema.DOC.field("item_id", Long.class)))
                                .where(FuzzSchema.DOC.field("held").isNotNull())
                                .groupBy(FuzzSchema.DOC.field("held")))
                        .onConflictDoNothing();
        };
    }

    private Query upsert(DSLContext dsl, FuzzTable table) {
        Column set = setColumn(table);
        var insert = dsl.insertInto(table).set(values(table));
        List<Field<?>> key = new ArrayList<>(((FuzzTable<?>) table).key());
        return switch (random.nextInt(5)) {
            case 0 -> insert.onConflictDoNothing();
            case 1 -> insert.onDuplicateKeyIgnore();
            case 2 -> insert.onDuplicateKeyUpdate().set(changes(table));
            case 3 -> insert.onConflict(key).doUpdate().set((Field) set.field(), (Field) excluded((Field) set.field()));
            default -> insert.onConflict(key).doUpdate().set(changes(table));
        };
    }

    private void merge(DSLContext dsl) {
        FuzzTable<?> source = FuzzSchema.OWNER.as("s");
        FuzzTable<?> target = FuzzSchema.AUDIT;
        Field<Integer> id = source.field("id", Integer.class);
        Field<Long> key = target.field("item_id", Long.class);
        Field<Integer> changes = target.field("changes", Integer.class);
        Condition matched = key.eq(id.cast(Long.class)).and(where(source));
        switch (random.nextInt(3)) {
            case 0:
                dsl.mergeInto(target)
                        .using(source)
                        .on(matched)
                        .whenMatchedThenUpdate()
                        .set(changes, source.field("age", Integer.class))
                        .execute();
                break;
            case 1:
                dsl.mergeInto(target)
                        .using(source)
                        .on(key.eq(id.cast(Long.class)))
                        .whenNotMatchedThenInsert(key, changes)
                        .values(id.cast(Long.class), source.field("age", Integer.class))
                        .execute();
                break;
            default:
                dsl.mergeInto(target)
                        .using(source)
                        .on(matched)
                        .whenMatchedThenDelete()
                        .execute();
                break;
        }
    }

    private void batch(DSLContext dsl, FuzzTable table) {
        switch (random.nextInt(4)) {
            case 0:
                dsl.batch(update(dsl, table), update(dsl, anyTable()), insert(dsl, anyTable()))
                        .execute();
                break;
            case 1:
                Column set = setColumn(table);
                Column key = keyColumn(table);
                dsl.batch(dsl.update(table)
                                .set((Field) set.field(), (Object) null)
                                .where(((Field) key.field()).eq((Object) null)))
                        .bind(set.kind().value(random), key.kind().value(random))
                        .bind(set.kind().value(random), key.kind().value(random))
                        .execute();
                break;
            case 2:
                List<UpdatableRecord> made = new ArrayList<>();
                for (int i = 0; i < 3; i++) made.add(record(dsl, table));
                dsl.batchInsert((List) made).execute();
                break;
            default:
                Result<UpdatableRecord> found =
                        dsl.selectFrom((Table) table).where(where(table)).fetch();
                if (oneIn(4)) dsl.batchDelete((List) found).execute();
                else {
                    for (UpdatableRecord one : found) change(one, table);
                    if (oneIn(2)) dsl.batchUpdate((List) found).execute();
                    else dsl.batchStore((List) found).execute();
                }
                break;
        }
    }

    private UpdatableRecord record(DSLContext dsl, FuzzTable table) {
        UpdatableRecord made = (UpdatableRecord) dsl.newRecord(table);
        values(table).forEach((field, value) -> made.set((Field) field, value));
        return made;
    }

    private void change(UpdatableRecord one, FuzzTable<?> table) {
        for (Column column : table.columns())
            if (!column.isGenerated() && !table.isInKey(column) && oneIn(2))
                one.set((Field) column.field(), oneIn(6) ? null : column.kind().value(random));
    }

    private void records(DSLContext dsl, FuzzTable table) {
        if (oneIn(3)) {
            UpdatableRecord made = record(dsl, table);
            if (oneIn(2)) made.store();
            else made.insert();
            return;
        }
        Record found = dsl.selectFrom((Table) table).where(where(table)).fetchAny();
        if (!(found instanceof UpdatableRecord one)) return;
        if (oneIn(5)) one.delete();
        else {
            change(one, table);
            if (oneIn(8))
                one.set(
                        (Field) keyColumn(table).field(),
                        keyColumn(table).kind().value(random));
            if (oneIn(3)) one.update();
            else if (oneIn(4)) one.merge();
            else one.store();
        }
    }

    private String text() {
        int id = random.nextInt(8);
        int other = random.nextInt(8);
        return switch (random.nextInt(9)) {
            case 0 -> "update item set qty = qty + 1 where id = " + id;
            case 1 -> "update item set owner_id = " + other + " where owner_id = " + id;
            case 2 -> "delete from doc where item_id = " + id + " and held < date '2024-01-06'";
            case 3 -> "insert into rate (amount, grade) values (" + id + ".49, " + other + ")";
            case 4 -> "update tag set name = upper(name) where weight = " + id;
            case 5 -> "update owner set id = " + (20 + id) + " where id = " + id;
            case 6 -> "update owner set age = age + 1";
            case 7 -> "update region set code = 'zz' where rank = " + id;
            default -> "update event set owner_id = null where held = date '2024-01-0" + (1 + id % 9) + "'";
        };
    }

    private void jdbc(Connection connection) throws SQLException {
        switch (random.nextInt(3)) {
            case 0:
                try (PreparedStatement statement =
                        connection.prepareStatement("update item set kind = ? where id = ?")) {
                    for (int i = 0; i < 2; i++) {
                        statement.setString(1, (String) Kind.TEXT.value(random));
                        statement.setLong(2, random.nextInt(8));
                        statement.addBatch();
                    }
                    statement.executeBatch();
                }
                break;
            case 1:
                try (Statement statement = connection.createStatement()) {
                    statement.addBatch("update owner set score = 1.50 where id = " + random.nextInt(8));
                    statement.addBatch("delete from rate where grade = " + random.nextInt(8));
                    statement.executeBatch();
                }
                break;
            default:
                try (PreparedStatement statement =
                        connection.prepareStatement("insert into doc (id, item_id, title) values (?, ?, 'a')")) {
                    statement.setObject(1, Kind.UUID.value(random));
                    statement.setLong(2, random.nextInt(8));
                    statement.execute();
                }
                break;
        }
    }

    private void updateFrom(DSLContext dsl) {
        FuzzTable<?> owner = FuzzSchema.OWNER;
        FuzzTable<?> item = FuzzSchema.ITEM;
        FuzzTable<?> doc = FuzzSchema.DOC;
        Condition joined = owner.field("id", Integer.class).eq(item.field("owner_id", Integer.class));
        if (!postgres)
            dsl.update(item)
                    .set(
                            item.field("kind", String.class),
                            select(max(doc.field("title", String.class)))
                                    .from(doc)
                                    .where(doc.field("item_id", Long.class).eq(item.field("id", Long.class))))
                    .where(item.field("owner_id", Integer.class)
                            .in(select(owner.field("id", Integer.class))
                                    .from(owner)
                                    .where(where(owner))))
                    .execute();
        else if (oneIn(2))
            dsl.update(item)
                    .set(item.field("qty", Integer.class), owner.field("age", Integer.class))
                    .from(owner)
                    .where(joined)
                    .and(where(owner))
                    .execute();
        else
            dsl.deleteFrom(doc)
                    .using(item)
                    .where(doc.field("item_id", Long.class).eq(item.field("id", Long.class)))
                    .and(where(item))
                    .execute();
    }

    private void returning(DSLContext dsl, FuzzTable table) {
        switch (random.nextInt(3)) {
            case 0:
                dsl.insertInto(table).set(values(table)).returning().fetch();
                break;
            case 1:
                dsl.update(table)
                        .set(changes(table))
                        .where(where(table))
                        .returning()
                        .fetch();
                break;
            default:
                dsl.deleteFrom(table)
                        .where(((Field) keyColumn(table).field())
                                .eq(terms.literal(keyColumn(table).kind())))
                        .returning()
                        .fetch();
                break;
        }
    }

    /** What only one of the databases knows, or what is seldom done. */
    private void special(DSLContext dsl) {
        int id = random.nextInt(8);
        switch (random.nextInt(postgres ? 6 : 3)) {
            case 0:
                dsl.truncate(FuzzSchema.RATE).execute();
                break;
            case 1:
                dsl.transaction(outer -> {
                    new RandomWrite(random, database(), keyShare).execute(outer.dsl());
                    try {
                        outer.dsl().transaction(inner -> {
                            new RandomWrite(random, database(), keyShare).execute(inner.dsl());
                            throw new RollbackOnPurpose();
                        });
                    } catch (RollbackOnPurpose e) {
                        // Back to the savepoint.
                    }
                });
                break;
            case 2:
                if (oneIn(3)) dsl.deleteFrom(anyTable()).execute();
                break;
            case 3:
                dsl.update(table(name("rich_item")))
                        .set(field(name("price"), java.math.BigDecimal.class), java.math.BigDecimal.TEN)
                        .where(field(name("owner_id"), Integer.class).eq(id))
                        .execute();
                break;
            case 4:
                dsl.execute("with gone as (delete from event where owner_id = " + id
                        + " returning held) insert into rate (amount, grade) select 100 + count(*), 1 from gone on"
                        + " conflict do nothing");
                break;
            default:
                dsl.insertInto(table(name("event_early")))
                        .columns(
                                field(name("held"), java.time.LocalDate.class),
                                field(name("seq"), Integer.class),
                                field(name("owner_id"), Integer.class))
                        .values(Kind.FIRST_DAY.plusDays(id % 4), id, id)
                        .execute();
                break;
        }
    }

    private Database database() {
        return postgres ? Database.POSTGRESQL : Database.H2;
    }

    /** Ends a transaction of the fuzzer. */
    static final class RollbackOnPurpose extends DataAccessException {
        private static final long serialVersionUID = 1L;

        RollbackOnPurpose() {
            super("rolled back on purpose");
        }
    }

    /** Subqueries of a write: of one table, as those that an application's statements have. */
    private final class Lookups implements RandomTerms.Subqueries {

        private Select<? extends Record> lookup(Kind kind, boolean isScalar) {
            FuzzTable<?> table = anyTable().as("q" + random.nextInt(1000));
            Field<?> one = isScalar
                    ? kind == Kind.UUID
                            ? org.jooq.impl.DSL.when(count().gt(0), (Field<Object>) terms.literal(kind))
                            : terms.aggregate(kind, table.columns(), 0)
                    : terms.column(kind, table.columns());
            return select(one).from(table).where(terms.condition(table.columns(), 0));
        }

        @Override
        public Select<? extends Record> of(Kind kind, List<Column> scope, int depth) {
            return lookup(kind, false);
        }

        @Override
        public Select<? extends Record> scalar(Kind kind, List<Column> scope, int depth) {
            return lookup(kind, true);
        }
    }
}
