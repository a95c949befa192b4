package dev.jooqcache.internal.query;

import dev.jooqcache.internal.dependency.KeyType;
import dev.jooqcache.internal.dependency.ReadDependencies;
import dev.jooqcache.internal.dependency.ReadDependencies.Rows;
import dev.jooqcache.internal.dependency.TagPlan;
import dev.jooqcache.internal.dependency.TagPlan.Part;
import dev.jooqcache.internal.dependency.TagPlan.Value;
import dev.jooqcache.internal.query.TableReference.Shown;
import dev.jooqcache.internal.query.ViewExpansion.Text;
import dev.jooqcache.internal.sql.ColumnNames;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.Lineage;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.WriteEvent;
import dev.jooqcache.spi.Tags;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * The tags of columns and keys.
 *
 * <h2>The tags of a table</h2>
 *
 * <pre>
 *   film                  anything in it changed                      touched by every write
 *   film *                something changed, and it is not known what touched by a write that is not understood
 *   film +                rows were inserted or deleted
 *   film.title            the column was updated in some rows
 *   film[id=5], film[id=5] +, film[id=5].title      the same of the rows with this key, before or after the write
 *   film[id=?], film[id=?] +, film[id=?].title      the same of rows with keys that are not known
 * </pre>
 *
 * A write touches, for the table and for <i>each</i> tracked column of it, either the tags of all values that its rows have
 * there before and after, or those of {@code ?}. So a read need look at one column only: if a place at which it reads the
 * table is pinned to {@code id = 5}, it depends on {@code film *} and on the tags of {@code id=5} and of {@code id=?}; of
 * these, on membership and on the columns that it names, or on {@code film[id=5]} if it reads all of them. A place that is
 * not pinned depends on the tags of the table; one that is not understood on {@code film}. What a place reads only of
 * rows that the result shows (see {@link PredicateAnalysis}) is told when the rows have been read: it depends on the tags of their
 * keys, and of {@code ?}.
 *
 * <p>A plain view is what its text reads, whatever the query does with it. So what is read through views is told by their
 * texts as if each of them were a query of its own (see {@link ViewExpansion}), and a table that several texts read is what all
 * of them read of it.
 *
 * <p>Why a change cannot be missed: let a write change a row such that the read's rows change. Then the row matters to the
 * read at some place, before or after the write. If the place is pinned to <i>k in V</i>, then the row's value of <i>k</i> is
 * in V before or after; the write knows that value, and touches its tags, or touches those of {@code ?}; the read depends on
 * both. If the write inserts or deletes the row, it touches {@code +}; if it updates it, then some column that the read
 * names differs, and is among those that the statement sets, that the database computes, or that a trigger changes.
 */
public final class RowDependencies {

    /** With more columns than this a read takes the rows as a whole. */
    private static final int MOST_COLUMNS = 16;

    /** With more columns than this a row that the result shows is taken as a whole. */
    private static final int MOST_COLUMNS_OF_ROW = 3;

    private static final String MEMBERSHIP = " +";
    private static final List<String> ANYTHING = List.of("");

    private final Dependencies dependencies;
    private final Precision precision;
    private final SQLDialect dialect;
    private final Map<String, Optional<TrackedColumns>> tables = new HashMap<>();

    public RowDependencies(Dependencies dependencies, Precision precision, SQLDialect dialect) {
        this.dependencies = dependencies;
        this.precision = precision;
        this.dialect = dialect;
    }

    /** The columns of a table, or {@code null} if it can only be taken as a whole. */
    @Nullable
    TrackedColumns columns(String table) {
        return tables.computeIfAbsent(
                        table, name -> Optional.ofNullable(precision.columns(name, dependencies, dialect)))
                .orElse(null);
    }

    /** What a write of unknown extent touches. */
    public Tags whole(Collection<String> tables) {
        return precision.whole(tables);
    }

    /** What the execution of a query shows of tables that were read. */
    public TablesRead tablesRead(String sql) {
        return new TablesRead(sql, dialect, dependencies::relationsNamed);
    }

