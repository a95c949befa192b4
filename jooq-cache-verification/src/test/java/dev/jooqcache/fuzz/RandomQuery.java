package dev.jooqcache.fuzz;

import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.denseRank;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.lateral;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.multisetAgg;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.rank;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectDistinct;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.values;
import static org.jooq.impl.DSL.with;
import static org.jooq.impl.DSL.withRecursive;

import dev.jooqcache.testing.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jooq.CommonTableExpression;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.Select;
import org.jooq.SelectConditionStep;
import org.jooq.SelectFieldOrAsterisk;
import org.jooq.SelectHavingStep;
import org.jooq.SelectJoinStep;
import org.jooq.SelectSelectStep;
import org.jooq.Table;
import org.jooq.WithStep;

/** Makes one query at random, through jOOQ's DSL. */
@SuppressWarnings({"unchecked", "rawtypes"})
final class RandomQuery implements RandomTerms.Subqueries {

    private static final int DEPTH = 2;

    /**
     * A query, and whether its rows have an order that the database must keep.
     *
     * @param query to be executed on any context
     * @param isOrdered whether equal data gives equal rows in equal order
     */
    record Made(ResultQuery<? extends Record> query, boolean isOrdered) {}

    /**
     * A relation in a FROM clause.
     *
     * @param table the relation with its joins
     * @param columns what can be named of it
     */
    private record Source(Table<?> table, List<Column> columns) {}

    private record Cte(CommonTableExpression<?> expression, List<String> fields, List<Kind> kinds) {}

    private final Random random;
    private final boolean postgres;
    private final RandomTerms terms;
    private final List<Cte> ctes = new ArrayList<>();
    private boolean isRecursive;
    private int aliases;

    private RandomQuery(Random random, Database database, double keyShare) {
        this.random = random;
        this.postgres = database == Database.POSTGRESQL;
        this.terms = new RandomTerms(random, keyShare, postgres, this);
    }

    static Made of(Random random, Database database, double keyShare) {
        return new RandomQuery(random, database, keyShare).make();
    }

    private Made make() {
        int shape = random.nextInt(20);
        if (shape == 0) return plain();
        if (shape <= 3) return keyLookup();
        if (random.nextInt(6) == 0) common();
        if (random.nextInt(9) == 0) return setOperation();
        return top();
    }

