package dev.jooqcache.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.ColumnModel;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.Lineage;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.Target;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.Volatility;
import dev.jooqcache.model.WriteEvent;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jooq.tools.json.JSONParser;
import org.jooq.tools.json.ParseException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Models are united, compared, printed and followed")
class ModelTest {

    private static final TableName A = TableName.of("public", "a");
    private static final TableName B = TableName.of("public", "b");

    private static Behavior reading(TableName... tables) {
        return Behavior.reading(List.of(tables));
    }

    private static CacheModel of(TableModel.Builder... tables) {
        CacheModel.Builder model = CacheModel.builder();
        for (TableModel.Builder one : tables) model.table(one.build());
        return model.build();
    }

    private static TableModel.Builder relation(TableName name, TableModel.Kind kind) {
        return TableModel.of(name, kind);
    }

    private static TableModel.Builder view(String name, Behavior reading) {
        return relation(TableName.of("public", name), TableModel.Kind.VIEW).reading(reading);
    }

    private static TriggerModel trigger(String name, Behavior action) {
        return new TriggerModel(name, TriggerModel.Timing.AFTER, Set.of(WriteEvent.INSERT), action, new TreeSet<>());
    }

    @Test
    void merge_ofWhatBothKnow_unitesIt() {
        CacheModel merged = of(view("v", reading(A)))
                .merge(CacheModel.builder()
                        .view(table(name("v")), table(name("b")))
                        .build());
        assertThat(merged.tables()).hasSize(1);
        assertThat(merged.tables().get(0).kind()).isEqualTo(TableModel.Kind.VIEW);
        assertThat(merged.tables().get(0).reading().reads()).containsExactlyInAnyOrder(A, TableName.of("b"));
    }

    @Test
    void merge_ofDeclaration_fillsInWhatIsUnknown() {
        CacheModel declared = CacheModel.builder()
                .view(table(name("v")), table(name("a")))
                .trigger(table(name("a")), table(name("b")))
                .routine("F", reading(B))
                .build();
        CacheModel known = CacheModel.builder()
                .table(view("v", Behavior.unknown("not shown")).build())
                .table(relation(A, TableModel.Kind.TABLE)
                        .trigger(trigger("t", Behavior.unknown("Java")))
                        .trigger(trigger("u", Behavior.writing(List.of(Target.any(A)))))
                        .build())
                .table(relation(B, TableModel.Kind.TABLE).build())
                .routine(new RoutineModel("public", "f", RoutineModel.Kind.FUNCTION, "int", Behavior.unknown("Java")))
                .build();
        Dependencies before = Dependencies.of(known);
        assertThat(before.lineage(Set.of(TableName.of("v")), Set.of()).reason()).isNotNull();
        assertThat(before.reach(Set.of(A), Set.of(WriteEvent.INSERT), Set.of()).everything())
                .contains("Java");
        Dependencies after = Dependencies.of(known.merge(declared));
        assertThat(after.lineage(Set.of(TableName.of("v")), Set.of()).tags()).containsOnlyKeys("a");
        assertThat(after.lineage(Set.of(TableName.of("v")), Set.of()).reason()).isNull();
        assertThat(after.reach(Set.of(A), Set.of(WriteEvent.INSERT), Set.of()).everything())
                .isNull();
        assertThat(after.reach(Set.of(A), Set.of(WriteEvent.INSERT), Set.of()).tags())
                .containsOnlyKeys("a", "b");
        assertThat(after.lineage(Set.of(A), Set.of("f")).tags()).containsOnlyKeys("a", "b");
        assertThat(after.lineage(Set.of(A), Set.of("f")).reason()).isNull();
    }

