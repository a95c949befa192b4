package dev.jooqcache.codegen;

import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.internal.catalog.FlywayVersion;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.jooq.Configuration;
import org.jooq.FilePattern;
import org.jooq.impl.DSL;
import org.jooq.meta.Database;
import org.jooq.meta.TableDefinition;
import org.jspecify.annotations.Nullable;

/**
 * Reads the facts of a schema from what jOOQ reads it from: a live database's catalog; or the H2 in which jOOQ interprets
 * scripts, and the scripts themselves for what does not get there; or, from what jOOQ knows, the tables alone.
 */
final class SchemaReader {

    /** Of the databases that have no catalog of their own, but jOOQ's H2. */
    static final String EXTENSIONS = "org.jooq.meta.extensions.";

    private final Database database;
    private final CacheSettings settings;

    SchemaReader(Database database, CacheSettings settings) {
        this.database = database;
        this.settings = settings;
    }

    CacheModel read() {
        return facts().merge(settings.declarations());
    }

    private CacheModel facts() {
        String kind = extension();
        if (kind.endsWith(".DDLDatabase")) return interpreted(this::ddlScripts);
        if (kind.endsWith(".LiquibaseDatabase")) return interpreted(this::changeLogs);
        if (!kind.isEmpty())
            return interpreted(scan -> {
                scan.gap("entities and descriptions do not tell about triggers: " + kind);
                return null;
            });
        CacheModel live = inspected();
        return live == null ? described() : live;
    }

    /** The class among those of jOOQ's extensions that the database is, or extends; or an empty string. */
    private String extension() {
        for (Class<?> type = database.getClass(); type != null; type = type.getSuperclass())
            if (type.getName().startsWith(EXTENSIONS) && !type.getName().endsWith(".AbstractInterpretingDatabase"))
                return type.getName();
        return "";
    }

    private @Nullable CacheModel inspected() {
        Configuration configuration = database.create().configuration();
        Connection connection = configuration.connectionProvider().acquire();
        if (connection == null) return null;
        try {
            return SchemaInspector.inspect(DSL.using(connection, database.getDialect()));
        } finally {
            configuration.connectionProvider().release(connection);
        }
    }

    private CacheModel described() {
        CacheModel.Builder model = CacheModel.builder()
                .gap(database.getClass().getSimpleName() + " does not tell about triggers and what foreign keys do");
        for (TableDefinition table : database.getTables())
            model.table(TableModel.of(
                            TableName.of(table.getSchema().getName(), table.getName()),
                            table.isView() ? TableModel.Kind.OTHER : TableModel.Kind.TABLE)
                    .build());
        return model.build();
    }

    private CacheModel interpreted(Scripts scripts) {
        CacheModel.Builder model = CacheModel.builder();
        CacheModel h2 = inspected();
        if (h2 == null) return described();
        h2.gaps().forEach(model::gap);
        ScriptScan scan = new ScriptScan(settings.harmless());
        try {
            model.version(scripts.into(scan));
        } catch (IOException | RuntimeException e) {
            scan.gap("the scripts cannot be read: " + e);
        }
        // H2 has rewritten the texts of views in its own way.
        for (TableModel table : h2.tables()) model.table(table.withDefinition(scan.definition(table.name())));
        return model.build().merge(scan.model());
    }

    /** Puts scripts into a scan and answers the version of the schema that they make, or {@code null}. */
    private interface Scripts {
        @Nullable
        String into(ScriptScan scan) throws IOException;
    }

    private @Nullable String ddlScripts(ScriptScan scan) throws IOException {
        Properties properties = database.getProperties();
        String inline = properties.getProperty("sql");
        if (inline != null && !inline.isBlank()) scan.script("sql", inline);
        String scripts = properties.getProperty("scripts");
        if (scripts == null || scripts.isBlank()) return null;
        String encoding = properties.getProperty("encoding", "UTF-8");
        Path location = location(scripts);
        FilePattern pattern = new FilePattern()
                .basedir(basedir(database).toFile())
                .encoding(encoding)
                .pattern(scripts);
        List<Path> files = files(location).stream()
                .filter(file -> Files.isDirectory(resolve(scripts))
                        || pattern.matches(shown(file))
                        || pattern.matches(file.toString().replace('\\', '/')))
                .toList();
        int expected = pattern.collect().size();
        if (files.size() != expected)
            scan.gap("of the scripts that jOOQ reads, " + files.size() + " of " + expected + " were found: " + scripts);
        for (Path file : files) scan.script(shown(file), Files.readString(file, Charset.forName(encoding)));
        return FlywayVersion.of(Files.isDirectory(location) ? location : folder(location), files);
    }

    private @Nullable String changeLogs(ScriptScan scan) throws IOException {
        // In elements of their own, which are not looked at one by one.
        scan.mayRename();
        Properties properties = database.getProperties();
        String root = properties.getProperty("rootPath", "");
        String changeLog = properties.getProperty("scripts", "");
        Path main = root.isEmpty() ? resolve(changeLog) : resolve(root).resolve(changeLog);
        if (!Files.isRegularFile(main)) {
            scan.gap("the change log is no file: " + changeLog);
            return null;
        }
        List<Path> files = files(root.isEmpty() ? folder(main) : resolve(root));
        ChangeLogScan changeLogs =
                new ChangeLogScan(scan, files.stream().map(this::shown).toList());
        for (Path file : files) {
            String name = shown(file);
            if (name.endsWith(".sql")) scan.script(name, Files.readString(file));
            else if (name.matches(".*\\.(xml|ya?ml|json)")) changeLogs.file(name, Files.readString(file));
        }
        return null;
    }

    private static List<Path> files(Path location) throws IOException {
        if (!Files.isDirectory(location)) return Files.exists(location) ? List.of(location) : List.of();
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(location)) {
            all.filter(Files::isRegularFile).sorted().forEach(files::add);
        }
        return files;
    }

    /** The folder before the first wildcard. */
    private Path location(String pattern) {
        int wildcard = pattern.replace('?', '*').indexOf('*');
        if (wildcard < 0) return resolve(pattern);
        int end = pattern.substring(0, wildcard).replace('\\', '/').lastIndexOf('/');
        return resolve(end < 0 ? "" : pattern.substring(0, end));
    }

    private static Path folder(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder == null ? file : folder;
    }

    private Path resolve(String path) {
        return basedir(database).resolve(path);
    }

    /** What relative paths of a configuration are relative to. */
    static Path basedir(Database database) {
        String basedir = database.getBasedir();
        return Path.of(basedir == null ? "" : basedir).toAbsolutePath();
    }

    private String shown(Path file) {
        return basedir(database).relativize(file.toAbsolutePath()).toString().replace('\\', '/');
    }
}
