package dev.jooqcache.fuzz;

import static org.jooq.impl.DSL.abs;
import static org.jooq.impl.DSL.asterisk;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.concat;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.countDistinct;
import static org.jooq.impl.DSL.day;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.length;
import static org.jooq.impl.DSL.listAgg;
import static org.jooq.impl.DSL.lower;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.not;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.nullif;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.substring;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.upper;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.when;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Select;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** Makes expressions and conditions at random over the columns in scope. */
@SuppressWarnings({"unchecked", "rawtypes"})
final class RandomTerms {

    private static final int SCALE_OF_SAFE_NUMBERS = 2;

    private final Random random;
    private final double keyShare;
    private final boolean postgres;
    private final Subqueries subqueries;

    /** Makes queries within queries. */
    interface Subqueries {
        /** One column of the given kind, or a constant, of rows that may depend on the columns in scope. */
        Select<? extends Record> of(Kind kind, List<Column> scope, int depth);

        /** The same with exactly one row. */
        Select<? extends Record> scalar(Kind kind, List<Column> scope, int depth);
    }

    RandomTerms(Random random, double keyShare, boolean postgres, Subqueries subqueries) {
        this.random = random;
        this.keyShare = keyShare;
        this.postgres = postgres;
        this.subqueries = subqueries;
    }

    /** A constant: a bind value mostly. */
    Field literal(Kind kind) {
        Object value = kind.value(random);
        return random.nextInt(5) == 0
                ? inline(value, (org.jooq.DataType) kind.type)
                : val(value, (org.jooq.DataType) kind.type);
    }

    /** A column of the given kind in scope, or a constant if there is none. */
    Field column(Kind kind, List<Column> scope) {
        List<Column> all = scope.stream().filter(c -> c.kind() == kind).toList();
        return all.isEmpty()
                ? literal(kind)
                : all.get(random.nextInt(all.size())).field();
    }

    private Column any(List<Column> scope, Predicate<Column> which) {
        List<Column> all = scope.stream().filter(which).toList();
        return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
    }

    /**
     * An expression that is one and the same value for all that the database takes for equal, so that DISTINCT, GROUP BY
     * and LIMIT have one answer.
     */
    static Field safe(Field field, Kind kind) {
        return switch (kind) {
            case CASELESS -> lower(field);
            case NUMERIC -> field.cast(SQLDataType.NUMERIC(14, SCALE_OF_SAFE_NUMBERS));
            default -> field;
        };
    }

    Field expression(Kind kind, List<Column> scope, int depth) {
        if (depth <= 0 || random.nextInt(5) < 3) return column(kind, scope);
        if (random.nextInt(6) == 0)
            return when(condition(scope, depth - 1), expression(kind, scope, depth - 1))
                    .otherwise(column(kind, scope));
        if (random.nextInt(8) == 0) return field((Select) subqueries.scalar(kind, scope, depth - 1));
        if (random.nextInt(4) == 0) return coalesce(column(kind, scope), literal(kind));
        Field a = expression(kind, scope, depth - 1);
        return switch (kind) {
            case INT ->
                switch (random.nextInt(7)) {
                    case 0 -> a.plus(column(Kind.INT, scope));
                    case 1 -> a.minus(literal(Kind.INT));
                    case 2 -> abs(a);
                    case 3 -> length((Field<String>) column(Kind.TEXT, scope));
                    case 4 -> day((Field) column(Kind.DATE, scope));
                    case 5 -> nullif((Field<Integer>) a, (Field<Integer>) literal(Kind.INT));
                    default -> greatest(a, literal(Kind.INT));
                };
            case LONG ->
                random.nextBoolean()
                        ? a.plus(literal(Kind.LONG))
                        : column(Kind.INT, scope).cast(SQLDataType.BIGINT);
            case NUMERIC ->
                switch (random.nextInt(3)) {
                    case 0 -> a.plus(column(Kind.NUMERIC, scope));
                    case 1 -> a.times(column(Kind.INT, scope));
                    default -> column(Kind.INT, scope).cast(SQLDataType.NUMERIC(10, 2));
                };
            case TEXT ->
                switch (random.nextInt(5)) {
                    case 0 -> upper(a);
                    case 1 -> concat(a, literal(Kind.TEXT));
                    case 2 -> substring(a, 1, 1);
                    case 3 -> column(Kind.INT, scope).cast(SQLDataType.VARCHAR(40));
                    default -> field("coalesce({0}, {1})", String.class, a, inline("none"));
                };
            case CASELESS -> lower(a);
            default -> coalesce(a, literal(kind));
        };
    }

