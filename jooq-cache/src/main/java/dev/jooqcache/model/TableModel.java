package dev.jooqcache.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A relation: a table, a view, or what else can stand in a FROM clause by its name.
 *
 * @param name its name
 * @param kind what it is
 * @param columns its columns in order
 * @param keys its primary and unique keys
 * @param foreignKeys its references to other tables
 * @param parents the tables that it is a partition of, or inherits from
 * @param traits what sets it apart from an ordinary table
 * @param reading what reading it does besides reading its rows: a view's definition, policies, columns computed then
 * @param writing what writing it does besides writing its row: defaults, checks, columns computed then
 * @param triggers its triggers and rules
 * @param definition the text of the query that a plain view is, as the catalog shows it; empty if it is none or not known
 */
public record TableModel(
        TableName name,
        Kind kind,
        List<ColumnModel> columns,
        List<KeyModel> keys,
        List<ForeignKeyModel> foreignKeys,
        SortedSet<TableName> parents,
        SortedSet<Trait> traits,
        Behavior reading,
        Behavior writing,
        List<TriggerModel> triggers,
        String definition) {

    /** The kinds of relations. */
    public enum Kind {
        /** Rows of its own. */
        TABLE,
        /** A query with a name. */
        VIEW,
        /** A query's result, kept until it is refreshed. */
        MATERIALIZED_VIEW,
        /** Rows on another server. */
        FOREIGN,
        /** Rows of one session. */
        TEMPORARY,
        /** Another name of something else. */
        SYNONYM,
        /** Anything else. */
        OTHER
    }

    /** A reason why the rows of a table do not depend on visible writes alone. */
    public enum Trait {
        /** Policies show other rows to other roles. */
        ROW_SECURITY("row security shows each role other rows"),
        /** Without a log, so that it is empty after a crash. */
        UNLOGGED("an unlogged table is empty after a crash"),
        /**
         * Of an engine without transactions, so that a rollback takes nothing back, or of another one than InnoDB in MySQL's
         * family, so that it has snapshots of its own.
         */
        NON_TRANSACTIONAL("its engine has no transactions, or snapshots of its own"),
        /** A column that is computed when it is read asks the clock or the session. */
        MOVING_COLUMN("a column moves with time or session"),
        /** Code of unknown effect is run when it is read. */
        SELECT_TRIGGER("a trigger runs when it is read");

        private final String why;

        Trait(String why) {
            this.why = why;
        }

        /**
         * Returns the reason why it matters.
         *
         * @return a phrase without a full stop
         */
        public String why() {
            return why;
        }
    }

    /**
     * Copies the collections; all but the columns are sorted by name.
     *
     * @param name its name
     * @param kind what it is
     * @param columns its columns in order
     * @param keys its primary and unique keys
     * @param foreignKeys its references to other tables
     * @param parents the tables that it is a partition of, or inherits from
     * @param traits what sets it apart from an ordinary table
     * @param reading what reading it does besides reading its rows: a view's definition, policies, columns computed then
     * @param writing what writing it does besides writing its row: defaults, checks, columns computed then
     * @param triggers its triggers and rules
     * @param definition the text of the query that a plain view is, as the catalog shows it; empty if it is none or not known
     */
    public TableModel {
        columns = List.copyOf(columns);
        keys = sorted(keys, Comparator.comparing(KeyModel::kind).thenComparing(KeyModel::name));
        foreignKeys = sorted(foreignKeys, Comparator.comparing(ForeignKeyModel::name));
        parents = Collections.unmodifiableSortedSet(new TreeSet<>(parents));
        traits = Collections.unmodifiableSortedSet(new TreeSet<>(traits));
        triggers = sorted(triggers, Comparator.comparing(TriggerModel::name));
        definition = kind == Kind.VIEW ? definition : "";
    }

    /**
     * Begins the facts of a relation.
     *
     * @param name its name
     * @param kind what it is
     * @return a builder
     */
    public static Builder of(TableName name, Kind kind) {
        return new Builder(name, kind);
    }

    /**
     * The same relation with another text.
     *
     * @param query the text of the query that it is, or an empty string
     * @return a copy
     */
    public TableModel withDefinition(String query) {
        return new TableModel(
                name, kind, columns, keys, foreignKeys, parents, traits, reading, writing, triggers, query);
    }

    /** Returns whether a declaration, perhaps without a schema, is meant for this relation. */
    boolean isCoveredBy(TableModel declared) {
        return name.name().equals(declared.name.name())
                && (declared.name.schema().isEmpty() || declared.name.schema().equals(name.schema()));
    }

    /** Combines two sources about this relation. */
    TableModel or(TableModel other) {
        return new TableModel(
                name,
                kind == Kind.OTHER ? other.kind : kind,
                union(columns, other.columns, ColumnModel::name, (a, b) -> a),
                union(keys, other.keys, KeyModel::name, (a, b) -> a),
                union(foreignKeys, other.foreignKeys, ForeignKeyModel::name, (a, b) -> a),
                Behavior.union(parents, other.parents),
                Behavior.union(traits, other.traits),
                told(reading, other.reading),
                told(writing, other.writing),
                triggers(other),
                definition(other));
    }

    /** Two texts would have to be one view's. */
    private String definition(TableModel other) {
        if (other.definition.isEmpty() || other.definition.equals(definition)) return definition;
        return definition.isEmpty() ? other.definition : "";
    }

    /** Where one side says nothing, that is no word on what the other does not know. */
    private static Behavior told(Behavior one, Behavior other) {
        if (other.equals(Behavior.NONE)) return one;
        return one.equals(Behavior.NONE) ? other : one.or(other);
    }

    private List<TriggerModel> triggers(TableModel other) {
        List<TriggerModel> all = union(
                triggers,
                other.triggers,
                TriggerModel::name,
                (a, b) -> new TriggerModel(
                        a.name(),
                        a.timing(),
                        Behavior.union(new TreeSet<>(a.events()), new TreeSet<>(b.events())),
                        a.action().or(b.action()),
                        Behavior.union(a.ownColumns(), b.ownColumns())));
        return all.stream()
                .filter(trigger -> trigger.name().equals(TriggerModel.DECLARED))
                .findFirst()
                .map(declared -> all.stream()
                        .map(trigger -> trigger.filledBy(declared.action()))
                        .toList())
                .orElse(all);
    }

    private static <T> List<T> union(List<T> one, List<T> other, Function<T, String> name, BiFunction<T, T, T> both) {
        List<T> union = new ArrayList<>(one);
        for (T added : other) {
            int known = union.stream().map(name).toList().indexOf(name.apply(added));
            if (known < 0) union.add(added);
            else union.set(known, both.apply(union.get(known), added));
        }
        return union;
    }

    private static <T> List<T> sorted(List<T> list, Comparator<T> order) {
        return list.stream().sorted(order).toList();
    }

    /** The facts of one relation, to be. Not thread-safe. */
    public static final class Builder {

        private final TableName name;
        private final Kind kind;
        private final List<ColumnModel> columns = new ArrayList<>();
        private final List<KeyModel> keys = new ArrayList<>();
        private final List<ForeignKeyModel> foreignKeys = new ArrayList<>();
        private final SortedSet<TableName> parents = new TreeSet<>();
        private final SortedSet<Trait> traits = new TreeSet<>();
        private final List<TriggerModel> triggers = new ArrayList<>();
        private Behavior reading = Behavior.NONE;
        private Behavior writing = Behavior.NONE;
        private @Nullable String definition;

        private Builder(TableName name, Kind kind) {
            this.name = name;
            this.kind = kind;
        }

        /**
         * The relation's name.
         *
         * @return the name
         */
        public TableName name() {
            return name;
        }

        /**
         * Adds a column.
         *
         * @param column the next column
         * @param type its SQL type
         * @param generation the source of its values
         * @return this builder
         */
        public Builder column(String column, String type, ColumnModel.Generation generation) {
            columns.add(new ColumnModel(column, type, generation));
            return this;
        }

        /**
         * Adds a key.
         *
         * @param constraint the constraint's name
         * @param which the kind of key
         * @param of its columns
         * @return this builder
         */
        public Builder key(String constraint, KeyModel.Kind which, String... of) {
            keys.add(new KeyModel(constraint, which, Arrays.asList(of)));
            return this;
        }

        /**
         * Adds a foreign key.
         *
         * @param foreignKey the foreign key
         * @return this builder
         */
        public Builder foreignKey(ForeignKeyModel foreignKey) {
            foreignKeys.add(foreignKey);
            return this;
        }

        /**
         * Adds a table that this one is a partition of, or inherits from.
         *
         * @param parent the parent
         * @return this builder
         */
        public Builder parent(TableName parent) {
            parents.add(parent);
            return this;
        }

        /**
         * Adds what sets the table apart.
         *
         * @param trait a trait
         * @return this builder
         */
        public Builder trait(Trait trait) {
            traits.add(trait);
            return this;
        }

        /**
         * Adds code that is run when the relation is read.
         *
         * @param behavior what the code does
         * @return this builder
         */
        public Builder reading(Behavior behavior) {
            reading = reading.and(behavior);
            return this;
        }

        /**
         * Adds code that is run when the relation is written.
         *
         * @param behavior what the code does
         * @return this builder
         */
        public Builder writing(Behavior behavior) {
            writing = writing.and(behavior);
            return this;
        }

        /**
         * Adds a trigger or rule.
         *
         * @param trigger the trigger
         * @return this builder
         */
        public Builder trigger(TriggerModel trigger) {
            triggers.add(trigger);
            return this;
        }

        /**
         * Tells the text of a view. Its {@linkplain #reading behavior} must be told as well.
         *
         * @param query the query that the view is, as the catalog shows it, or an empty string
         * @return this builder
         */
        public Builder definition(String query) {
            // Of two views whose names differ in case only, neither is told by one of the texts.
            definition = definition == null || definition.equals(query) ? query : "";
            return this;
        }

        /**
         * The facts.
         *
         * @return the facts
         */
        public TableModel build() {
            return new TableModel(
                    name,
                    kind,
                    columns,
                    keys,
                    foreignKeys,
                    parents,
                    traits,
                    reading,
                    writing,
                    triggers,
                    definition == null ? "" : definition);
        }
    }
}
