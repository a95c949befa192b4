package dev.jooqcache.codegen;

import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.CacheRule;
import dev.jooqcache.model.CacheRules;
import dev.jooqcache.model.ColumnModel;
import dev.jooqcache.model.ForeignKeyModel;
import dev.jooqcache.model.KeyModel;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.Target;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.WriteEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jooq.codegen.GeneratorStrategy;
import org.jooq.codegen.GeneratorStrategy.Mode;
import org.jooq.meta.Database;
import org.jooq.meta.SchemaDefinition;
import org.jspecify.annotations.Nullable;

/** Writes facts as Java: one class per schema, with one method per relation. */
final class ModelWriter {

    /** So many relations are in one class file, which has room for some 65,000 constants. */
    private static final int CHUNK = 100;

    private static final List<Class<?>> IMPORTED = List.of(
            Behavior.class,
            CacheModel.class,
            dev.jooqcache.CacheMode.class,
            CacheRule.class,
            CacheRules.class,
            ColumnModel.Generation.class,
            ForeignKeyModel.class,
            KeyModel.class,
            RoutineModel.class,
            TableModel.class,
            TableName.class,
            Target.class,
            TriggerModel.class,
            dev.jooqcache.model.Volatility.class,
            WriteEvent.class,
            java.time.Duration.class,
            List.class,
            Set.class,
            TreeSet.class);

    private final Database database;
    private final GeneratorStrategy strategy;
    private final CacheModel facts;
    private final CacheRules rules;
    private final GeneratedTables generated;

    ModelWriter(Database database, GeneratorStrategy strategy, CacheModel facts, CacheRules rules) {
        this.database = database;
        this.strategy = strategy;
        this.facts = facts;
        this.rules = rules;
        this.generated = new GeneratedTables(database, strategy);
    }

    void write(ModelFiles before) {
        List<SchemaDefinition> schemas = database.getSchemata().stream()
                .filter(schema -> !database.getTables(schema).isEmpty())
                .sorted(Comparator.comparing(this::fullName))
                .toList();
        Map<Path, String> models = new TreeMap<>();
        for (SchemaDefinition schema : schemas) models.put(file(schema), text(schema, schemas));
        before.replaceBy(models);
    }

    private Path file(SchemaDefinition schema) {
        return strategy.getFile(schema).toPath().resolveSibling(className(schema) + ".java");
    }

    private String fullName(SchemaDefinition schema) {
        return strategy.getJavaPackageName(schema, Mode.DEFAULT) + "." + className(schema);
    }

    private String className(SchemaDefinition schema) {
        return strategy.getJavaClassName(schema, Mode.DEFAULT) + "CacheModel";
    }

    private String text(SchemaDefinition schema, List<SchemaDefinition> schemas) {
        boolean first = schema.equals(schemas.get(0));
        Set<String> others = schemas.stream().map(ModelWriter::folded).collect(Collectors.toSet());
        others.remove(folded(schema));
        // What belongs to no generated schema has its place in the first one.
        Function<String, Boolean> here = name -> name.equals(folded(schema)) || (first && !others.contains(name));
        return new ModelText(schema, schemas, here, first).toString();
    }

    private static String folded(SchemaDefinition schema) {
        return TableName.fold(schema.getInputName());
    }

    /** One class. */
    private final class ModelText {

        private final StringBuilder text = new StringBuilder();
        private final StringBuilder body = new StringBuilder();
        private final String name;
        private final Map<String, String> imports = new TreeMap<>();
        private final Map<String, Integer> methods = new LinkedHashMap<>();
        private final List<String> parts = new ArrayList<>();

        ModelText(
                SchemaDefinition schema,
                List<SchemaDefinition> schemas,
                Function<String, Boolean> here,
                boolean first) {
            name = className(schema);
            List<TableModel> tables = facts.tables().stream()
                    .filter(table -> here.apply(table.name().schema()))
                    .toList();
            List<RoutineModel> routines = facts.routines().stream()
                    .filter(routine -> here.apply(routine.schema()))
                    .toList();
            List<CacheRule> wishes = rules.tables().stream()
                    .filter(rule -> here.apply(rule.table().schema()))
                    .toList();
            boolean single = tables.size() + routines.size() <= CHUNK;
            chunks(tables, single, this::table);
            chunks(routines, single, this::routine);
            chunks(wishes, true, this::rule);
            head(schema, schemas, first);
        }