    private String alias() {
        return "t" + ++aliases;
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    /** What an application asks most: some rows by a key. */
    private Made keyLookup() {
        FuzzTable<?> of = FuzzSchema.READABLE.get(random.nextInt(FuzzSchema.READABLE.size()));
        FuzzTable<?> from = random.nextBoolean() ? of : of.as(alias());
        List<Column> tracked = from.columns().stream().filter(Column::isTracked).toList();
        Column key = tracked.get(random.nextInt(tracked.size()));
        Condition condition = ((Field) key.field()).eq(terms.literal(key.kind()));
        if (oneIn(3)) condition = condition.and(terms.condition(from.columns(), 1));
        return new Made(
                oneIn(2)
                        ? select(from.fields()).from(from).where(condition)
                        : org.jooq.impl.DSL.selectFrom(from).where(condition),
                false);
    }

    /** A query that is a text to jOOQ. */
    private Made plain() {
        ResultQuery<Record> query = switch (random.nextInt(4)) {
            case 0 ->
                org.jooq.impl.DSL.resultQuery(
                        "select o.id, o.nick, count(i.id) as items from owner o left join item i on i.owner_id = o.id where"
                                + " o.id = {0} group by o.id, o.nick",
                        terms.literal(Kind.INT));
            case 1 ->
                org.jooq.impl.DSL.resultQuery(
                        "select * from event where held = {0} and seq <> {1} order by held, seq",
                        terms.literal(Kind.DATE), terms.literal(Kind.INT));
            case 2 ->
                org.jooq.impl.DSL.resultQuery(
                        "select t.name, (select count(*) from item_tag x where x.tag = t.name) as uses from tag t where"
                                + " t.parent = {0} or t.weight > {1}",
                        terms.literal(Kind.CASELESS), terms.literal(Kind.INT));
            default ->
                org.jooq.impl.DSL.resultQuery(
                        "with d as (select * from doc where item_id = {0}) select d.title, a.changes from d left join"
                                + " audit a on a.item_id = d.item_id",
                        terms.literal(Kind.LONG));
        };
        return new Made(query, false);
    }

    private void common() {
        if (oneIn(4)) {
            isRecursive = true;
            FuzzTable<?> roots = FuzzSchema.TAG.as(alias());
            FuzzTable<?> next = FuzzSchema.TAG.as(alias());
            String name = "r" + ++aliases;
            Field parent = field(name(name, "n"), String.class);
            Field steps = field(name(name, "d"), Integer.class);
            Field anchor = roots.field("name");
            Select<?> first = select(anchor, inline(0)).from(roots).where(terms.condition(roots.columns(), 1));
            Select second = select(next.field("name"), steps.plus(inline(1)))
                    .from(next)
                    .join(table(name(name)))
                    .on(((Field) next.field("parent")).eq(parent))
                    .where(steps.lt(inline(3)));
            CommonTableExpression<?> cte = name(name).fields("n", "d").as(((Select) first).unionAll(second));
            ctes.add(new Cte(cte, List.of("n", "d"), List.of(Kind.CASELESS, Kind.INT)));
        }
        for (int i = random.nextInt(2); i >= (ctes.isEmpty() ? 0 : 1); i--) {
            List<Kind> kinds = kinds(2);
            Select<?> query = oneIn(2) ? keyed(1, kinds) : plainSelect(1, List.of(), kinds, oneIn(3));
            String name = "c" + ++aliases;
            // H2 wants the columns of all if one is recursive.
            CommonTableExpression<?> cte = isRecursive || oneIn(2)
                    ? name(name).fields("f0", "f1").as((Select) query)
                    : name(name).as((Select) query);
            ctes.add(new Cte(cte, List.of("f0", "f1"), kinds));
        }
    }

    private List<Kind> kinds(int n) {
        List<Kind> kinds = new ArrayList<>();
        for (int i = 0; i < n; i++) kinds.add(Kind.values()[random.nextInt(Kind.values().length)]);
        return kinds;
    }

    private Made setOperation() {
        List<Kind> kinds = kinds(1 + random.nextInt(3));
        Select left = plainSelect(DEPTH - 1, List.of(), kinds, true);
        for (int i = random.nextInt(2); i >= 0; i--) {
            Select right = plainSelect(DEPTH - 1, List.of(), kinds, true);
            left = switch (random.nextInt(postgres ? 6 : 4)) {
                case 0 -> left.union(right);
                case 1 -> left.unionAll(right);
                case 2 -> left.intersect(right);
                case 3 -> left.except(right);
                case 4 -> left.intersectAll(right);
                default -> left.exceptAll(right);
            };
        }
        String alias = alias();
        Table<?> all = left.asTable(alias, columnNames(kinds.size()));
        return new Made(begin(false, List.of(all.fields())).from(all).orderBy(ordinals(kinds.size())), true);
    }

    private static String[] columnNames(int n) {
        String[] names = new String[n];
        for (int i = 0; i < n; i++) names[i] = "f" + i;
        return names;
    }

    private static List<Field<Integer>> ordinals(int n) {
        List<Field<Integer>> all = new ArrayList<>();
        for (int i = 1; i <= n; i++) all.add(inline(i));
        return all;
    }

    /** Begins the outermost query, with the common table expressions that its parts may name. */
    private SelectSelectStep<Record> begin(boolean isDistinct, List<? extends SelectFieldOrAsterisk> fields) {
        CommonTableExpression<?>[] all = ctes.stream().map(Cte::expression).toArray(CommonTableExpression<?>[]::new);
        if (ctes.isEmpty()) return isDistinct ? selectDistinct(fields) : select(fields);
        WithStep begun = isRecursive ? withRecursive(all) : with(all);
        return isDistinct ? begun.selectDistinct(fields) : begun.select(fields);
    }

    /** The outermost query: with all that a subquery cannot have. */
    private Made top() {
        Source from = from(DEPTH, List.of());
        List<Column> scope = from.columns();
        if (oneIn(4)) return grouped(from);
        boolean isSafe = oneIn(3);
        List<SelectFieldOrAsterisk> fields = new ArrayList<>();
        int n = 1 + random.nextInt(4);
        for (int i = 0; i < n; i++) {
            Column column = scope.get(random.nextInt(scope.size()));
            Field one = oneIn(2) ? column.field() : terms.expression(column.kind(), scope, DEPTH);
            fields.add((isSafe ? RandomTerms.safe(one, column.kind()) : one).as("f" + i));
        }
        if (isSafe) {
            boolean isDistinct = oneIn(2);
            Select<?> query = begin(isDistinct, fields)
                    .from(from.table())
                    .where(where(scope))
                    .orderBy(ordinals(n))
                    .limit(oneIn(2) ? val(1 + random.nextInt(4)) : val(1000));
            return new Made(query, true);
        }
        if (oneIn(5)) fields.add(window(scope).as("w"));
        if (oneIn(4)) fields.add(nested(scope));
        if (oneIn(8))
            fields.add(row(scope.get(0).field(), scope.get(scope.size() - 1).field())
                    .as("r"));
        SelectJoinStep<Record> query = begin(false, fields).from(from.table());
        return new Made(oneIn(3) ? query : query.where(where(scope)), false);
    }

    private Condition where(List<Column> scope) {
        return terms.condition(scope, DEPTH);
    }

    private Field<?> window(List<Column> scope) {
        Field partition = scope.get(random.nextInt(scope.size())).field();
        Field order = scope.get(random.nextInt(scope.size())).field();
        Field number = terms.column(Kind.INT, scope);
        return switch (random.nextInt(4)) {
            case 0 -> rank().over().partitionBy(partition).orderBy(order);
            case 1 -> denseRank().over().orderBy(order);
            case 2 -> count().over().partitionBy(partition);
            default -> sum(number).over().partitionBy(partition);
        };
    }

    /** Rows within a row, of a table that refers to it or is referred to. A number is no ordinal in an aggregate's order. */
    private Field<?> nested(List<Column> scope) {
        FuzzTable<?> inner =
                FuzzSchema.TABLES.get(random.nextInt(FuzzSchema.TABLES.size())).as(alias());
        Column first = inner.columns().get(random.nextInt(inner.columns().size()));
        Column second = inner.columns().get(random.nextInt(inner.columns().size()));
        Field a = RandomTerms.safe(first.field(), first.kind());
        Field b = RandomTerms.safe(second.field(), second.kind());
        Condition where = terms.join(scope, inner.columns(), 0);
        if (oneIn(3)) where = where.and(terms.condition(inner.columns(), 0));
        return multiset(select(a.as("a"), b.as("b")).from(inner).where(where).orderBy(a, b))
                .as("m");
    }

    private Made grouped(Source from) {
        List<Column> scope = from.columns();
        List<Field> groups = new ArrayList<>();
        List<Kind> kinds = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            Column column = scope.get(random.nextInt(scope.size()));
            groups.add(RandomTerms.safe(column.field(), column.kind()));
            kinds.add(column.kind());
        }
        List<SelectFieldOrAsterisk> fields = new ArrayList<>();
        for (Field group : groups) fields.add(group.as("f" + fields.size()));
        for (int i = random.nextInt(2); i >= 0; i--)
            fields.add(
                    terms.aggregate(Kind.values()[random.nextInt(8)], scope, 1).as("f" + fields.size()));
        if (oneIn(6)) {
            Field a = RandomTerms.safe(terms.column(Kind.INT, scope), Kind.INT);
            Field b = RandomTerms.safe(terms.column(Kind.TEXT, scope), Kind.TEXT);
            fields.add(multisetAgg(a, b).orderBy(a, b).as("m"));
        }
        SelectHavingStep<Record> query =
                begin(false, fields).from(from.table()).where(where(scope)).groupBy(groups);
        return new Made(oneIn(2) ? query : query.having(terms.having(groups, kinds, scope)), false);
    }