    Field<?> aggregate(Kind kind, List<Column> scope, int depth) {
        Field a = column(kind, scope);
        return switch (kind) {
            case INT ->
                switch (random.nextInt(4)) {
                    case 0 -> count();
                    case 1 -> countDistinct(expression(Kind.INT, scope, depth));
                    case 2 -> count(asterisk()).filterWhere(condition(scope, 0));
                    default -> max(a);
                };
            case LONG ->
                random.nextBoolean()
                        ? max(a)
                        : sum((Field<Integer>) column(Kind.INT, scope)).cast(SQLDataType.BIGINT);
            case NUMERIC -> (random.nextBoolean() ? sum((Field<BigDecimal>) a) : min(a)).cast(kind.type);
            case TEXT -> random.nextBoolean() ? min(a) : listAgg(a, ",").withinGroupOrderBy(a);
            case CASELESS -> max(lower(a));
            case UUID -> literal(kind);
            default -> random.nextBoolean() ? min(a) : max(a);
        };
    }

    /** A condition; half of them, or as many as wanted, are such that a precise tag could follow from them. */
    Condition condition(List<Column> scope, int depth) {
        if (scope.isEmpty()) return DSL.condition("1 = {0}", val(random.nextInt(3) == 0 ? 2 : 1));
        int shape = random.nextInt(12);
        if (depth > 0 && shape < 2) return condition(scope, depth - 1).and(condition(scope, depth - 1));
        if (depth > 0 && shape <= 4) return condition(scope, depth - 1).or(condition(scope, depth - 1));
        if (depth > 0 && shape == 5) return not(condition(scope, depth - 1));
        Column key = any(scope, Column::isTracked);
        return key != null && random.nextDouble() < keyShare
                ? onKey(key, scope, depth)
                : onAnything(scope.get(random.nextInt(scope.size())), scope, depth);
    }

    private Condition onKey(Column key, List<Column> scope, int depth) {
        Field c = key.field();
        Kind kind = key.kind();
        switch (random.nextInt(depth > 0 ? 15 : 12)) {
            case 0, 1, 2, 3:
                return c.eq(literal(kind));
            case 4:
                return literal(kind).eq(c);
            case 5:
                return c.in(literals(kind));
            case 6:
                return c.isNull();
            case 7:
                return random.nextBoolean() ? c.isNotDistinctFrom(literal(kind)) : c.isDistinctFrom(literal(kind));
            case 8:
                return otherType(key);
            case 9:
                return plainSql(c, kind);
            case 10:
                Column other = any(scope, o -> o.field() != key.field() && o.kind() == kind);
                return other == null ? c.eq(literal(kind)) : c.eq((Field) other.field());
            case 11:
                Column second = any(scope, o -> o.kind() != Kind.CASELESS);
                if (second == null || kind == Kind.CASELESS) return c.eq(literal(kind));
                Field d = second.field();
                return random.nextBoolean()
                        ? row(c, d).eq(row(literal(kind), literal(second.kind())))
                        : row(c, d)
                                .in(
                                        row(literal(kind), literal(second.kind())),
                                        row(literal(kind), literal(second.kind())));
            case 12:
                return c.in((Select) subqueries.of(kind, scope, depth - 1));
            case 13:
                return random.nextBoolean()
                        ? exists(subqueries.of(kind, scope, depth - 1))
                        : notExists(subqueries.of(kind, scope, depth - 1));
            default:
                return c.eq((Select) subqueries.scalar(kind, scope, depth - 1));
        }
    }

    private Field[] literals(Kind kind) {
        Field[] all = new Field[1 + random.nextInt(3)];
        for (int i = 0; i < all.length; i++) all[i] = literal(kind);
        return all;
    }