        private void head(SchemaDefinition schema, List<SchemaDefinition> schemas, boolean first) {
            String packageName = strategy.getJavaPackageName(schema, Mode.DEFAULT);
            text.append(ModelFiles.MARK).append("; changes are overwritten.\n");
            if (!packageName.isEmpty())
                text.append("package ").append(packageName).append(";\n\n");
            imports.forEach((constant, type) -> text.append("import static ")
                    .append(type)
                    .append('.')
                    .append(constant)
                    .append(";\n"));
            if (!imports.isEmpty()) text.append('\n');
            for (Class<?> type : IMPORTED)
                if (uses(type))
                    text.append("import ").append(type.getCanonicalName()).append(";\n");
            text.append("\n/**\n * What depends on what in the schema ")
                    .append(schema.getInputName().replace("*/", "* /"))
                    .append(", for {@code QueryCache.builder().model(..)}.\n");
            if (schemas.size() > 1)
                text.append(
                        " * Its models of the other generated schemas are part of it, since their code may act on this"
                                + " schema.\n");
            text.append(" */\n@SuppressWarnings(\"all\")\npublic final class ")
                    .append(name)
                    .append(" implements CacheModel {\n\n");
            text.append("    private final CacheModel $facts;\n\n");
            text.append("    /** Makes the model, which is immutable. */\n    public ")
                    .append(name)
                    .append("() {\n");
            text.append("        CacheModel.Builder model = CacheModel.builder();\n");
            text.append("        model.version(")
                    .append(literal(facts.version()))
                    .append(");\n");
            if (rules.mode() != null)
                text.append("        model.rules(new CacheRules(CacheMode.")
                        .append(rules.mode())
                        .append(", List.of()));\n");
            for (String gap : facts.gaps())
                text.append("        model.gap(").append(literal(gap)).append(");\n");
            for (SchemaDefinition each : schemas)
                text.append("        ")
                        .append(each.equals(schema) ? "" : fullName(each) + ".")
                        .append("addTo(model);\n");
            text.append("        $facts = model.build();\n    }\n\n");
            for (String[] method : new String[][] {
                {"List<TableModel>", "tables"},
                {"List<RoutineModel>", "routines"},
                {"List<String>", "gaps"},
                {"String", "version"},
                {"CacheRules", "rules"}
            })
                text.append("    @Override\n    public ")
                        .append(method[0])
                        .append(' ')
                        .append(method[1])
                        .append("() {\n        return $facts.")
                        .append(method[1])
                        .append("();\n    }\n\n");
            text.append("    /**\n     * Adds what this schema's own part is")
                    .append(first ? ", and what belongs to no generated schema" : "")
                    .append(".\n     *\n     * @param model the model to be\n     */\n");
            text.append("    public static void addTo(CacheModel.Builder model) {\n");
            for (String part : parts) text.append("        ").append(part).append("(model);\n");
            text.append("    }\n").append(body).append("}\n");
        }

        @Override
        public String toString() {
            return text.toString();
        }

        private boolean uses(Class<?> type) {
            return type == CacheModel.class
                    || type == CacheRules.class
                    || type == TableModel.class
                    || type == RoutineModel.class
                    || type == List.class
                    || (type == dev.jooqcache.CacheMode.class
                            ? rules.mode() != null
                            : body.indexOf(type.getSimpleName()) >= 0);
        }

        private <T> void chunks(List<T> items, boolean single, Function<T, String> item) {
            for (int from = 0; from < items.size(); from += CHUNK) {
                List<T> chunk = items.subList(from, Math.min(items.size(), from + CHUNK));
                String call = unique("add");
                StringBuilder members = new StringBuilder();
                StringBuilder calls = new StringBuilder();
                for (T one : chunk) {
                    String[] member = item.apply(one).split("\n", 2);
                    calls.append("        ").append(member[0]).append('\n');
                    if (member.length > 1) members.append('\n').append(member[1]);
                }
                String adding =
                        "\n    private static void " + call + "(CacheModel.Builder model) {\n" + calls + "    }\n";
                if (single) body.append(adding).append(members);
                else
                    body.append(
                                    "\n    /** A class file of its own, since one has only so much room. */\n    private static"
                                            + " final class Part")
                            .append(call.substring(3))
                            .append(" {\n")
                            .append((adding + members).indent(4))
                            .append("    }\n");
                parts.add(single ? call : "Part" + call.substring(3) + "." + call);
            }
        }

