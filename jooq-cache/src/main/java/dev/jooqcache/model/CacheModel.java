package dev.jooqcache.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/**
 * The facts about a schema that invalidation needs: what depends on what.
 *
 * <p>A model is the same thing whether it was read from a live database, generated or written by hand. Models can be
 * {@linkplain #merge merged}: what is known from either is united, and what one does not know the other fills in.
 * Implementations are immutable and thread-safe.
 */
public interface CacheModel {

    /**
     * The relations.
     *
     * @return the tables, views and other relations, sorted by name
     */
    List<TableModel> tables();

    /**
     * The routines that are not the database's own.
     *
     * @return the routines, sorted by name
     */
    List<RoutineModel> routines();

    /**
     * Returns the gaps in the model, left for instance by a missing privilege. While there is anything, triggers count as
     * unknown, and every write touches everything.
     *
     * @return one phrase for each gap; empty if there is none
     */
    default List<String> gaps() {
        return List.of();
    }

    /**
     * The version of the schema that this describes: Flyway's newest, with a checksum over its migrations.
     *
     * @return the version, or {@code null} if there is none
     */
    default @Nullable String version() {
        return null;
    }

    /**
     * Returns the rules for what is cached, and for how long. These are settings, not facts:
     * {@link #differences} does not compare them.
     *
     * @return the rules; {@link CacheRules#NONE} unless the model was given some
     */
    default CacheRules rules() {
        return CacheRules.NONE;
    }

    /**
     * This model and another one. What one of them does not know, the other's word fills in; what both know is united,
     * never replaced. So a declaration can tell the effects of a trigger written in Java, and cannot hide what is known.
     * Of two rules for one table the stricter word counts.
     *
     * @param other the other model, for instance declarations
     * @return both
     */
    default CacheModel merge(CacheModel other) {
        return SchemaFacts.merge(this, other);
    }

    /**
     * Compares the facts of this model with those of another one of the same schema.
     *
     * @param live the other model, for instance the one inspected just now
     * @return one line for each difference, sorted; empty if the two say the same
     */
    default List<String> differences(CacheModel live) {
        return SchemaFacts.differences(this, live);
    }

    /**
     * The whole model for machines: objects and arrays with the names of this package's components, sorted.
     *
     * @return JSON
     */
    default String toJson() {
        return ModelJson.of(this);
    }

    /**
     * The whole model for people: what each relation depends on, what each write touches and why, and what could not be
     * found out.
     *
     * @return Markdown
     */
    default String toMarkdown() {
        return ModelReport.of(this);
    }

    /**
     * A model that knows nothing.
     *
     * @return the empty model
     */
    static CacheModel empty() {
        return SchemaFacts.EMPTY;
    }

    /**
     * Begins a model by hand.
     *
     * @return a builder
     */
    static Builder builder() {
        return new Builder();
    }

    /** A model to be. Not thread-safe. */
    final class Builder {

        private final List<TableModel> tables = new ArrayList<>();
        private final List<RoutineModel> routines = new ArrayList<>();
        private final List<String> gaps = new ArrayList<>();
        private @Nullable String version;
        private CacheRules rules = CacheRules.NONE;

        private Builder() {}

        /**
         * Adds the facts of a relation.
         *
         * @param table the relation
         * @return this builder
         */
        public Builder table(TableModel table) {
            tables.add(table);
            return this;
        }

        /**
         * Adds a routine.
         *
         * @param routine the routine
         * @return this builder
         */
        public Builder routine(RoutineModel routine) {
            routines.add(routine);
            return this;
        }

        /**
         * Declares which tables a view reads, for a view whose definition is not understood.
         *
         * @param view the view
         * @param reads all tables and views that its definition reads; functions in it are declared to be deterministic
         * @return this builder
         */
        public Builder view(Table<?> view, Table<?>... reads) {
            return table(TableModel.of(TableName.of(view), TableModel.Kind.OTHER)
                    .reading(Behavior.reading(names(reads)))
                    .build());
        }

        /**
         * Declares which tables the triggers of a table write, for triggers whose code is not understood.
         *
         * @param table the table that has the triggers
         * @param writes all tables that they write; none if they only change the row at hand
         * @return this builder
         */
        public Builder trigger(Table<?> table, Table<?>... writes) {
            List<Target> targets = names(writes).stream().map(Target::any).toList();
            return table(TableModel.of(TableName.of(table), TableModel.Kind.OTHER)
                    .trigger(new TriggerModel(
                            TriggerModel.DECLARED,
                            TriggerModel.Timing.BEFORE,
                            WriteEvent.ALL,
                            Behavior.writing(targets),
                            new TreeSet<>(Set.of(TriggerModel.ANY_COLUMN))))
                    .build());
        }

        /**
         * Declares what a routine does, for one that promises nothing and whose code is not understood.
         *
         * @param routine its name; all overloads are meant
         * @param behavior for instance {@code Behavior.NONE} for a deterministic function, or {@code
         *     Behavior.reading(..)}
         * @return this builder
         */
        public Builder routine(String routine, Behavior behavior) {
            return routine(new RoutineModel("", routine, RoutineModel.Kind.FUNCTION, "", behavior));
        }

        /**
         * Notes what could not be found out.
         *
         * @param gap a phrase
         * @return this builder
         */
        public Builder gap(String gap) {
            gaps.add(gap);
            return this;
        }

        /**
         * The version of the schema.
         *
         * @param value the version, or {@code null} if there is none
         * @return this builder
         */
        public Builder version(@Nullable String value) {
            version = value;
            return this;
        }

        /**
         * Adds rules for what is to be cached, and for how long.
         *
         * @param value the rules
         * @return this builder
         */
        public Builder rules(CacheRules value) {
            rules = rules.and(value);
            return this;
        }

        /**
         * Makes the model.
         *
         * @return the model
         */
        public CacheModel build() {
            return new SchemaFacts(tables, routines, gaps, version, rules);
        }

        private static List<TableName> names(Table<?>... tables) {
            return Arrays.stream(tables).map(TableName::of).toList();
        }
    }
}
