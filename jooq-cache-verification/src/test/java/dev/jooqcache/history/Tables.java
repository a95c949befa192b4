package dev.jooqcache.history;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.sum;

import dev.jooqcache.CachedQuery;
import dev.jooqcache.QueryCache;
import dev.jooqcache.history.Step.Seen;
import dev.jooqcache.history.Step.Total;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.ResultQuery;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The tables of a history, their reads and their writes.
 *
 * <p>{@code p} holds the groups; {@code l}, {@code r} and {@code s} have rows that belong to them. Each row counts in
 * {@code v} and says in {@code w} who wrote it last; all but {@code p} have a second, independent counter {@code m} with
 * {@code mw}. {@code l.v} and {@code r.v} of a row are only ever written together.
 */
final class Tables {

    static final int GROUPS = 2;
    static final int ROWS = 6;
    private static final List<String> CHILDREN = List.of("l", "r", "s");

    /** Under this key a context knows the {@link Prepared} queries. */
    private static final Object PREPARED = Prepared.class;

    private Tables() {}

    /**
     * The rows of each child table by key.
     *
     * @param on the context that they are prepared on
     * @param byId by table
     */
    private record Prepared(DSLContext on, Map<String, CachedQuery<?>> byId) {
        Result<?> fetch(DSLContext dsl, String table, int id) {
            CachedQuery<?> query = byId.get(table);
            return (dsl == on ? query : query.using(dsl)).fetch(id);
        }
    }

    /** Has some of the questions on a context be asked by prepared queries. */
    static void prepare(QueryCache cache, DSLContext dsl) {
        Map<String, CachedQuery<?>> byId = new HashMap<>();
        for (String table : CHILDREN)
            byId.put(table, cache.prepare(dsl, d -> byId(d, table, DSL.param("id", Integer.class))));
        dsl.configuration().data(PREPARED, new Prepared(dsl, byId));
    }

    private static ResultQuery<? extends Record> byId(DSLContext dsl, String table, Field<Integer> id) {
        return dsl.select(integer("id"), number("v"), number("w"))
                .from(DSL.table(name(table)))
                .where(integer("id").eq(id));
    }

    static List<String> ddl() {
        List<String> ddl = new ArrayList<>();
        ddl.add("create table p (id int primary key, v bigint not null, w bigint not null)");
        for (int group = 0; group < GROUPS; group++) ddl.add("insert into p values (" + group + ", 1, 0)");
        for (String child : CHILDREN) {
            ddl.add("create table " + child + " (id int primary key, grp int not null references p (id),"
                    + " v bigint not null, w bigint not null, m bigint not null, mw bigint not null)");
            ddl.add("create index " + child + "_grp on " + child + " (grp)");
            for (int row = 0; row < ROWS; row++)
                ddl.add("insert into " + child + " values (" + row + ", " + row % GROUPS + ", 1, 0, 1, 0)");
        }
        return ddl;
    }

    /** What all cells are now. */
    static List<Seen> all(DSLContext dsl) {
        List<Seen> all = new ArrayList<>(seen(dsl.fetch("select id, v, w from p"), "p"));
        for (String child : CHILDREN) all.addAll(seen(dsl.fetch("select id, v, w, m, mw from " + child), child));
        return all;
    }

    private static Field<Integer> integer(String... path) {
        return field(name(path), Integer.class);
    }

    private static Field<Long> number(String... path) {
        return field(name(path), Long.class);
    }

    private static List<Cell> cells(String table, IntStream rows, String column) {
        return rows.mapToObj(row -> new Cell(table, row, column)).toList();
    }

    private static IntStream group(int group) {
        return IntStream.range(0, ROWS).filter(row -> row % GROUPS == group);
    }

    private static List<Seen> seen(Result<? extends Record> rows, String table) {
        List<Seen> seen = new ArrayList<>();
        for (Record row : rows) {
            int id = row.get("id", Integer.class);
            for (int i = 0; i < row.size(); i++) {
                String column = row.field(i).getName();
                if (column.equals("v") || column.equals("m"))
                    seen.add(new Seen(new Cell(table, id, column), row.get(i, Long.class), row.get(i + 1, Long.class)));
            }
        }
        return seen;
    }

