package dev.jooqcache.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jooq.DataType;
import org.jooq.Name;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.UniqueKey;
import org.jooq.UpdatableRecord;
import org.jooq.impl.DSL;
import org.jooq.impl.Internal;
import org.jooq.impl.TableImpl;

/** A table as jOOQ's code generator would write it, from columns such as {@code "id INT key"}. */
final class FuzzTable<R extends UpdatableRecord<R>> extends TableImpl<R> {

    private static final long serialVersionUID = 1L;

    private final Class<R> recordType;
    private final String[] definitions;
    private final transient List<Column> columns = new ArrayList<>();
    private final transient List<TableField<R, ?>> key = new ArrayList<>();

    FuzzTable(String name, Class<R> recordType, String... definitions) {
        this(DSL.name(name), null, recordType, definitions);
    }

    private FuzzTable(Name name, Table<R> aliased, Class<R> recordType, String... definitions) {
        super(name, null, aliased);
        this.recordType = recordType;
        this.definitions = definitions;
        for (String definition : definitions) {
            List<String> words = Arrays.asList(definition.split(" "));
            Kind kind = Kind.valueOf(words.get(1));
            boolean isKey = words.contains("key");
            DataType<?> type = isKey ? kind.type.nullable(false) : kind.type;
            TableField<R, ?> field = createField(DSL.name(words.get(0)), type, this, "");
            if (isKey) key.add(field);
            columns.add(new Column(field, kind, isKey || words.contains("tracked"), words.contains("generated")));
        }
    }

    List<Column> columns() {
        return columns;
    }

    List<TableField<R, ?>> key() {
        return key;
    }

    boolean isInKey(Column column) {
        return key.contains(column.field());
    }

    @Override
    public Class<R> getRecordType() {
        return recordType;
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public UniqueKey<R> getPrimaryKey() {
        return key.isEmpty()
                ? null
                : Internal.createUniqueKey(
                        this, DSL.name(getName() + "_pkey"), (TableField[]) key.toArray(TableField[]::new), true);
    }

    @Override
    public FuzzTable<R> as(String alias) {
        return new FuzzTable<>(DSL.name(alias), this, recordType, definitions);
    }
}