    /**
     * What a query depends on: what its own text reads, and what the texts of views read.
     *
     * @param sql its text
     * @param lineage the tables that it depends on, and which text names them
     */
    public ReadDependencies read(String sql, Lineage lineage) {
        ViewExpansion texts =
                new ViewExpansion(sql, lineage, dependencies, dialect, precision.believesViews(), this::columns);
        Map<String, List<ReadVisibility>> readings = new TreeMap<>();
        Set<String> whole = new TreeSet<>(lineage.indirect());
        lineage.named().forEach((name, relations) -> {
            Set<String> tables = new TreeSet<>(relations);
            tables.retainAll(lineage.tags().keySet());
            tables.removeIf(table -> whole.contains(table) || columns(table) == null);
            Text text = tables.isEmpty() ? null : texts.of(name);
            for (String table : tables) {
                List<TableReference> places = text == null ? List.of() : text.places(table);
                if (text == null || places.isEmpty()) whole.add(table);
                else
                    readings.computeIfAbsent(table, t -> new ArrayList<>())
                            .add(new ReadVisibility(text, places, name.isEmpty()));
            }
        });
        readings.keySet().removeAll(whole);
        Set<String> coarse = new TreeSet<>(lineage.tags().keySet());
        coarse.removeAll(readings.keySet());
        List<ReadDependencies.Part> parts = new ArrayList<>();
        readings.forEach((table, of) -> parts.add(read(table, of)));
        return new ReadDependencies(Tags.of(coarse), parts);
    }

    /** The places of one table in one text, that of the query itself or of a view. */
    private record ReadVisibility(Text text, List<TableReference> places, boolean ofQuery) {}

    private ReadDependencies.Part read(String table, List<ReadVisibility> readings) {
        TrackedColumns columns = Objects.requireNonNull(columns(table));
        TagPlan any = TagPlan.NONE;
        for (ReadVisibility reading : readings) any = any.and(plan(table, reading, columns));
        ReadVisibility first = readings.get(0);
        Rows rows = readings.size() == 1 && first.ofQuery() ? rows(table, first, columns) : null;
        return new ReadDependencies.Part(Tags.of(List.of(table)), any, rows);
    }

    /** What a text reads, whatever the rows of the result are. */
    private static TagPlan plan(String table, ReadVisibility reading, TrackedColumns columns) {
        List<String> suffixes = suffixes(readColumns(table, reading, columns), columns);
        TagPlan any = TagPlan.NONE;
        for (TableReference place : reading.places()) {
            if (key(place, columns) == null) return unpinned(table, suffixes);
            any = any.and(plan(table, place, columns, suffixes));
        }
        return any;
    }

    private static @Nullable Rows rows(String table, ReadVisibility reading, TrackedColumns columns) {
        Set<String> read = readColumns(table, reading, columns);
        return reading.places().size() == 1 && read != null
                ? rows(table, reading.places().get(0), columns, read)
                : null;
    }

    /** What is read at a place, whatever the rows of the result are. */
    private static TagPlan plan(String table, TableReference place, TrackedColumns columns, List<String> suffixes) {
        String key = key(place, columns);
        if (key == null) return unpinned(table, suffixes);
        Part part = part(table, key, place, columns, suffixes);
        String words = table + ": rows with " + part.toText() + ", " + columnsOf(suffixes);
        return new TagPlan(Tags.none(), List.of(part), List.of(words));
    }

    /** What is read of the rows that the result shows. */
    private static @Nullable Rows rows(String table, TableReference place, TrackedColumns columns, Set<String> read) {
        Shown shown = place.shown();
        String pinned = key(place, columns);
        String key = shown == null ? null : shownKey(shown, columns);
        if (shown == null || key == null || columns.sole().contains(pinned)) return null;
        TagPlan rest = TagPlan.NONE;
        List<String> suffixes;
        if (shown.only() == null) {
            if (pinned != null) return null;
            suffixes = few(suffixes(read, columns));
        } else {
            Set<String> others = new HashSet<>(read);
            others.removeAll(shown.only());
            if (others.size() == read.size()) return null;
            rest = plan(table, place, columns, suffixes(others, columns));
            Set<String> only = new TreeSet<>(read);
            only.removeAll(others);
            suffixes = few(only.stream().map(column -> "." + column).toList());
        }
        List<String> words = new ArrayList<>(rest.words());
        words.add(table + ": rows whose " + key + " the result shows, " + columnsOf(suffixes));
        Tags ifUnknown = new Tags.Builder(suffixes.size() + 1)
                .addPart(table, Tags.UNKNOWN_WRITE)
                .addKey(table, key, Tags.UNKNOWN_KEY, suffixes)
                .build();
        KeyType type = Objects.requireNonNull(columns.types().get(key));
        return new Rows(
                rest,
                Objects.requireNonNull(shown.keys().get(key)),
                shown.items(),
                table,
                key,
                type,
                suffixes,
                ifUnknown,
                words);
    }