    /** What a query has shown. */
    record Shown(List<Seen> seen, List<Total> totals, boolean paired) {
        Shown(List<Seen> seen) {
            this(seen, List.of(), false);
        }
    }

    /** A query, as it is to be sent. */
    interface Question {
        Shown ask(DSLContext dsl);

        /** What the query is, for people. */
        @Override
        String toString();
    }

    private record Named(String name, java.util.function.Function<DSLContext, Shown> query) implements Question {
        @Override
        public Shown ask(DSLContext dsl) {
            return query.apply(dsl);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** A query at random. */
    static Question question(SplittableRandom random) {
        String table = CHILDREN.get(random.nextInt(CHILDREN.size()));
        int row = random.nextInt(ROWS);
        int group = random.nextInt(GROUPS);
        int way = random.nextInt(3);
        boolean plain = way == 0;
        boolean prepared = way == 1;
        return switch (random.nextInt(11)) {
            case 0, 1 ->
                new Named(table + " where id = " + row, dsl -> {
                    if (prepared && dsl.configuration().data(PREPARED) instanceof Prepared known)
                        return new Shown(seen(known.fetch(dsl, table, row), table));
                    ResultQuery<?> query = plain
                            ? dsl.resultQuery("select id, v, w from " + table + " where id = ?", row)
                            : byId(dsl, table, DSL.val(row));
                    return new Shown(seen(query.fetch(), table));
                });
            case 2 ->
                new Named(
                        table + ".m where id = " + row,
                        dsl -> new Shown(seen(
                                dsl.select(integer("id"), number("m"), number("mw"))
                                        .from(DSL.table(name(table)))
                                        .where(integer("id").eq(row))
                                        .fetch(),
                                table)));
            case 3 ->
                new Named(table + " where grp = " + group, dsl -> {
                    ResultQuery<?> query = plain
                            ? dsl.resultQuery("select id, v, w from " + table + " where grp = " + group)
                            : dsl.select(integer("id"), number("v"), number("w"))
                                    .from(DSL.table(name(table)))
                                    .where(integer("grp").eq(group));
                    return new Shown(seen(query.fetch(), table));
                });
            case 4 ->
                new Named(
                        table,
                        dsl -> new Shown(seen(
                                dsl.select(integer("id"), number("v"), number("w"), number("m"), number("mw"))
                                        .from(DSL.table(name(table)))
                                        .fetch(),
                                table)));
            case 5 ->
                new Named("p where id = " + group, dsl -> {
                    Table<Record> p = DSL.table(name("p"));
                    return new Shown(seen(
                            dsl.select(integer("id"), number("v"), number("w"))
                                    .from(p)
                                    .where(integer("id").in(group, group + 1))
                                    .fetch(),
                            "p"));
                });
            case 6 -> new Named("l join r where id = " + row, dsl -> pairs(dsl, row));
            case 7 -> new Named("l join r", dsl -> pairs(dsl, -1));
            case 8 ->
                new Named("sum where grp = " + group, dsl -> {
                    BigDecimal value = dsl.select(sum(number("v")))
                            .from(DSL.table(name(table)))
                            .where(integer("grp").eq(group))
                            .fetchSingle()
                            .value1();
                    return new Shown(List.of(), List.of(total(cells(table, group(group), "v"), value)), false);
                });
            case 9 ->
                new Named("sum of l, sum of r", dsl -> {
                    var sums = dsl.select(
                                    field(select(sum(number("v"))).from(DSL.table(name("l")))),
                                    field(select(sum(number("v"))).from(DSL.table(name("r")))))
                            .fetchSingle();
                    return new Shown(
                            List.of(),
                            List.of(
                                    total(cells("l", IntStream.range(0, ROWS), "v"), sums.value1()),
                                    total(cells("r", IntStream.range(0, ROWS), "v"), sums.value2())),
                            true);
                });
            default ->
                new Named(table + " join p where p.id = " + group, dsl -> {
                    List<Seen> seen = new ArrayList<>();
                    dsl.select(
                                    integer("c", "id"),
                                    number("c", "v"),
                                    number("c", "w"),
                                    number("p", "v"),
                                    number("p", "w"))
                            .from(DSL.table(name(table)).as("c"))
                            .join(DSL.table(name("p")))
                            .on(integer("c", "grp").eq(integer("p", "id")))
                            .where(integer("p", "id").eq(group))
                            .fetch()
                            .forEach(it -> {
                                seen.add(new Seen(new Cell(table, it.value1(), "v"), it.value2(), it.value3()));
                                seen.add(new Seen(new Cell("p", group, "v"), it.value4(), it.value5()));
                            });
                    return new Shown(seen);
                });
        };
    }

    /**
     * A sum as the database told it. NULL, the sum of no rows, becomes 0, which contradicts every history, because each
     * row counts from 1. H2 2.4 can answer it to a transaction at READ UNCOMMITTED, whose reads are not checked: such a
     * read misses rows that another transaction is changing.
     */
    private static Total total(List<Cell> cells, @Nullable BigDecimal sum) {
        return new Total(cells, sum == null ? 0 : sum.longValueExact());
    }

    private static Shown pairs(DSLContext dsl, int row) {
        var query = dsl.select(
                        integer("l", "id"), number("l", "v"), number("l", "w"), number("r", "v"), number("r", "w"))
                .from(DSL.table(name("l")))
                .join(DSL.table(name("r")))
                .on(integer("l", "id").eq(integer("r", "id")));
        List<Seen> seen = new ArrayList<>();
        (row < 0 ? query : query.where(integer("r", "id").eq(row))).fetch().forEach(it -> {
            seen.add(new Seen(new Cell("l", it.value1(), "v"), it.value2(), it.value3()));
            seen.add(new Seen(new Cell("r", it.value1(), "v"), it.value4(), it.value5()));
        });
        return new Shown(seen, List.of(), true);
    }

    /**
     * One or more statements that add one to some cells.
     *
     * @param isOne whether one statement does it, so that it is one commit in autocommit
     */
    record Change(String name, List<Cell> cells, List<Update> updates) {
        boolean isOne() {
            return updates.size() == 1;
        }
    }

    /**
     * One UPDATE.
     *
     * @param column the counter
     * @param where the condition's column, or empty
     * @param key what it is compared with
     */
    record Update(String table, String column, String where, int key) {

        private String writer() {
            return column.equals("v") ? "w" : "mw";
        }

        Query typed(DSLContext dsl, long writer) {
            var update = dsl.update(DSL.table(name(table)))
                    .set(number(column), number(column).plus(1))
                    .set(number(writer()), writer);
            return where.isEmpty() ? update : update.where(integer(where).eq(key));
        }

        String plain(long writer) {
            return "update " + table + " set " + column + " = " + column + " + 1, " + writer() + " = " + writer
                    + (where.isEmpty() ? "" : " where " + where + " = " + key);
        }
    }

    /** A change at random. */
    static Change change(SplittableRandom random) {
        String table = CHILDREN.get(random.nextInt(CHILDREN.size()));
        int row = random.nextInt(ROWS);
        int group = random.nextInt(GROUPS);
        return switch (random.nextInt(10)) {
            case 0, 1, 2 ->
                new Change(
                        "l and r where id = " + row,
                        List.of(new Cell("l", row, "v"), new Cell("r", row, "v")),
                        List.of(new Update("l", "v", "id", row), new Update("r", "v", "id", row)));
            case 3, 4 -> one("s", "v", "id", row, List.of(new Cell("s", row, "v")));
            case 5 -> one(table, "m", "id", row, List.of(new Cell(table, row, "m")));
            case 6 -> one("s", "v", "grp", group, cells("s", group(group), "v"));
            case 7 -> one(table, "m", "grp", group, cells(table, group(group), "m"));
            case 8 -> one("s", "v", "", 0, cells("s", IntStream.range(0, ROWS), "v"));
            default -> one("p", "v", "id", group, List.of(new Cell("p", group, "v")));
        };
    }

    private static Change one(String table, String column, String where, int key, List<Cell> cells) {
        String name = table + "." + column + (where.isEmpty() ? "" : " where " + where + " = " + key);
        return new Change(name, cells, List.of(new Update(table, column, where, key)));
    }
}
