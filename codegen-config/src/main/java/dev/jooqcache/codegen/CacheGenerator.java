package dev.jooqcache.codegen;

import dev.jooqcache.internal.dependency.KeyType;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.CacheRule;
import dev.jooqcache.model.CacheRules;
import dev.jooqcache.model.ColumnModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jooq.SQLDialect;
import org.jooq.codegen.JavaGenerator;
import org.jooq.meta.Database;
import org.jooq.meta.jaxb.RegexFlag;
import org.jspecify.annotations.Nullable;

/**
 * Generates what jOOQ generates, and beside it one class per schema that implements {@link CacheModel}.
 *
 * <p>The Maven plugin uses it by itself. Elsewhere, name it as {@code <generator><name>}, or let a generator of one's own
 * extend it. The {@code <cache>} element is then the value of the property {@value #PROPERTY} of jOOQ's {@code
 * <database>}: the element itself, or the path of a file with it, relative to the base directory. Not thread-safe, as jOOQ's
 * generators are not.
 */
public class CacheGenerator extends JavaGenerator {

    /** The key of the database's property that holds the {@code <cache>} element or the path of a file with it. */
    public static final String PROPERTY = "jooqCache";

    /** Makes a generator; jOOQ does so by its name in a configuration. */
    public CacheGenerator() {}

    @Override
    public void generate(Database database) {
        CacheSettings settings = settings(database);
        CacheModel facts = new SchemaReader(database, settings).read();
        new UnknownEffects(facts, UnknownEffects.used(database, facts)).report(settings.onUnknown());
        // jOOQ removes what it has not generated itself.
        ModelFiles before = ModelFiles.in(getStrategy().getFileRoot().toPath());
        try {
            generateCode(database);
        } finally {
            before.restore();
        }
        new ModelWriter(database, getStrategy(), facts, rules(database, settings, facts)).write(before);
    }

    /**
     * Generates jOOQ's code.
     *
     * @param database the database
     */
    void generateCode(Database database) {
        super.generate(database);
    }

    /**
     * The whole model of a database, rules included, without a word about what is unknown.
     *
     * @param database the database
     * @return the model
     */
    static CacheModel model(Database database) {
        CacheSettings settings = settings(database);
        CacheModel facts = new SchemaReader(database, settings).read();
        return facts.merge(
                CacheModel.builder().rules(rules(database, settings, facts)).build());
    }

    private static CacheSettings settings(Database database) {
        String value = database.getProperties().getProperty(PROPERTY);
        if (value == null || value.isBlank()) return CacheSettings.DEFAULTS;
        if (value.stripLeading().startsWith("<")) return CacheElement.read(value.strip());
        Path file = SchemaReader.basedir(database).resolve(value.strip());
        if (!Files.isRegularFile(file))
            throw new CacheConfigurationException(
                    "the property " + PROPERTY + " must be a <cache> element or the path of a file with it: " + file);
        try {
            return CacheElement.read(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CacheRules rules(Database database, CacheSettings settings, CacheModel facts) {
        // The names of a model are folded, so an expression in the database's own spelling must match, too.
        int flags = Pattern.CASE_INSENSITIVE;
        for (RegexFlag flag : database.getRegexFlags()) flags |= flag(flag);
        List<CacheRule> rules = new ArrayList<>();
        for (TableModel table : facts.tables()) {
            CacheRule rule = CacheRule.of(table.name());
            if (matches(settings.excludes(), flags, table.name())) rule = rule.exclude();
            for (CacheSettings.Rule setting : settings.rules()) {
                if (!isFor(table, setting, flags)) continue;
                // As of jOOQ's forced types, the first that matches counts.
                if (setting.expireAfterWrite() != null) rule = rule.expireAfterWrite(setting.expireAfterWrite());
                if (setting.maximumRows() != null) rule = rule.maximumRows(setting.maximumRows());
                if (setting.keys() != null) rule = rule.keys(keys(setting.keys(), flags, table, database));
                break;
            }
            if (!rule.equals(CacheRule.of(table.name()))) rules.add(rule);
        }
        for (CacheSettings.Rule setting : settings.rules()) checkKeys(setting, flags, facts);
        return new CacheRules(settings.mode(), rules);
    }

    /** The columns whose names match. Each must be of a type whose values are equal if they look equal. */
    private static String[] keys(String expression, int flags, TableModel table, Database database) {
        Pattern pattern = Pattern.compile(expression, flags);
        boolean mysql = Set.of(SQLDialect.MYSQL, SQLDialect.MARIADB)
                .contains(database.getDialect().family());
        List<String> keys = new ArrayList<>();
        for (ColumnModel column : table.columns()) {
            if (!pattern.matcher(column.name()).matches()) continue;
            if (column.isComputed() || KeyType.of(column.type(), mysql) == null)
                throw new CacheConfigurationException("keys " + expression + " in <cache> match " + table.name() + "."
                        + column.name() + " of type " + column.type()
                        + "; a key must be of an integer type, uuid or boolean, and not computed");
            keys.add(column.name());
        }
        return keys.toArray(String[]::new);
    }

    private static void checkKeys(CacheSettings.Rule setting, int flags, CacheModel facts) {
        if (setting.keys() == null) return;
        Pattern pattern = Pattern.compile(setting.keys(), flags);
        for (TableModel table : facts.tables())
            if (isFor(table, setting, flags)
                    && table.columns().stream()
                            .anyMatch(column -> pattern.matcher(column.name()).matches())) return;
        throw new CacheConfigurationException("keys in <cache> match no column of a table that " + setting.includes()
                + " matches: " + setting.keys());
    }

    private static boolean isFor(TableModel table, CacheSettings.Rule setting, int flags) {
        return matches(setting.includes(), flags, table.name()) && !matches(setting.excludes(), flags, table.name());
    }

    private static boolean matches(@Nullable String expression, int flags, TableName table) {
        if (expression == null) return false;
        Pattern pattern = Pattern.compile(expression, flags);
        return pattern.matcher(table.name()).matches()
                || pattern.matcher(table.toString()).matches();
    }

    private static int flag(RegexFlag flag) {
        return switch (flag) {
            case UNIX_LINES -> Pattern.UNIX_LINES;
            case CASE_INSENSITIVE -> Pattern.CASE_INSENSITIVE;
            case COMMENTS -> Pattern.COMMENTS;
            case MULTILINE -> Pattern.MULTILINE;
            case LITERAL -> Pattern.LITERAL;
            case DOTALL -> Pattern.DOTALL;
            case UNICODE_CASE -> Pattern.UNICODE_CASE;
            case CANON_EQ -> Pattern.CANON_EQ;
            case UNICODE_CHARACTER_CLASS -> Pattern.UNICODE_CHARACTER_CLASS;
        };
    }
}
