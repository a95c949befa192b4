package dev.jooqcache.internal.catalog;

import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/** A database whose catalog is not known here: its relations are those of JDBC's metadata, all else is a gap. */
public final class JdbcCatalog extends Catalog {

    private final DatabaseMetaData metaData;

    public JdbcCatalog(DSLContext dsl, DatabaseMetaData metaData) {
        super(dsl);
        this.metaData = metaData;
    }

    @Override
    void relations() {
        try (ResultSet rows = metaData.getTables(null, null, "%", null)) {
            while (rows.next()) {
                String catalog = rows.getString("TABLE_CAT");
                String schema = rows.getString("TABLE_SCHEM");
                String name = rows.getString("TABLE_NAME");
                String type = rows.getString("TABLE_TYPE");
                if (name == null || type == null || isSystem(catalog) || isSystem(schema)) continue;
                TableModel.Kind kind = kind(type.toUpperCase(Locale.ROOT));
                if (kind != null) relation(TableName.of(schema == null ? "" : schema, name), kind);
            }
        } catch (SQLException e) {
            throw new DataAccessException("cannot list the tables", e);
        }
    }

    private static boolean isSystem(@Nullable String schema) {
        return schema != null && TableName.isSystemSchema(schema);
    }

    private static TableModel.@Nullable Kind kind(String type) {
        if (type.contains("INDEX") || type.contains("SEQUENCE") || type.equals("TYPE") || type.startsWith("SYSTEM"))
            return null;
        if (type.contains("TEMPORARY")) return TableModel.Kind.TEMPORARY;
        // Its definition is not known, so neither are its tables.
        return type.equals("TABLE") || type.equals("BASE TABLE") ? TableModel.Kind.TABLE : TableModel.Kind.OTHER;
    }

    /** What they do is not known. */
    @Override
    void routineNames() {
        try (ResultSet functions = metaData.getFunctions(null, null, "%");
                ResultSet procedures = metaData.getProcedures(null, null, "%")) {
            routines(functions, "FUNCTION_");
            routines(procedures, "PROCEDURE_");
        } catch (SQLException e) {
            throw new DataAccessException("cannot list the routines", e);
        }
    }

    private void routines(ResultSet rows, String prefix) throws SQLException {
        while (rows.next()) {
            String schema = rows.getString(prefix + "SCHEM");
            String name = rows.getString(prefix + "NAME");
            if (name == null || isSystem(rows.getString(prefix + "CAT")) || isSystem(schema)) continue;
            routineName(name);
            routine(new RoutineModel(
                    schema == null ? "" : schema,
                    name,
                    RoutineModel.Kind.FUNCTION,
                    "",
                    Behavior.unknown("its code is not known")));
        }
    }

    @Override
    void facts() {
        gap("the catalog of " + dialect().getName() + " is not understood: triggers and foreign keys are not known");
    }
}