    /** The tracked column whose values the result shows: one that is a key by itself if there is one. */
    private static @Nullable String shownKey(Shown shown, TrackedColumns columns) {
        String best = null;
        for (String column : columns.tracked())
            if (shown.keys().containsKey(column)
                    && (best == null
                            || (columns.sole().contains(column)
                                    && !columns.sole().contains(best)))) best = column;
        return best;
    }

    /** For each of many rows rather one tag too wide than several. */
    private static List<String> few(List<String> suffixes) {
        return suffixes.size() > MOST_COLUMNS_OF_ROW ? ANYTHING : suffixes;
    }

    private static String columnsOf(List<String> suffixes) {
        if (suffixes.equals(ANYTHING)) return "all columns";
        return suffixes.stream()
                .filter(suffix -> !suffix.equals(MEMBERSHIP))
                .map(suffix -> suffix.substring(1))
                .collect(Collectors.joining(", ", "columns ", ""));
    }

    private static Part part(
            String table, String key, TableReference place, TrackedColumns columns, List<String> suffixes) {
        Tags unknown = new Tags.Builder(suffixes.size() + 1)
                .addPart(table, Tags.UNKNOWN_WRITE)
                .addKey(table, key, Tags.UNKNOWN_KEY, suffixes)
                .build();
        KeyType type = Objects.requireNonNull(columns.types().get(key));
        List<Value> values = Objects.requireNonNull(place.pins().get(key));
        return new Part(
                table,
                key,
                type,
                values,
                suffixes,
                unknown,
                unpinned(table, suffixes).always());
    }

    /** What a place that is not pinned depends on. */
    private static TagPlan unpinned(String table, List<String> suffixes) {
        Tags.Builder tags = new Tags.Builder(suffixes.size() + 1);
        if (!suffixes.equals(ANYTHING)) tags.addPart(table, Tags.UNKNOWN_WRITE);
        for (String suffix : suffixes) tags.addPart(table, suffix);
        return new TagPlan(tags.build(), List.of(), List.of(table + ": all rows, " + columnsOf(suffixes)));
    }

    /** The columns that are read, or {@code null} if that is not known. */
    private static @Nullable Set<String> readColumns(String table, ReadVisibility reading, TrackedColumns columns) {
        ColumnNames mentions = reading.text().mentions();
        List<TableReference> places = reading.places();
        if (mentions.areHidden()) return null;
        Map<String, Integer> declarations = new HashMap<>();
        declarations.merge(table, places.size(), Integer::sum);
        for (TableReference place : places)
            if (!place.alias().equals(table)) declarations.merge(place.alias(), 1, Integer::sum);
        for (Map.Entry<String, Integer> name : declarations.entrySet())
            if (mentions.mayMeanRow(name.getKey(), name.getValue())) return null;
        return mentions.namesOthers(declarations.keySet(), columns.columns())
                ? null
                : mentions.among(columns.columns());
    }

    /** Membership and the columns that are read, or anything. */
    private static List<String> suffixes(@Nullable Set<String> read, TrackedColumns columns) {
        if (read == null || read.size() == columns.columns().size() || read.size() > MOST_COLUMNS) return ANYTHING;
        List<String> suffixes = new ArrayList<>(List.of(MEMBERSHIP));
        for (String column : new TreeSet<>(read)) suffixes.add("." + column);
        return suffixes;
    }

    /** The tracked column that is pinned there: one that is a key by itself if there is one, and with fewest values. */
    private static @Nullable String key(TableReference place, TrackedColumns columns) {
        String best = null;
        for (String column : columns.tracked()) {
            List<Value> values = place.pins().get(column);
            if (values == null) continue;
            List<Value> before = best == null ? null : place.pins().get(best);
            boolean better = before == null
                    || (columns.sole().contains(column) && !columns.sole().contains(best))
                    || (values.size() < before.size() && !columns.sole().contains(best));
            if (better) best = column;
        }
        return best;
    }

