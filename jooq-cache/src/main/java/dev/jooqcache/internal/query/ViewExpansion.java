package dev.jooqcache.internal.query;

import dev.jooqcache.internal.dependency.KeyType;
import dev.jooqcache.internal.dependency.TagPlan.Value;
import dev.jooqcache.internal.query.PredicateAnalysis.Outputs;
import dev.jooqcache.internal.sql.ColumnNames;
import dev.jooqcache.internal.sql.StatementKind;
import dev.jooqcache.model.ColumnModel;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.Lineage;
import dev.jooqcache.model.TableModel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * The texts by which a query reads: its own, and those of the plain views that it names, directly or in another view.
 *
 * <p>If all readers of a view pin a value of one of its columns, they read only that part of the view's
 * result. If that column is one of a table of the view, and the view's text is nothing but rows joined and filtered, then
 * this is the result of its text with the same values demanded in its WHERE; so its tables are pinned as if that stood
 * there. See {@link PredicateAnalysis}.
 */
final class ViewExpansion {

    private final String sql;
    private final Lineage lineage;
    private final Dependencies dependencies;
    private final SQLDialect dialect;
    private final boolean believesViews;
    private final Function<String, @Nullable TrackedColumns> tables;
    private final Map<String, Optional<Parsed>> parsed = new HashMap<>();
    private final Map<String, Optional<Text>> texts = new HashMap<>();
    private final Map<String, Optional<TrackedColumns>> views = new HashMap<>();

    /**
     * Begins with nothing read.
     *
     * @param sql the query's text
     * @param lineage the tables that it depends on, and which text names them
     * @param believesViews whether the texts of views tell what is read
     * @param tables the columns of a table by its folded name
     */
    ViewExpansion(
            String sql,
            Lineage lineage,
            Dependencies dependencies,
            SQLDialect dialect,
            boolean believesViews,
            Function<String, @Nullable TrackedColumns> tables) {
        this.sql = sql;
        this.lineage = lineage;
        this.dependencies = dependencies;
        this.dialect = dialect;
        this.believesViews = believesViews;
        this.tables = tables;
    }

    /** A text, and what it reads where. */
    record Text(ParsedStatement parsed, ColumnNames mentions, List<TableReference> places) {
        List<TableReference> places(String table) {
            return places.stream()
                    .filter(place -> place.table().name().equals(table))
                    .toList();
        }
    }

    /** The text of the query, if the name is empty, or of a view; {@code null} if it may not tell all that is read. */
    @Nullable
    Text of(String name) {
        Optional<Text> known = texts.get(name);
        if (known == null) {
            known = Optional.ofNullable(name.isEmpty() ? query() : view(name));
            texts.put(name, known);
        }
        return known.orElse(null);
    }

    private @Nullable Text query() {
        Parsed parsed = parsed("", sql);
        List<TableReference> places =
                parsed == null ? null : rows(parsed, Outputs.NONE).places();
        return parsed == null || places == null ? null : new Text(parsed.text, parsed.mentions, places);
    }

    private @Nullable Text view(String name) {
        TableModel view = dependencies.relationsNamed(name).get(0);
        Parsed parsed = parsed(view);
        if (parsed == null) return null;
        List<TableReference> places =
                rows(parsed, outputs(view, pinnedByAll(name))).places();
        return places != null && ViewText.isOf(view, parsed.text, places, dependencies, dialect)
                ? new Text(parsed.text, parsed.mentions, places)
                : null;
    }

    /** A view is looked at for its columns, and again for its places once it is known what is pinned of it. */
    private @Nullable Parsed parsed(TableModel view) {
        String text = view.definition();
        return believesViews && ViewText.isBinding(text, dialect)
                ? parsed(view.name().name(), text)
                : null;
    }

    private @Nullable Parsed parsed(String name, String text) {
        Optional<Parsed> known = parsed.get(name);
        if (known == null) {
            known = Optional.ofNullable(ParsedStatement.of(text, dialect))
                    .map(made -> new Parsed(made, new ColumnNames(made.tokens())));
            parsed.put(name, known);
        }
        return known.orElse(null);
    }

    private record Parsed(ParsedStatement text, ColumnNames mentions) {}

    private PredicateAnalysis rows(Parsed parsed, Outputs outputs) {
        // MySQL's family lets aggregate functions stand beside columns.
        return PredicateAnalysis.of(
                parsed.text, parsed.mentions, this::columns, StatementKind.isMysql(dialect), outputs);
    }

    private static Outputs outputs(TableModel view, Map<String, List<Value>> pins) {
        return new Outputs(view.columns().stream().map(ColumnModel::name).toList(), pins);
    }

    /** The values of a view's columns that affect its readers. */
    private Map<String, List<Value>> pinnedByAll(String view) {
        // Some code whose text is not known may read all of it.
        if (lineage.indirect().contains(view)) return Map.of();
        Map<String, List<Value>> all = null;
        for (String reader : lineage.named().keySet()) {
            if (!lineage.named().get(reader).contains(view)) continue;
            Text text = of(reader);
            List<TableReference> places = text == null ? List.of() : text.places(view);
            if (places.isEmpty()) return Map.of();
            for (TableReference place : places) all = all == null ? place.pins() : Equalities.either(all, place.pins());
        }
        return all == null ? Map.of() : all;
    }

    /** The columns of a table, or those of a view that are columns of its tables. */
    private @Nullable TrackedColumns columns(String name) {
        TrackedColumns table = tables.apply(name);
        return table == null && lineage.named().containsKey(name) && !name.isEmpty() ? viewColumns(name) : table;
    }

    private @Nullable TrackedColumns viewColumns(String name) {
        Optional<TrackedColumns> known = views.get(name);
        if (known == null) {
            known = Optional.ofNullable(
                    columnsOf(dependencies.relationsNamed(name).get(0)));
            views.put(name, known);
        }
        return known.orElse(null);
    }

    private @Nullable TrackedColumns columnsOf(TableModel view) {
        Parsed parsed = parsed(view);
        if (parsed == null) return null;
        Outputs outputs = outputs(view, Map.of());
        Map<String, KeyType> types = rows(parsed, outputs).outputTypes();
        return types.isEmpty()
                ? null
                : new TrackedColumns(Set.copyOf(outputs.names()), types, types.keySet(), Set.of(), Set.of());
    }
}