        private String unique(String wanted) {
            int count = methods.merge(wanted, 1, Integer::sum);
            return count == 1 && !wanted.equals("add") ? wanted : wanted + count;
        }

        /** The statement that adds a relation, and below it the method that it calls. */
        private String table(TableModel table) {
            String method = unique("table" + identifier(table.name()));
            StringBuilder java =
                    new StringBuilder("model.table(").append(method).append("());\n");
            java.append("    private static TableModel ").append(method).append("() {\n");
            java.append("        return TableModel.of(")
                    .append(name(table.name()))
                    .append(", TableModel.Kind.")
                    .append(table.kind())
                    .append(")\n");
            for (ColumnModel column : table.columns())
                fact(
                        java,
                        "column",
                        column(table.name(), column.name()),
                        literal(column.type()),
                        "Generation." + column.generation());
            for (KeyModel key : table.keys()) {
                List<String> arguments = new ArrayList<>(List.of(literal(key.name()), "KeyModel.Kind." + key.kind()));
                for (String column : key.columns()) arguments.add(column(table.name(), column));
                fact(java, "key", arguments.toArray(String[]::new));
            }
            for (ForeignKeyModel key : table.foreignKeys())
                fact(
                        java,
                        "foreignKey",
                        "new ForeignKeyModel("
                                + String.join(
                                        ", ",
                                        literal(key.name()),
                                        list(key.columns(), column -> column(table.name(), column)),
                                        name(key.references()),
                                        list(key.referenced(), column -> column(key.references(), column)),
                                        "ForeignKeyModel.Action." + key.onDelete(),
                                        "ForeignKeyModel.Action." + key.onUpdate())
                                + ")");
            for (TableName parent : table.parents()) fact(java, "parent", name(parent));
            for (TableModel.Trait trait : table.traits()) fact(java, "trait", "TableModel.Trait." + trait);
            if (!table.reading().equals(Behavior.NONE)) fact(java, "reading", behavior(table.reading()));
            if (!table.writing().equals(Behavior.NONE)) fact(java, "writing", behavior(table.writing()));
            if (!table.definition().isEmpty()) fact(java, "definition", literal(table.definition()));
            for (TriggerModel trigger : table.triggers())
                fact(
                        java,
                        "trigger",
                        "new TriggerModel("
                                + String.join(
                                        ", ",
                                        literal(trigger.name()),
                                        "TriggerModel.Timing." + trigger.timing(),
                                        events(trigger.events()),
                                        behavior(trigger.action()),
                                        sorted(trigger.ownColumns(), ModelWriter::literal))
                                + ")");
            return java.append("                .build();\n    }\n").toString();
        }

        private String routine(RoutineModel routine) {
            return "model.routine(new RoutineModel("
                    + String.join(
                            ", ",
                            literal(routine.schema()),
                            literal(routine.name()),
                            "RoutineModel.Kind." + routine.kind(),
                            literal(routine.signature()),
                            behavior(routine.behavior()))
                    + "));";
        }

        private String rule(CacheRule rule) {
            String java = "CacheRule.of(" + name(rule.table()) + ")";
            if (rule.expireAfterWrite() != null)
                java += ".expireAfterWrite(Duration.parse(\"" + rule.expireAfterWrite() + "\"))";
            if (rule.maximumRows() != null) java += ".maximumRows(" + rule.maximumRows() + ")";
            if (!rule.keys().isEmpty())
                java += ".keys("
                        + rule.keys().stream().map(ModelWriter::literal).collect(Collectors.joining(", ")) + ")";
            if (rule.excluded()) java += ".exclude()";
            return "model.rules(new CacheRules(null, List.of(" + java + ")));";
        }

