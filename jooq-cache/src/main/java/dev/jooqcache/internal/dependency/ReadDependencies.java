package dev.jooqcache.internal.dependency;

import dev.jooqcache.internal.entry.Extent;
import dev.jooqcache.spi.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the executions of one query depend on, table by table. Immutable. */
public final class ReadDependencies {

    /** The plan of a query that is not cached. */
    public static final ReadDependencies NONE = new ReadDependencies(Tags.none(), List.of());

    /** More tags of rows than this are not told apart in one result. */
    private static final int MOST_ROW_TAGS = 128;

    private final Extent whole;
    private final List<Part> parts;
    private final TagPlan all;

    /**
     * Makes a plan.
     *
     * @param whole the tags of the tables that are taken as a whole
     * @param parts the other tables, each once
     */
    public ReadDependencies(Tags whole, List<Part> parts) {
        this.whole = Extent.of(whole.withEverything());
        this.parts = List.copyOf(parts);
        TagPlan union = TagPlan.of(this.whole.table());
        for (Part part : parts) union = union.and(part.any());
        all = union;
    }

    /**
     * All that an execution depends on, whatever its rows turn out to be.
     *
     * @param binds its bind values
     * @return the tags
     */
    public Tags tags(BindValues binds) {
        return all.tags(binds);
    }

    /**
     * What the result of an execution depends on.
     *
     * @param binds the bind values
     * @param result its rows
     * @return no more than {@link #tags}, without the names of the tags
     */
    public List<Extent> extents(BindValues binds, ResultRows result) {
        if (parts.isEmpty()) return List.of(whole);
        List<Extent> extents = new ArrayList<>(1 + parts.size());
        extents.add(whole);
        for (Part part : parts) extents.add(part.extent(binds, result));
        return List.copyOf(extents);
    }

    /**
     * What that means of each table, for a person.
     *
     * @return a text for each table of which something is told apart
     */
    public List<String> words() {
        List<String> words = new ArrayList<>();
        for (Part part : parts)
            words.addAll(part.rows() == null ? part.any().words() : part.rows().words());
        return List.copyOf(words);
    }

    /**
     * What is read of one table.
     *
     * @param table the table's own tag
     * @param any what is read of it at most
     * @param rows how the rows of the result tell that it is less, or {@code null}
     */
    public record Part(Tags table, TagPlan any, @Nullable Rows rows) {

        private Extent extent(BindValues binds, ResultRows result) {
            Tags tags = rows == null ? null : rows.tags(binds, result);
            if (tags == null) tags = any.tags(binds);
            return new Extent(table, tags.withoutNames());
        }
    }

    /**
     * Some part of a table that is read only where a column has one of the values that a column of the result shows.
     *
     * @param rest what is read of the table besides
     * @param shown the index of that column of the result, from 0
     * @param columns how many columns the result has
     * @param table the table's tag
     * @param key the column of the table
     * @param type how its values compare
     * @param suffixes what is read of its rows
     * @param ifUnknown what is touched by a write that does not tell the values
     * @param words what that means, for a person
     */
    public record Rows(
            TagPlan rest,
            int shown,
            int columns,
            String table,
            String key,
            KeyType type,
            List<String> suffixes,
            Tags ifUnknown,
            List<String> words) {

        /**
         * Copies the lists.
         *
         * @param rest what is read of the table besides
         * @param shown the index of that column of the result, from 0
         * @param columns how many columns the result has
         * @param table the table's tag
         * @param key the column of the table
         * @param type how its values compare
         * @param suffixes what is read of its rows
         * @param ifUnknown what is touched by a write that does not tell the values
         * @param words what that means, for a person
         */
        public Rows {
            suffixes = List.copyOf(suffixes);
            words = List.copyOf(words);
        }

        /** The tags, or {@code null} if they cannot be told by the rows. */
        private @Nullable Tags tags(BindValues binds, ResultRows result) {
            if (result.columns() != columns) return null;
            Set<String> values = new TreeSet<>();
            for (int row = 0; row < result.rows(); row++) {
                Object value = result.value(row, shown);
                // No row of the table is joined there, or writes of it touch the tags of values that are not known.
                if (value == null) continue;
                String text = type.text(value);
                if (text == null) return null;
                values.add(text);
                if (values.size() * suffixes.size() > MOST_ROW_TAGS) return null;
            }
            Tags.Builder tags = new Tags.Builder(values.size() * suffixes.size() + 8)
                    .add(rest.tags(binds))
                    .add(ifUnknown);
            for (String value : values) tags.addKey(table, key, value, suffixes);
            return tags.build();
        }
    }

    /** The rows of a result, as the database has answered them. */
    public interface ResultRows {

        /** Rows of which nothing is known. */
        ResultRows UNKNOWN = new ResultRows() {
            @Override
            public int rows() {
                return 0;
            }

            @Override
            public int columns() {
                return -1;
            }

            @Override
            public Object value(int row, int column) {
                return BindValues.UNKNOWN;
            }
        };

        /**
         * How many rows there are.
         *
         * @return their number
         */
        int rows();

        /**
         * How many columns there are.
         *
         * @return their number
         */
        int columns();

        /**
         * A value.
         *
         * @param row the row, from 0
         * @param column the column, from 0
         * @return the value; {@link BindValues#UNKNOWN} if it is not known
         */
        @Nullable
        Object value(int row, int column);
    }
}