    /** A query with columns of the given kinds; if it must be safe, equal values in them are identical. */
    private Select<? extends Record> plainSelect(int depth, List<Column> outer, List<Kind> kinds, boolean isSafe) {
        Source from = from(depth, outer);
        List<Column> scope = new ArrayList<>(from.columns());
        scope.addAll(outer);
        List<SelectFieldOrAsterisk> fields = new ArrayList<>();
        boolean isGrouped = oneIn(5);
        for (Kind kind : kinds) {
            Field one = isGrouped
                    ? terms.aggregate(kind, from.columns(), depth - 1)
                    : terms.expression(kind, from.columns(), depth - 1);
            if (isGrouped && kind == Kind.UUID) one = terms.literal(kind);
            fields.add((isSafe ? RandomTerms.safe(one, kind) : one).as("f" + fields.size()));
        }
        SelectJoinStep<Record> query = select(fields).from(from.table());
        return oneIn(3) ? query : query.where(terms.condition(scope, depth));
    }

    @Override
    public Select<? extends Record> of(Kind kind, List<Column> scope, int depth) {
        return plainSelect(depth, scope, List.of(kind), false);
    }

    @Override
    public Select<? extends Record> scalar(Kind kind, List<Column> scope, int depth) {
        Source from = from(Math.min(depth, 1), scope);
        List<Column> all = new ArrayList<>(from.columns());
        all.addAll(scope);
        Field<?> one = terms.aggregate(kind, from.columns(), 0);
        // There is no aggregate of UUIDs; the count makes it one row all the same.
        if (kind == Kind.UUID) one = org.jooq.impl.DSL.when(count().gt(inline(0)), (Field) terms.literal(kind));
        Condition where = terms.condition(all, 0);
        if (!scope.isEmpty() && oneIn(2)) where = where.and(terms.join(scope, from.columns(), 0));
        return select(one).from(from.table()).where(where);
    }