    /** An equality between types, where the database decides what is converted to what. */
    private Condition otherType(Column key) {
        Field c = key.field();
        Object value = key.kind().value(random);
        return switch (key.kind()) {
            case INT, LONG ->
                switch (random.nextInt(5)) {
                    case 0 -> c.eq((Field) inline(new BigDecimal(value + (random.nextBoolean() ? ".0" : ".5"))));
                    case 1 -> DSL.condition("{0} = {1}", c, inline(String.valueOf(value)));
                    case 2 -> c.cast(SQLDataType.VARCHAR(40)).eq((Field) val(String.valueOf(value)));
                    case 3 -> c.plus(1).eq(val(value, c.getDataType()));
                    default -> c.eq((Field) val(Long.valueOf(value.toString()), SQLDataType.BIGINT));
                };
            case NUMERIC ->
                random.nextBoolean()
                        ? c.eq((Field) val(((BigDecimal) value).setScale(4), SQLDataType.NUMERIC(12, 4)))
                        : c.eq((Field) val(((BigDecimal) value).intValue(), SQLDataType.INTEGER));
            case CHAR ->
                random.nextBoolean()
                        ? c.eq((Field) inline(value + "  ".substring(random.nextInt(2))))
                        : c.eq((Field) val(value + " ", SQLDataType.VARCHAR(40)));
            case TEXT -> random.nextBoolean() ? lower(c).eq(value.toString()) : c.eq(val(value + " "));
            case CASELESS -> random.nextBoolean() ? lower(c).eq(val(value.toString())) : c.like(value.toString());
            case UUID -> c.cast(SQLDataType.VARCHAR(40)).eq(val(value.toString()));
            case DATE ->
                random.nextBoolean()
                        ? DSL.condition("{0} = date '" + value + "'", c)
                        : c.cast(SQLDataType.VARCHAR(40)).eq(val(value.toString()));
        };
    }

    private Condition plainSql(Field c, Kind kind) {
        return switch (random.nextInt(4)) {
            case 0 -> DSL.condition("{0} = {1}", c, literal(kind));
            case 1 -> DSL.condition("({0} = {1} or {0} is null)", c, literal(kind));
            case 2 -> DSL.condition("{0} in ({1}, {2})", c, literal(kind), literal(kind));
            default ->
                DSL.condition(
                        "exists (select 1 from rate where rate.grade = {0}) and {1} = {2}",
                        literal(Kind.INT), c, literal(kind));
        };
    }

    private Condition onAnything(Column column, List<Column> scope, int depth) {
        Field c = column.field();
        Kind kind = column.kind();
        switch (random.nextInt(depth > 0 ? 12 : 8)) {
            case 0:
                return c.ne(literal(kind));
            case 1:
                return c.lt(literal(kind));
            case 2:
                return c.between(literal(kind)).and(literal(kind));
            case 3:
                return c.notIn(literals(kind));
            case 4:
                if (!kind.isNumber()) return c.isNotNull();
                Column number = any(scope, o -> o.kind().isNumber());
                return c.le((Field) number.field());
            case 5:
                return kind == Kind.TEXT ? c.like("a%") : c.ge(literal(kind));
            case 6:
                return expression(kind, scope, 1).eq(literal(kind));
            case 7:
                if (kind != Kind.INT && kind != Kind.LONG) return c.gt(literal(kind));
                Object[] values = {kind.value(random), kind.value(random)};
                return random.nextBoolean() ? c.eq(DSL.any(values)) : c.ne(DSL.all(values));
            case 8:
                return c.notIn((Select) subqueries.of(kind, scope, depth - 1));
            case 9:
                return c.eq(DSL.any((Select) subqueries.of(kind, scope, depth - 1)));
            case 10:
                return c.gt(DSL.all((Select) subqueries.of(kind, scope, depth - 1)));
            default:
                return exists(subqueries.of(kind, scope, depth - 1));
        }
    }

    /** A condition on groups. */
    Condition having(List<Field> groups, List<Kind> kinds, List<Column> scope) {
        Condition counted = count().ge(val(random.nextInt(3)));
        if (groups.isEmpty() || random.nextInt(3) == 0) return counted;
        int i = random.nextInt(groups.size());
        Condition pinned = groups.get(i).eq(literal(kinds.get(i)));
        return switch (random.nextInt(3)) {
            case 0 -> pinned;
            case 1 -> pinned.or(counted);
            default -> max(column(Kind.INT, scope)).gt(literal(Kind.INT)).and(counted);
        };
    }

    /** How two relations are joined: mostly by what means the same in both. */
    Condition join(List<Column> left, List<Column> right, int depth) {
        List<Condition> equalities = new ArrayList<>();
        for (Column l : left)
            for (Column r : right)
                if (l.kind() == r.kind()
                        && (l.isTracked() || r.isTracked())
                        && (l.isTracked() && r.isTracked() || random.nextInt(4) == 0))
                    equalities.add(
                            random.nextBoolean()
                                    ? l.field().eq((Field) r.field())
                                    : r.field().eq((Field) l.field()));
        if (equalities.isEmpty() || random.nextInt(12) == 0) {
            Column l = any(left, c -> c.kind().isNumber());
            Column r = any(right, c -> c.kind().isNumber());
            if (l != null && r != null) return l.field().eq((Field) r.field());
        }
        if (equalities.isEmpty()) return condition(right, 0);
        return equalities.get(random.nextInt(equalities.size()));
    }

    boolean isPostgres() {
        return postgres;
    }
}
