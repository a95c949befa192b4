package dev.jooqcache.mutants;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * The members of a source file, found by their names: edits do not depend on the package of a class, on the order of its
 * members, or on their parameters. A member begins with its annotations and modifiers; its Javadoc is no part of it.
 */
final class Members {

    static final JavaCompiler COMPILER =
            Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "mutants need a JDK, not a JRE");

    /** Without a class path, in which the compiler would look for plugins each time. */
    private static final List<String> ONLY_PARSE = List.of("-proc:none", "-classpath", "");

    private final SourceFile source;
    private final CompilationUnitTree unit;
    private final SourcePositions positions;

    Members(SourceFile source) {
        this.source = source;
        JavacTask task = (JavacTask) COMPILER.getTask(null, null, null, ONLY_PARSE, null, List.of(source));
        try {
            unit = task.parse().iterator().next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        positions = Trees.instance(task).getSourcePositions();
    }

    /** The file with all edits. Each is looked for in the file as it is, so their order does not matter. */
    SourceFile with(List<Edit> edits) {
        String text = source.getCharContent(true);
        List<Piece> pieces = edits.stream()
                .map(this::piece)
                .sorted(Comparator.comparingInt(Piece::start))
                .toList();
        StringBuilder edited = new StringBuilder();
        int done = 0;
        for (Piece piece : pieces) {
            if (piece.start < done)
                throw new IllegalArgumentException(
                        "two edits of one piece in " + piece.edit.member() + ":\n" + piece.edit.before());
            edited.append(text, done, piece.start).append(piece.replacement());
            done = piece.end;
        }
        return new SourceFile(
                source.path(), edited.append(text, done, text.length()).toString());
    }

    private Piece piece(Edit edit) {
        List<Piece> found = new ArrayList<>();
        for (Tree member : named(edit.member())) {
            int start = (int) positions.getStartPosition(unit, member);
            int end = (int) positions.getEndPosition(unit, member);
            if (!edit.addsMember()) {
                Matcher matcher =
                        edit.pattern().matcher(source.getCharContent(true)).region(start, end);
                while (matcher.find()) found.add(new Piece(edit, matcher.start(), matcher.end()));
            } else if (member instanceof ClassTree) {
                found.add(new Piece(edit, end - 1, end - 1));
            } else {
                throw new IllegalArgumentException(edit.member() + " is no class, to which a member could be added");
            }
        }
        if (found.size() == 1) return found.get(0);
        throw new IllegalArgumentException(
                "found %d times in %s, not once:\n%s\nThe mutant must be fitted to the source again."
                        .formatted(found.size(), edit.member(), edit.before()));
    }

    /** All of that name: overloads, or a component of a record and the method that returns it. */
    private List<Tree> named(String member) {
        List<Tree> found = List.of();
        List<Tree> within = List.copyOf(unit.getTypeDecls());
        for (String name : member.split("\\.")) {
            found = within.stream().filter(tree -> name(tree).equals(name)).toList();
            if (found.isEmpty())
                throw new IllegalArgumentException("no " + name + " in " + source.path() + " for " + member);
            within = found.stream().flatMap(Members::members).toList();
        }
        return found;
    }

    private static String name(Tree tree) {
        if (tree instanceof ClassTree type) return type.getSimpleName().toString();
        if (tree instanceof MethodTree method) return method.getName().toString();
        if (tree instanceof VariableTree field) return field.getName().toString();
        return "";
    }

    private static Stream<Tree> members(Tree tree) {
        return tree instanceof ClassTree type ? type.getMembers().stream().map(Tree.class::cast) : Stream.empty();
    }

    private record Piece(Edit edit, int start, int end) {
        String replacement() {
            return edit.addsMember() ? "\n" + edit.after() + "\n" : edit.after();
        }
    }
}