    private Source from(int depth, List<Column> outer) {
        if (oneIn(20)) return natural();
        Source source = relation(depth, List.of());
        int joins = depth <= 0 ? random.nextInt(2) : random.nextInt(3);
        for (int i = 0; i < joins; i++) source = join(source, depth, outer);
        return source;
    }

    private Source natural() {
        List<FuzzTable<?>> pair = FuzzSchema.NATURAL.get(random.nextInt(FuzzSchema.NATURAL.size()));
        FuzzTable<?> left = pair.get(0).as(alias());
        FuzzTable<?> right = pair.get(1).as(alias());
        List<Column> columns = new ArrayList<>(left.columns());
        columns.addAll(right.columns());
        Field shared = null;
        for (Field<?> field : left.fields()) if (right.field(field.getName()) != null) shared = field;
        Table<?> joined = switch (random.nextInt(4)) {
            case 0 -> left.naturalLeftOuterJoin(right);
            case 1 -> left.join(right).using(shared);
            case 2 -> left.leftJoin(right).using(shared);
            default -> left.naturalJoin(right);
        };
        return new Source(joined, columns);
    }

    private Source join(Source left, int depth, List<Column> outer) {
        if (postgres && oneIn(10)) return lateralJoin(left, depth);
        Source right = relation(depth - 1, outer);
        List<Column> both = new ArrayList<>(left.columns());
        both.addAll(right.columns());
        Condition on = terms.join(left.columns(), right.columns(), 0);
        Condition rich = oneIn(3) ? on.and(terms.condition(oneIn(2) ? both : right.columns(), 0)) : on;
        switch (random.nextInt(postgres ? 12 : 11)) {
            case 0, 1, 2, 3:
                return new Source(left.table().join(right.table()).on(rich), both);
            case 4, 5, 6:
                return new Source(left.table().leftJoin(right.table()).on(rich), both);
            case 7:
                return new Source(left.table().rightJoin(right.table()).on(rich), both);
            case 8:
                return new Source(left.table().crossJoin(right.table()), both);
            case 9:
                return new Source(left.table().leftSemiJoin(right.table()).on(rich), left.columns());
            case 10:
                return new Source(left.table().leftAntiJoin(right.table()).on(rich), left.columns());
            default:
                return new Source(left.table().fullJoin(right.table()).on(on), both);
        }
    }

    private Source lateralJoin(Source left, int depth) {
        Source inner = relation(0, List.of());
        Column a = inner.columns().get(random.nextInt(inner.columns().size()));
        String alias = alias();
        Table<?> right = lateral(select(a.field().as("f0"))
                        .from(inner.table())
                        .where(terms.join(left.columns(), inner.columns(), 0)))
                .as(alias);
        List<Column> both = new ArrayList<>(left.columns());
        both.add(new Column(field(name(alias, "f0"), (org.jooq.DataType) a.kind().type), a.kind()));
        return new Source(
                oneIn(2)
                        ? left.table().crossJoin(right)
                        : left.table().leftJoin(right).on(terms.condition(both, 0)),
                both);
    }

    private Source relation(int depth, List<Column> outer) {
        int shape = random.nextInt(20);
        if (!ctes.isEmpty() && shape < 9) return commonTable();
        if (depth > 0 && (shape == 19 || shape == 16)) return derived(depth);
        if (shape == 18) return constants();
        if (shape == 17) return plainTable();
        FuzzTable<?> table = FuzzSchema.READABLE
                .get(random.nextInt(FuzzSchema.READABLE.size()))
                .as(alias());
        return new Source(table, table.columns());
    }