        private void fact(StringBuilder java, String fact, String... arguments) {
            java.append("                .")
                    .append(fact)
                    .append('(')
                    .append(String.join(", ", arguments))
                    .append(")\n");
        }

        private String behavior(Behavior behavior) {
            if (behavior.equals(Behavior.NONE)) return "Behavior.NONE";
            if (behavior.equals(Behavior.reading(behavior.reads())))
                return "Behavior.reading(" + list(behavior.reads(), this::name) + ")";
            if (behavior.equals(Behavior.writing(behavior.writes())))
                return "Behavior.writing(" + list(behavior.writes(), this::target) + ")";
            String why = behavior.unknown();
            if (why != null && behavior.equals(Behavior.unknown(why))) return "Behavior.unknown(" + literal(why) + ")";
            return "new Behavior("
                    + String.join(
                            ", ",
                            "Volatility." + behavior.volatility(),
                            sorted(behavior.reads(), this::name),
                            sorted(behavior.writes(), this::target),
                            sorted(behavior.calls(), ModelWriter::literal),
                            literal(behavior.cause()),
                            literal(why))
                    + ")";
        }

        private String target(Target target) {
            if (target.equals(Target.any(target.table()))) return "Target.any(" + name(target.table()) + ")";
            return "new Target(" + name(target.table()) + ", " + events(target.events()) + ", "
                    + sorted(target.columns(), ModelWriter::literal) + ")";
        }

        private String events(Set<WriteEvent> events) {
            if (events.equals(WriteEvent.ALL)) return "WriteEvent.ALL";
            if (events.equals(WriteEvent.ROWS)) return "WriteEvent.ROWS";
            return events.stream()
                    .sorted()
                    .map(event -> "WriteEvent." + event)
                    .collect(Collectors.joining(", ", "Set.of(", ")"));
        }

        /** A name, by its generated table if there is one. */
        private String name(TableName table) {
            GeneratedTables.Reference reference = generated.of(table);
            if (reference == null)
                return table.schema().isEmpty()
                        ? "TableName.of(" + literal(table.name()) + ")"
                        : "TableName.of(" + literal(table.schema()) + ", " + literal(table.name()) + ")";
            String constant = constant(reference);
            if (table.schema().isEmpty()) return "TableName.of(" + constant + ".getName())";
            return reference.schema().equals(table.schema())
                    ? "TableName.of(" + constant + ")"
                    : "TableName.of(" + literal(table.schema()) + ", " + constant + ".getName())";
        }

        private String column(TableName table, String column) {
            GeneratedTables.Reference reference = generated.of(table);
            String field = reference == null ? null : reference.columns().get(column);
            return reference == null || field == null
                    ? literal(column)
                    : constant(reference) + "." + field + ".getName()";
        }

        private String constant(GeneratedTables.Reference reference) {
            String type = imports.computeIfAbsent(reference.constant(), constant -> reference.type());
            return type.equals(reference.type()) ? reference.constant() : reference.type() + "." + reference.constant();
        }
    }

    private static String identifier(TableName table) {
        StringBuilder identifier = new StringBuilder();
        for (String word : table.name().split("[^\\p{L}\\p{N}]+", -1))
            if (!word.isEmpty())
                identifier.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
        return identifier.toString();
    }

    private static <T> String list(Collection<T> items, Function<T, String> java) {
        return items.stream().map(java).collect(Collectors.joining(", ", "List.of(", ")"));
    }

    private static <T> String sorted(Collection<T> items, Function<T, String> java) {
        return items.isEmpty() ? "new TreeSet<>()" : "new TreeSet<>(" + list(items, java) + ")";
    }

    private static String literal(@Nullable String text) {
        if (text == null) return "null";
        StringBuilder literal = new StringBuilder("\"");
        for (char c : text.toCharArray())
            switch (c) {
                case '"' -> literal.append("\\\"");
                case '\\' -> literal.append("\\\\");
                case '\n' -> literal.append("\\n");
                case '\r' -> literal.append("\\r");
                case '\t' -> literal.append("\\t");
                default -> {
                    if (c < ' ' || c > '~') literal.append("\\u%04x".formatted((int) c));
                    else literal.append(c);
                }
            }
        return literal.append('"').toString();
    }
}
