package dev.jooqcache.internal.query;

import dev.jooqcache.internal.dependency.TagPlan.Value;
import dev.jooqcache.internal.sql.SqlToken;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.WriteEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.FieldOrRow;
import org.jooq.FieldOrRowOrSelect;
import org.jooq.Name;
import org.jooq.Query;
import org.jooq.QueryPart;
import org.jooq.Row;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.QOM;
import org.jspecify.annotations.Nullable;

/**
 * What a plain INSERT, UPDATE or DELETE of one table tells of the rows that it changes.
 *
 * @param event how it writes
 * @param mayLoseRows whether rows may be gone if it fails: H2 takes nothing back of an UPDATE within a query, and has deleted
 *     the old rows before it inserts the new ones
 * @param changed the columns that an UPDATE names
 * @param before the values of columns that every row has which it changes or deletes
 * @param after the values of columns that every row has which it inserts or has updated
 */
record WriteShape(
        WriteEvent event,
        boolean mayLoseRows,
        Set<String> changed,
        Map<String, List<Value>> before,
        Map<String, List<Value>> after) {

    /** There is one of these words in a plain statement, and no other. */
    private static final Set<String> VERBS = Set.of("insert", "update", "delete", "merge", "truncate");

    /** With these, it may write other values than it names, or other rows. */
    private static final Set<String> NOT_PLAIN = Set.of("overriding", "conflict", "duplicate", "portion", "only");

    /** The shape of a statement on the given table, or {@code null} if it is not a plain one. */
    static @Nullable WriteShape of(ParsedStatement text, TableName table, TrackedColumns columns) {
        if (!isPlain(text.tokens())) return null;
        QueryPart statement = withoutReturning(text.query());
        if (statement instanceof QOM.Insert<?> insert && isTarget(insert.$into(), table))
            return insert(insert, columns);
        if (statement instanceof QOM.Update<?> update && isTarget(update.$table(), table))
            return update(update, text.inQuery(), columns);
        if (statement instanceof QOM.Delete<?> delete && isTarget(delete.$from(), table))
            return new WriteShape(
                    WriteEvent.DELETE,
                    false,
                    Set.of(),
                    pins(delete.$where(), delete.$from(), delete.$using().isEmpty(), columns),
                    Map.of());
        return null;
    }

    private static QueryPart withoutReturning(Query query) {
        if (query instanceof QOM.InsertReturning<?> returning) return returning.$insert();
        if (query instanceof QOM.UpdateReturning<?> returning) return returning.$update();
        return query instanceof QOM.DeleteReturning<?> returning ? returning.$delete() : query;
    }

    private static boolean isPlain(List<SqlToken> tokens) {
        int verbs = 0;
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (token.kind() != SqlToken.Kind.WORD) continue;
            boolean called = i + 1 < tokens.size() && tokens.get(i + 1).isSymbol('(');
            boolean qualified = i > 0 && tokens.get(i - 1).isSymbol('.');
            // REPLACE is an INSERT that deletes, but for the function of that name.
            if (NOT_PLAIN.contains(token.text()) || (token.text().equals("replace") && !called)) return false;
            if (VERBS.contains(token.text()) && !called && !qualified) verbs++;
        }
        return verbs == 1;
    }

    private static boolean isTarget(Table<?> target, TableName table) {
        Table<?> named = ParsedStatement.named(target);
        return named != null && TableName.fold(named.getName()).equals(table.name());
    }

    private static @Nullable WriteShape insert(QOM.Insert<?> insert, TrackedColumns columns) {
        Map<String, List<Value>> after = new HashMap<>();
        List<? extends Field<?>> columnList = insert.$columns();
        for (Field<?> field : columnList)
            if (field.getQualifiedName().parts().length > 1 && !isColumn(field, columns)) return null;
        // Without a list the parser makes names up, so no column is found: the order of a given model need not be true.
        if (insert.$select() == null && !insert.$defaultValues())
            for (int i = 0; i < columnList.size(); i++) {
                String column = TableName.fold(columnList.get(i).getName());
                List<Value> values = values(insert.$values(), i, columnList.size());
                if (values != null && columns.tracked().contains(column)) after.put(column, values);
            }
        return new WriteShape(WriteEvent.INSERT, false, Set.of(), Map.of(), after);
    }

    private static @Nullable List<Value> values(List<? extends Row> rows, int column, int width) {
        return rows.isEmpty() || rows.stream().anyMatch(row -> row.size() != width)
                ? null
                : ParsedStatement.values(
                        rows.stream().map(row -> row.field(column)).toList());
    }

    private static @Nullable WriteShape update(QOM.Update<?> update, boolean inQuery, TrackedColumns columns) {
        Set<String> changed = new HashSet<>();
        Map<String, List<Value>> before =
                pins(update.$where(), update.$table(), update.$from().isEmpty(), columns);
        Map<String, List<Value>> after = new HashMap<>(before);
        for (Map.Entry<? extends FieldOrRow, ? extends FieldOrRowOrSelect> set :
                update.$set().entrySet()) {
            if (set.getKey() instanceof Field<?> field) {
                if (!isColumn(field, columns)) return null;
                String column = TableName.fold(field.getName());
                changed.add(column);
                Value value = ParsedStatement.value(set.getValue());
                if (value == null || !columns.tracked().contains(column)) after.remove(column);
                else after.put(column, List.of(value));
            } else if (set.getKey() instanceof Row row) {
                for (Field<?> field : row.fields()) {
                    if (!isColumn(field, columns)) return null;
                    changed.add(TableName.fold(field.getName()));
                    after.remove(TableName.fold(field.getName()));
                }
            } else {
                return null;
            }
        }
        return changed.isEmpty() ? null : new WriteShape(WriteEvent.UPDATE, inQuery, changed, before, after);
    }

    /** In PostgreSQL what looks like a qualifier can be the column, and the name a field of its value. */
    private static boolean isColumn(Field<?> field, TrackedColumns columns) {
        Name[] parts = field.getQualifiedName().parts();
        if (!columns.columns().contains(TableName.fold(field.getName()))) return false;
        for (int i = 0; i < parts.length - 1; i++)
            if (columns.columns().contains(TableName.fold(String.valueOf(parts[i].last())))) return false;
        return true;
    }

    /** The columns of the target that the WHERE pins to values. */
    private static Map<String, List<Value>> pins(
            @Nullable Condition where, Table<?> target, boolean alone, TrackedColumns columns) {
        Map<String, List<Value>> pins = new HashMap<>();
        for (Condition condition : SelectScope.conjuncts(where)) {
            if (condition instanceof QOM.Eq<?> eq) {
                pin(pins, eq.$arg1(), List.of(eq.$arg2()), target, alone, columns);
                pin(pins, eq.$arg2(), List.of(eq.$arg1()), target, alone, columns);
            } else if (condition instanceof QOM.InList<?> in) {
                pin(pins, in.$arg1(), List.copyOf(in.$arg2()), target, alone, columns);
            }
        }
        return pins;
    }

    private static void pin(
            Map<String, List<Value>> pins,
            Field<?> field,
            List<? extends Field<?>> alternatives,
            Table<?> target,
            boolean alone,
            TrackedColumns columns) {
        if (!(field instanceof TableField<?, ?>)) return;
        Name[] parts = field.getQualifiedName().parts();
        String column = TableName.fold(String.valueOf(field.getQualifiedName().last()));
        // Beside other tables one of these, or a column of one, may have a name that is like the target's but for its
        // case.
        boolean own = alone
                ? parts.length == 1 || isLike(parts, target)
                : parts.length == 2 && TableReference.isSpelled(parts[0], target.getUnqualifiedName());
        List<Value> values = own && columns.tracked().contains(column) ? ParsedStatement.values(alternatives) : null;
        if (values != null) pins.merge(column, values, Equalities::fewer);
    }

    private static boolean isLike(Name[] parts, Table<?> target) {
        return TableName.fold(String.valueOf(parts[parts.length - 2].last())).equals(TableName.fold(target.getName()));
    }

    /** All values that a column has in a row before or after the write, or {@code null} if that is not known. */
    @Nullable
    List<Value> values(String column) {
        List<Value> old = event == WriteEvent.INSERT ? List.of() : before.get(column);
        List<Value> fresh = event == WriteEvent.DELETE ? List.of() : after.get(column);
        if (old == null || fresh == null) return null;
        Set<Value> both = new LinkedHashSet<>(old);
        both.addAll(fresh);
        return List.copyOf(both);
    }
}