    /** The target of a plain statement, and what is known of it; {@code null} if it is none. */
    @Nullable
    public Target target(String sql, Set<TableName> writes) {
        if (writes.size() != 1) return null;
        TableName table = writes.iterator().next();
        TrackedColumns columns = columns(table.name());
        if (columns == null) return null;
        ParsedStatement text = ParsedStatement.of(sql, dialect);
        WriteShape shape = text == null ? null : WriteShape.of(text, table, columns);
        if (shape == null) return null;
        Set<String> changed = new HashSet<>(shape.changed());
        Set<String> own = ownColumns(table.name(), shape.event());
        if (own.contains(TriggerModel.ANY_COLUMN)) return null;
        if (!changed.isEmpty()) changed.addAll(columns.computed());
        changed.addAll(own);
        return new Target(table.name(), columns, shape, changed, own);
    }

    /** The columns of the row at hand that triggers may change. */
    private Set<String> ownColumns(String table, WriteEvent event) {
        Set<String> own = new HashSet<>();
        for (TableModel relation : dependencies.relationsNamed(table)) {
            boolean shown = relation.triggers().stream().anyMatch(t -> !t.name().equals(TriggerModel.DECLARED));
            for (TriggerModel trigger : relation.triggers()) {
                // A declaration tells what triggers do besides; the catalog tells which there are.
                if (!trigger.events().contains(event)
                        || (shown && trigger.name().equals(TriggerModel.DECLARED))) continue;
                switch (trigger.timing()) {
                    case BEFORE -> own.addAll(trigger.ownColumns());
                    case INSTEAD_OF, RULE -> own.add(TriggerModel.ANY_COLUMN);
                    case AFTER -> {}
                }
            }
        }
        return own;
    }

    /**
     * The one table that a plain statement writes.
     *
     * @param table its tag
     * @param columns its columns
     * @param shape what the statement tells
     * @param changed the columns that may differ afterwards, if it is an UPDATE
     * @param own those that triggers may change
     */
    public record Target(String table, TrackedColumns columns, WriteShape shape, Set<String> changed, Set<String> own) {

        /** The columns that an UPDATE changes, or {@code null} if it is another statement. */
        public @Nullable Set<String> updated() {
            return shape.event() == WriteEvent.UPDATE ? changed : null;
        }

        /** What the statement touches in its table. */
        public TagPlan tags() {
            List<String> suffixes = new ArrayList<>(ANYTHING);
            if (shape.event() == WriteEvent.UPDATE)
                for (String column : new TreeSet<>(changed)) suffixes.add("." + column);
            if (shape.event() != WriteEvent.UPDATE || shape.mayLoseRows()) suffixes.add(MEMBERSHIP);
            Tags.Builder always = new Tags.Builder(suffixes.size());
            for (String suffix : suffixes) always.addPart(table, suffix);
            List<Part> parts = new ArrayList<>();
            List<String> unknownKeys = new ArrayList<>();
            for (String column : columns.tracked()) {
                Tags unknown = new Tags.Builder(suffixes.size())
                        .addKey(table, column, Tags.UNKNOWN_KEY, suffixes)
                        .build();
                List<Value> values = own.contains(column) ? null : shape.values(column);
                KeyType type = Objects.requireNonNull(columns.types().get(column));
                if (values == null || values.size() > TagPlan.MOST_VALUES) {
                    always.add(unknown);
                    unknownKeys.add(column);
                } else {
                    parts.add(new Part(table, column, type, values, suffixes, Tags.none(), unknown));
                }
            }
            return new TagPlan(always.build(), parts, List.of(words(parts, unknownKeys)));
        }

        private String words(List<Part> parts, List<String> unknownKeys) {
            List<String> words = new ArrayList<>();
            if (shape.event() == WriteEvent.UPDATE) words.add("columns " + String.join(", ", new TreeSet<>(changed)));
            for (Part part : parts) words.add("rows with " + part.toText());
            if (!unknownKeys.isEmpty()) words.add("rows with any " + String.join(", any ", unknownKeys));
            return table + ": " + String.join("; ", words);
        }
    }
}
