package dev.jooqcache.mutants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.testing.Database;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The files of mutants, and how the pieces that they name are found. */
class MutantFileTest {

    private static final String HEADER = """
            defect: nothing is kept
            catcher: SomeTest#keeps
            databases: H2, MARIADB

            """;

    private static final SourceFile BOX = new SourceFile("some/Box.java", """
            package some;
            /** A return of nothing. */
            final class Box<T> {
                private T kept; // nothing
                Box() {
                    this(null);
                }
                Box(T kept) {
                    this.kept = kept;
                }
                T get() {
                    return kept;
                }
                T get(T other) {
                    return kept == null ? other : kept;
                }
                record Pair(int left, int right) {
                    Pair {
                        if (left > right) throw new IllegalArgumentException();
                    }
                    int left() {
                        return -left;
                    }
                }
            }
            """);

    private static String edited(Edit... edits) {
        return new Members(BOX).with(List.of(edits)).getCharContent(true);
    }

    private static String box(String before, String after) {
        String text = BOX.getCharContent(true);
        assertThat(text).containsOnlyOnce(before);
        return text.replace(before, after);
    }

    @Test
    void parse_headerAndEdits() {
        Mutant mutant = Mutant.parse("P02/keep-nothing", HEADER + """
                @@ Box.get
                - return
                -     kept;
                + return
                +
                +     null;

                @@ Box
                + int more;
                """);
        assertThat(mutant)
                .hasToString("P2 keep-nothing")
                .returns("P2", Mutant::rule)
                .returns("nothing is kept", Mutant::defect)
                .returns("SomeTest#keeps", Mutant::catcher);
        assertThat(mutant.databases()).containsExactly(Database.H2, Database.MARIADB);
        assertThat(mutant.edits())
                .containsExactly(
                        new Edit("Box.get", "return\n    kept;", "return\n\n    null;"),
                        new Edit("Box", "", "int more;"));
    }

    @Test
    void parse_whatIsNotUnderstood_namesTheFile() {
        for (String wrong : List.of(
                HEADER,
                HEADER + "@@ Box\nreturn\n",
                HEADER + "@@ Box\n-return\n",
                HEADER + "defect: twice\n@@ Box\n+ int more;\n",
                HEADER + "rule: P1\n@@ Box\n+ int more;\n",
                HEADER.replace("H2", "ORACLE") + "@@ Box\n+ int more;\n",
                "@@ Box\n+ int more;\n"))
            assertThatThrownBy(() -> Mutant.parse("P02/keep-nothing", wrong))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("P02/keep-nothing.mutant");
    }

    @Test
    void sources_classThatIsNot_namesTheFile() {
        assertThatThrownBy(() -> Mutant.parse("P02/keep-nothing", HEADER + "@@ NoSuchBox.get\n- a\n+ b\n")
                        .sources())
                .hasMessageContaining("P02/keep-nothing.mutant")
                .hasMessageContaining("NoSuchBox.java");
    }

    @Test
    void with_methodsFieldsAndNestedTypes_findsThem() {
        assertThat(edited(new Edit("Box.get", "T  get()\n{ return kept;", "T get() { return null;")))
                .isEqualTo(box("T get() {\n        return kept;", "T get() { return null;"));
        assertThat(edited(new Edit("Box.get", "null ? other", "other ? null")))
                .isEqualTo(box("null ? other", "other ? null"));
        assertThat(edited(new Edit("Box.kept", "kept", "kept = null"))).isEqualTo(box("T kept;", "T kept = null;"));
        assertThat(edited(new Edit("Box.<init>", "kept;", "null;"))).isEqualTo(box("= kept;", "= null;"));
        assertThat(edited(new Edit("Box.Pair.<init>", ">", ">="))).isEqualTo(box("> right", ">= right"));
        assertThat(edited(new Edit("Box.Pair.left", "-left", "left"))).isEqualTo(box("-left", "left"));
        assertThat(edited(new Edit("Box", "record Pair(int left", "record Pair(long left")))
                .isEqualTo(box("(int left", "(long left"));
    }

    @Test
    void with_severalEdits_looksForEachInTheFileAsItIs() {
        assertThat(edited(new Edit("Box.get", "return kept;", "return null;"), new Edit("Box.<init>", "null", "get()")))
                .isEqualTo(box("return kept;", "return null;").replace("this(null)", "this(get())"));
        assertThatThrownBy(() ->
                        edited(new Edit("Box.get", "return kept;", ""), new Edit("Box.get", "get() { return", "")))
                .hasMessageContaining("two edits")
                .hasMessageContaining("Box.get");
    }

    @Test
    void with_newMember_isTheLastOfItsClass() {
        assertThat(edited(new Edit("Box.Pair", "", "int more;"), new Edit("Box", "", "int last;")))
                .containsSubsequence("return -left;", "int more;", "}", "int last;", "}");
        assertThatThrownBy(() -> edited(new Edit("Box.get", "", "int more;")))
                .hasMessageContaining("Box.get is no class");
    }

    @Test
    void with_whatIsNotThereOnce_tellsWhat() {
        assertThatThrownBy(() -> edited(new Edit("Box.get", "return", "")))
                .as("in two overloads")
                .hasMessageContaining("found 2 times in Box.get")
                .hasMessageContaining("return");
        assertThatThrownBy(() -> edited(new Edit("Box.kept", "nothing", "")))
                .as("a comment behind a field, and its Javadoc")
                .hasMessageContaining("found 0 times in Box.kept");
        assertThatThrownBy(() -> edited(new Edit("Box.put", "return", "")))
                .hasMessageContaining("no put in some/Box.java for Box.put");
        assertThatThrownBy(() -> edited(new Edit("Box.Pear.left", "return", "")))
                .hasMessageContaining("no Pear in some/Box.java");
    }
}