    @Test
    void merge_ofDeclaration_neverHidesVolatility() {
        Behavior random =
                new Behavior(Volatility.VOLATILE, new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), "random", null);
        assertThat(random.or(Behavior.NONE).volatility()).isEqualTo(Volatility.VOLATILE);
        assertThat(Behavior.unknown("x").or(Behavior.unknown("y")).isKnown()).isFalse();
        assertThat(Behavior.unknown("x").and(Behavior.NONE).isKnown()).isFalse();
    }

    @Test
    void merge_keepsGapsAndTheFirstVersion() {
        CacheModel one = CacheModel.builder().version("1").gap("x").build();
        CacheModel other = CacheModel.builder().version("2").gap("y").gap("x").build();
        assertThat(one.merge(other).gaps()).containsExactly("x", "y");
        assertThat(one.merge(other).version()).isEqualTo("1");
        assertThat(CacheModel.empty().merge(other).version()).isEqualTo("2");
        assertThat(Dependencies.of(one.merge(of(relation(A, TableModel.Kind.TABLE))))
                        .reach(Set.of(A), WriteEvent.ROWS, Set.of())
                        .everything())
                .isEqualTo("x");
    }

    @Test
    void differences_tellEveryFact() {
        CacheModel one = of(relation(A, TableModel.Kind.TABLE), view("v", reading(A)));
        CacheModel other = of(relation(B, TableModel.Kind.TABLE), view("v", reading(B)));
        assertThat(one.differences(one)).isEmpty();
        assertThat(one.differences(other))
                .anySatisfy(line -> assertThat(line).startsWith("- public.a"))
                .anySatisfy(line -> assertThat(line).startsWith("+ public.b"))
                .anySatisfy(line ->
                        assertThat(line).startsWith("~ public.v when read").contains("public.a", "public.b"));
    }

    @Test
    void definition_isOfOneView_andNoDifference() {
        CacheModel one = of(view("v", reading(A)).definition("select x from a"));
        CacheModel other = of(view("v", reading(A)).definition("select y from a"));
        assertThat(one.differences(other)).isEmpty();
        assertThat(one).isNotEqualTo(other);
        assertThat(one.toJson()).contains("\"definition\":\"select x from a\"");
        assertThat(one.merge(one).tables().get(0).definition()).isEqualTo("select x from a");
        assertThat(one.merge(of(view("v", reading(B)))).tables().get(0).definition())
                .isEqualTo("select x from a");
        assertThat(one.merge(other).tables().get(0).definition()).isEmpty();
        assertThat(view("v", reading(A))
                        .definition("select x from a")
                        .definition("select y from b")
                        .build()
                        .definition())
                .as("two views of one folded name")
                .isEmpty();
        assertThat(relation(A, TableModel.Kind.MATERIALIZED_VIEW)
                        .definition("select 1")
                        .build()
                        .definition())
                .isEmpty();
    }

    @Test
    void differences_ofTheColumnsThatTextsName() {
        TableModel.Builder table = relation(A, TableModel.Kind.TABLE)
                .column("x", "int", ColumnModel.Generation.NONE)
                .column("y", "int", ColumnModel.Generation.NONE);
        CacheModel named = of(table, view("v", reading(A)).definition("select count(*) from a where x = 1"));
        for (String same : List.of("SELECT count(*) AS n FROM a WHERE (a.\"X\" = 2)", "select * from a", ""))
            assertThat(named.differences(of(table, view("v", reading(A)).definition(same))))
                    .as(same)
                    .isEmpty();
        assertThat(named.differences(of(table, view("v", reading(A)).definition("select count(*) from a where y = 1"))))
                .containsExactly("~ public.v names: [x] -> [y]");
    }

    @Test
    void lineage_tellsWhichTextNamesWhat() {
        TableName v = TableName.of("public", "v");
        Behavior calling = new Behavior(
                Volatility.STABLE, new TreeSet<>(Set.of(v, B)), new TreeSet<>(), new TreeSet<>(Set.of("f")), "", null);
        CacheModel model = of(
                        relation(A, TableModel.Kind.TABLE),
                        relation(B, TableModel.Kind.TABLE),
                        view("v", reading(A)).definition("select x from a"),
                        view("w", calling).definition("select f(x) from v, b"),
                        view("u", reading(B)))
                .merge(CacheModel.builder().routine("f", reading(B)).build());
        Lineage through = Dependencies.of(model).lineage(Set.of(TableName.of("w"), A), Set.of());
        assertThat(through.named())
                .containsOnlyKeys("", "v", "w")
                .containsEntry("", new TreeSet<>(Set.of("a", "w")))
                .containsEntry("v", new TreeSet<>(Set.of("a")))
                .containsEntry("w", new TreeSet<>(Set.of("b", "v")));
        assertThat(through.indirect()).as("by the routine").containsExactly("b");
        assertThat(Dependencies.of(model)
                        .lineage(Set.of(TableName.of("u")), Set.of())
                        .indirect())
                .as("by a view without a text")
                .containsExactly("b");
        CacheModel twice = model.merge(of(relation(TableName.of("other", "v"), TableModel.Kind.TABLE)));
        assertThat(Dependencies.of(twice)
                        .lineage(Set.of(TableName.of("v")), Set.of())
                        .indirect())
                .as("by one of two relations of one name")
                .containsExactly("a");
    }

    @DatabaseTest
    void model_inspectedTwice_isTheSame(Database database) throws ParseException {
        try (Fixture f = Fixture.empty(database)
                .with(Catalogue.DDL)
                .with("create view shown as select b.title, a.name from book b join author a on a.id = b.author_id")) {
            CacheModel one = SchemaInspector.inspect(f.unseen);
            CacheModel other = SchemaInspector.inspect(f.unseen);
            assertThat(one).isEqualTo(other);
            assertThat(one.differences(other)).isEmpty();
            assertThat(one.toJson()).isEqualTo(other.toJson());
            assertThat(one.tables()).isSortedAccordingTo(java.util.Comparator.comparing(TableModel::name));
            Map<?, ?> json = (Map<?, ?>) new JSONParser().parse(one.toJson());
            assertThat(json.keySet()).map(Object::toString).contains("tables", "routines", "gaps", "version");
            assertThat((List<?>) json.get("tables")).hasSameSizeAs(one.tables());
            assertThat(one.toJson()).contains("\"title\"", "\"author_id\"", "shown", "\"definition\"");
            assertThat(one.toMarkdown())
                    .contains("# What depends on what", "| " + f.schema("public") + ".shown | view |")
                    .contains("author (view shown)", "book (view shown)", "## A write of ... touches");
        }
    }

    @Test
    void toMarkdown_tellsGapsTriggersAndRoutines() {
        CacheModel model = CacheModel.builder()
                .version("7")
                .gap("no privilege")
                .table(relation(A, TableModel.Kind.TABLE)
                        .trigger(trigger("t", Behavior.writing(List.of(Target.any(B)))))
                        .build())
                .routine(new RoutineModel("public", "f", RoutineModel.Kind.FUNCTION, "int", Behavior.NONE))
                .build();
        assertThat(model.toMarkdown())
                .contains("Schema version 7", "- no privilege", "**everything**: no privilege")
                .contains("`t` on `public.a`, after insert", "writes public.b", "`f(int)`");
    }

    @Test
    void model_ofMutableParts_isNotChangedByThem() {
        TreeSet<TableName> reads = new TreeSet<>(Set.of(A));
        Behavior behavior = new Behavior(Volatility.STABLE, reads, new TreeSet<>(), new TreeSet<>(), "", null);
        CacheModel.Builder builder =
                CacheModel.builder().table(view("v", behavior).build());
        CacheModel model = builder.build();
        reads.add(B);
        builder.gap("later").table(relation(B, TableModel.Kind.TABLE).build());
        assertThat(behavior.reads()).containsExactly(A);
        assertThat(model.gaps()).isEmpty();
        assertThat(model.tables()).hasSize(1);
        assertThatThrownBy(() -> model.tables().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> behavior.reads().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> model.tables().get(0).triggers().clear())
                .isInstanceOf(UnsupportedOperationException.class);
    }
}
