package dev.jooqcache.internal.dependency;

import dev.jooqcache.spi.Tags;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tags of one SQL text: those that it always has, and those that depend on its bind values. Immutable.
 *
 * @param always the tags of every execution
 * @param parts what else, by value
 * @param words what of each table that means, for a person; empty where nothing is told apart
 */
public record TagPlan(Tags always, List<Part> parts, List<String> words) {

    /** More values of one column than this are not told apart. */
    public static final int MOST_VALUES = 16;

    /** The plan of a statement that depends on nothing. */
    public static final TagPlan NONE = of(Tags.none());

    /**
     * Copies the lists.
     *
     * @param always the tags of every execution
     * @param parts what else, by value
     * @param words what of each table that means, for a person; empty where nothing is told apart
     */
    public TagPlan {
        parts = List.copyOf(parts);
        words = List.copyOf(words);
    }

    /**
     * A plan without values.
     *
     * @param always the tags
     * @return the plan
     */
    public static TagPlan of(Tags always) {
        return new TagPlan(always, List.of(), List.of());
    }

    /**
     * The tags of one execution.
     *
     * @param binds its bind values
     * @return the tags
     */
    public Tags tags(BindValues binds) {
        if (parts.isEmpty()) return always;
        Tags.Builder tags = new Tags.Builder(always.size() + 4 * parts.size()).add(always);
        for (Part part : parts) part.addTo(tags, binds);
        return tags.build();
    }

    /**
     * The tags of any execution: those of values that are not known.
     *
     * @return the tags
     */
    public Tags anyTags() {
        return tags(BindValues.NONE);
    }

    /**
     * Both plans.
     *
     * @param other another plan
     * @return the union
     */
    public TagPlan and(TagPlan other) {
        return new TagPlan(
                always.plus(other.always),
                Stream.concat(parts.stream(), other.parts.stream()).distinct().toList(),
                Stream.concat(words.stream(), other.words.stream()).distinct().toList());
    }

    /**
     * The rows of a table in which a column has one of some values.
     *
     * @param table the table's tag
     * @param column the column
     * @param type how its values compare
     * @param values the values
     * @param suffixes what of these rows is meant
     * @param ifKnown what is added besides if all values are known
     * @param ifUnknown what is added instead if one is not
     */
    public record Part(
            String table,
            String column,
            KeyType type,
            List<Value> values,
            List<String> suffixes,
            Tags ifKnown,
            Tags ifUnknown) {

        /**
         * Copies the lists.
         *
         * @param table the table's tag
         * @param column the column
         * @param type how its values compare
         * @param values the values
         * @param suffixes what of these rows is meant
         * @param ifKnown what is added besides if all values are known
         * @param ifUnknown what is added instead if one is not
         */
        public Part {
            values = List.copyOf(values);
            suffixes = List.copyOf(suffixes);
        }

        private void addTo(Tags.Builder tags, BindValues binds) {
            List<String> known = new ArrayList<>(values.size());
            for (Value value : values) {
                String text = text(value, binds);
                if (text == null) {
                    tags.add(ifUnknown);
                    return;
                }
                known.add(text);
            }
            for (String value : known) tags.addKey(table, column, value, suffixes);
            tags.add(ifKnown);
        }

        private @Nullable String text(Value value, BindValues binds) {
            return type.text(value.index() < 0 ? value.literal() : binds.get(value.index()));
        }

        /**
         * The values as a person reads them.
         *
         * @return for instance {@code id = ?}
         */
        public String toText() {
            List<String> texts = new ArrayList<>();
            for (Value value : values) texts.add(value.index() < 0 ? String.valueOf(value.literal()) : "?");
            return texts.size() == 1
                    ? column + " = " + texts.get(0)
                    : column + " in (" + String.join(", ", new LinkedHashSet<>(texts)) + ")";
        }
    }

    /**
     * A bind value or a literal.
     *
     * @param index the position of the bind value, or -1
     * @param literal the literal, if there is no index
     */
    public record Value(int index, @Nullable Object literal) {}
}
