package dev.jooqcache.internal.sql;

import dev.jooqcache.model.TableName;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The types of the names in a body of PL/pgSQL: of its variables and parameters, of their parts, and of columns.
 *
 * <p>A name that several blocks declare is of all their types. A type that is not known is {@link #UNKNOWN}.
 */
public final class LocalTypes {

    static final String UNKNOWN = "";
    static final String RECORD = "record";

    private static final Set<String> ANY = Set.of(UNKNOWN);

    private final Map<String, Set<String>> locals = new HashMap<>();

    /** Records that may have other fields than the columns of the body's tables, or of other types. */
    private final Set<String> opaque = new HashSet<>();

    /** Names that the body's queries give to what they answer. */
    private final Set<String> givenNames = new HashSet<>();

    private boolean hasFunctionTables;

    private final Collection<TableName> tables;
    private final BiFunction<String, String, Set<String>> columnTypes;
    private final Predicate<String> isMoving;

    /**
     * The types of a body's names.
     *
     * @param tables the tables that the body names
     * @param columnTypes the types of a table's column, by their folded names
     * @param isMoving whether a user's type, or what is perhaps one, holds times
     */
    public LocalTypes(
            Collection<TableName> tables,
            BiFunction<String, String, Set<String>> columnTypes,
            Predicate<String> isMoving) {
        this.tables = tables;
        this.columnTypes = columnTypes;
        this.isMoving = isMoving;
    }

    void add(String local, Set<String> types) {
        locals.computeIfAbsent(local, l -> new HashSet<>()).addAll(types);
    }

    /** Notes that a value of whatever form is assigned. */
    void addOpaque(String local) {
        opaque.add(local);
    }

    void addQuery(TimeCasts query) {
        givenNames.addAll(query.givenNames());
        hasFunctionTables |= query.hasFunctionTables();
    }

    boolean isLocal(String name) {
        return locals.containsKey(name);
    }

    boolean isLocal(String name, String type) {
        return locals.getOrDefault(name, Set.of()).contains(type);
    }

    /** The types of a variable, or of a part of one. */
    Set<String> ofLocal(List<String> path) {
        String local = path.get(0);
        if (!isLocal(local)) {
            // It may be qualified by a block's label, or by the function's name.
            boolean labelled = path.size() > 1 && isLocal(path.get(1));
            return labelled ? ofLocal(path.subList(1, path.size())) : ANY;
        }
        Set<String> types = locals.getOrDefault(local, ANY);
        if (path.size() == 1) return types;
        return types.stream()
                .flatMap(type -> ofField(local, type, path.get(1)).stream())
                // What is deeper is a part of that.
                .map(type -> path.size() == 2 || !holdsTimes(type) ? type : UNKNOWN)
                .collect(Collectors.toSet());
    }

    private Set<String> ofField(String local, String type, String field) {
        if (type.equals(RECORD)) {
            boolean known = !opaque.contains(local) && !hasFunctionTables && !givenNames.contains(field);
            return known ? ofColumn(field) : ANY;
        }
        Set<String> types = ofColumn(type, field);
        if (!types.isEmpty()) return types;
        return isRelation(type) ? ANY : Set.of(type);
    }

    /** The types of the columns of a name. */
    Set<String> ofColumn(String column) {
        Set<String> types = new HashSet<>();
        for (TableName table : tables) types.addAll(ofColumn(table.name(), column));
        for (Set<String> each : locals.values()) for (String type : each) types.addAll(ofColumn(type, column));
        return types.isEmpty() ? ANY : types;
    }

    /** The types of a table's column; none if it is not known. */
    Set<String> ofColumn(String table, String column) {
        return columnTypes.apply(table, column).stream()
                .map(LocalTypes::element)
                .collect(Collectors.toSet());
    }

    boolean isRelation(String type) {
        return !columnTypes.apply(type, FactNames.ANY_COLUMN).isEmpty();
    }

    /** Returns whether a value of the type is a time, or has one in it, or may. */
    boolean holdsTimes(String type) {
        return holdsTimes(type, new HashSet<>());
    }

    private boolean holdsTimes(String type, Set<String> seen) {
        boolean unknown = type.equals(UNKNOWN) || type.equals(RECORD) || type.startsWith("any");
        if (unknown || TimeCasts.isTime(type) || isMoving.test(type)) return true;
        return seen.add(type)
                && ofColumn(type, FactNames.ANY_COLUMN).stream().anyMatch(column -> holdsTimes(column, seen));
    }

    /** The type of an array's elements, or of what is none, as the catalog spells it, without its schema. */
    private static String element(String spelled) {
        String type = TimeCasts.folded(spelled).replace("[]", "").replace("\"", "");
        return type.substring(type.lastIndexOf('.') + 1);
    }
}