    private Source commonTable() {
        Cte cte = ctes.get(random.nextInt(ctes.size()));
        String alias = alias();
        return new Source(cte.expression().as(alias), columns(alias, cte.fields(), cte.kinds()));
    }

    private static List<Column> columns(String alias, List<String> names, List<Kind> kinds) {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < names.size(); i++)
            columns.add(new Column(
                    field(name(alias, names.get(i)), (org.jooq.DataType) kinds.get(i).type),
                    kinds.get(i),
                    kinds.get(i) != Kind.TEXT,
                    false));
        return columns;
    }

    /** A key and something besides, as they are or each key once. Sets their kinds. */
    private Select<? extends Record> keyed(int depth, List<Kind> kinds) {
        Source from = from(depth - 1, List.of());
        List<Column> scope = from.columns();
        List<Column> keys = scope.stream().filter(Column::isTracked).toList();
        Column key = keys.isEmpty() ? scope.get(0) : keys.get(random.nextInt(keys.size()));
        Column other = scope.get(random.nextInt(scope.size()));
        Field first = RandomTerms.safe(key.field(), key.kind());
        Field second = RandomTerms.safe(other.field(), other.kind());
        kinds.clear();
        kinds.add(key.kind());
        int shape = random.nextInt(8);
        kinds.add(shape < 5 ? other.kind() : Kind.INT);
        Condition where = oneIn(2) ? terms.condition(scope, 0) : org.jooq.impl.DSL.noCondition();
        List<Field> fields = List.of(
                first.as("f0"),
                (switch (shape) {
                            case 5 -> count();
                            case 6 -> count().over();
                            case 7 -> sum(count()).over().cast(Kind.INT.type);
                            default -> second;
                        })
                        .as("f1"));
        SelectSelectStep<Record> select = shape == 3 ? selectDistinct(fields) : select(fields);
        SelectConditionStep<Record> query = select.from(from.table()).where(where);
        return switch (shape) {
            case 4 -> query.orderBy(ordinals(2)).limit(1 + random.nextInt(5));
            case 5 -> oneIn(2) ? query.groupBy(first) : query.groupBy(first).having(count().gt(inline(1)));
            case 7 -> query.groupBy(first);
            default -> query;
        };
    }

    private Source derived(int depth) {
        if (oneIn(2)) {
            List<Kind> kinds = new ArrayList<>();
            Table<?> table = keyed(depth, kinds).asTable(alias());
            return new Source(table, columns(table.getName(), List.of("f0", "f1"), kinds));
        }
        List<Kind> kinds = kinds(1 + random.nextInt(3));
        boolean isLimited = oneIn(3);
        Select<?> query = plainSelect(depth - 1, List.of(), kinds, isLimited);
        if (isLimited)
            query = ((org.jooq.SelectOrderByStep<?>) query)
                    .orderBy(ordinals(kinds.size()))
                    .limit(1 + random.nextInt(5));
        String alias = alias();
        String[] names = columnNames(kinds.size());
        return new Source(query.asTable(alias, names), columns(alias, List.of(names), kinds));
    }

    private Source constants() {
        String alias = alias();
        Table<?> table = values(
                        row(val(random.nextInt(8)), val("a")),
                        row(val(random.nextInt(8)), val("b")),
                        row(val(random.nextInt(8)), val("ab")))
                .as(alias, "f0", "f1");
        return new Source(table, columns(alias, List.of("f0", "f1"), List.of(Kind.INT, Kind.TEXT)));
    }

    private Source plainTable() {
        String alias = alias();
        return switch (random.nextInt(3)) {
            case 0 ->
                new Source(
                        table(
                                        "(select id as f0, owner_id as f1 from item where owner_id = {0})",
                                        terms.literal(Kind.INT))
                                .as(alias),
                        columns(alias, List.of("f0", "f1"), List.of(Kind.LONG, Kind.INT)));
            case 1 ->
                new Source(
                        table("owner").as(alias),
                        columns(alias, List.of("id", "region"), List.of(Kind.INT, Kind.CHAR)));
            default ->
                new Source(
                        table(
                                        "(select d.item_id as f0, max(d.title) as f1 from doc d where d.held < {0} group by"
                                                + " d.item_id)",
                                        terms.literal(Kind.DATE))
                                .as(alias),
                        columns(alias, List.of("f0", "f1"), List.of(Kind.LONG, Kind.TEXT)));
        };
    }
}
