package dev.jooqcache.codegen;

import dev.jooqcache.model.TableName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jooq.codegen.GeneratorStrategy;
import org.jooq.meta.ColumnDefinition;
import org.jooq.meta.Database;
import org.jooq.meta.SchemaDefinition;
import org.jooq.meta.TableDefinition;
import org.jspecify.annotations.Nullable;

/**
 * The generated tables that Java code can refer to. Whatever generator and strategy made them: a class that is not there, or
 * has no such constant, as Kotlin's, is not referred to.
 */
final class GeneratedTables {

    /**
     * A constant that is the table.
     *
     * @param schema the folded name that the generated table's schema has
     * @param type the class with the constant
     * @param constant the constant
     * @param columns the fields of the columns, by the columns' folded names
     */
    record Reference(String schema, String type, String constant, Map<String, String> columns) {}

    private final Map<TableName, Reference> references = new HashMap<>();
    /** Of the tables whose name only one of them has. */
    private final Map<String, Reference> unqualified = new HashMap<>();

    GeneratedTables(Database database, GeneratorStrategy strategy) {
        for (SchemaDefinition schema : database.getSchemata())
            for (TableDefinition table : database.getTables(schema)) {
                Reference reference = reference(table, strategy);
                if (reference == null) continue;
                references.put(TableName.of(schema.getInputName(), table.getInputName()), reference);
                String name = TableName.fold(table.getInputName());
                unqualified.merge(name, reference, (one, other) -> one);
            }
    }

    @Nullable
    Reference of(TableName table) {
        return table.schema().isEmpty() ? unqualified.get(table.name()) : references.get(table);
    }

    private static @Nullable Reference reference(TableDefinition table, GeneratorStrategy strategy) {
        Path file = strategy.getFile(table).toPath();
        if (!file.toString().endsWith(".java") || !Files.isRegularFile(file)) return null;
        String text = read(file);
        String constant = strategy.getJavaIdentifier(table);
        if (!has(text, "public static final \\S+ ", constant)) return null;
        // A table that was given another name for its output has that one.
        if (!TableName.fold(table.getOutputName()).equals(TableName.fold(table.getInputName()))) return null;
        Map<String, String> columns = new TreeMap<>();
        for (ColumnDefinition column : table.getColumns()) {
            String field = strategy.getJavaIdentifier(column);
            if (has(text, "public final TableField<.*> ", field))
                columns.put(TableName.fold(column.getInputName()), field);
        }
        return new Reference(
                TableName.fold(table.getSchema().getOutputName()),
                strategy.getFullJavaClassName(table),
                constant,
                columns);
    }

    private static boolean has(String text, String declaration, String name) {
        return Pattern.compile(declaration + Pattern.quote(name) + " = ")
                .matcher(text)
                .find();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
