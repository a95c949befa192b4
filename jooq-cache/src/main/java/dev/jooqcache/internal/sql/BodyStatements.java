package dev.jooqcache.internal.sql;

import dev.jooqcache.model.TableName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Splits a body into its statements, and says where it ceases to be understood.
 *
 * <p>Each statement is one of a closed set: of those that neither commit nor begin a transaction, change no schema and no
 * setting, and execute no text. What begins in any other way is not understood, whatever it is.
 */
public final class BodyStatements extends TokenReader {

    /** An assignment of PL/pgSQL: the place of its target's first name, and of the operator. */
    record Assignment(int target, int operator) {}

    private static final Set<String> QUERIES = Set.of("select", "with", "values", "table");
    private static final Set<String> DML = Set.of("insert", "update", "delete", "merge", "replace");

    /** What may stand in a function of SQL, and in a trigger of SQLite. */
    private static final Set<String> SQL = Set.of("call", "truncate", "return", "do");

    private static final Set<String> PLPGSQL = Set.of(
            "return",
            "perform",
            "raise",
            "assert",
            "null",
            "truncate",
            "call",
            "get",
            "open",
            "fetch",
            "move",
            "close",
            "exit",
            "continue");

    /** TRUNCATE is not among them: it commits. */
    private static final Set<String> PSM =
            Set.of("return", "call", "do", "signal", "resignal", "get", "open", "fetch", "close", "leave", "iterate");

    private static final Set<String> BLOCK_END = Set.of("end", "else", "elsif", "elseif", "when", "until", "exception");
    private static final Set<String> ROWS = Set.of("new", "old");

    private final RoutineLanguage language;
    private final List<Assignment> assignments = new ArrayList<>();
    private final List<Integer> declarations = new ArrayList<>();
    private final List<Integer> beginnings = new ArrayList<>();

    /** The variables of the blocks around a place. */
    private final Deque<Set<String>> scopes = new ArrayDeque<>();

    private boolean redeclaresRow;
    private int at;

    /** The first token that is not understood, or -1. */
    private int unknown = -1;

    BodyStatements(List<SqlToken> tokens, RoutineLanguage language) {
        super(tokens);
        this.language = language;
        scopes.push(new HashSet<>());
        if (language == RoutineLanguage.PLPGSQL) {
            block();
            if (isSymbol(at, ';')) at++;
        } else {
            statements();
        }
        if (at < tokens.size()) stop();
    }

    /** The first token that is not understood, or -1 if all are. */
    int unknown() {
        return unknown;
    }

    List<Assignment> assignments() {
        return assignments;
    }

    /** The places of the names that PL/pgSQL's blocks declare. */
    List<Integer> declarations() {
        return declarations;
    }

    /** Where PL/pgSQL's statements begin, other than blocks and assignments. */
    List<Integer> beginnings() {
        return beginnings;
    }

    /** Returns whether a variable is called like the trigger's row, or is another name of something. */
    boolean redeclaresRow() {
        return redeclaresRow;
    }

    private void stop() {
        if (unknown < 0) unknown = Math.min(at, tokens.size() - 1);
        at = tokens.size();
    }

    private void statements() {
        while (at < tokens.size() && !isWordOf(at, BLOCK_END)) statement();
    }

    private void statement() {
        switch (language) {
            case SQL -> sql();
            case PLPGSQL -> plpgsql();
            case PSM -> psm();
        }
    }

    private void sql() {
        if (isWord(at, "begin")) {
            at += isWord(at + 1, "atomic") ? 2 : 1;
            statements();
            expect("end");
            if (isSymbol(at, ';')) at++;
        } else if (isSymbol(at, ';')) {
            at++;
        } else if (isQueryOrDml() || isWordOf(at, SQL)) {
            simple();
        } else {
            stop();
        }
    }

    private boolean isQueryOrDml() {
        return isWordOf(at, QUERIES) || isWordOf(at, DML) || isSymbol(at, '(');
    }

    private void plpgsql() {
        if (assignment()) return;
        int label = at;
        if (isSymbol(at, '<') && isSymbol(at + 1, '<') && isName(at + 2) && isSymbol(at + 3, '>')) label = at + 5;
        if (isWord(label, "begin") || isWord(label, "declare")) {
            block();
            semicolon();
            return;
        }
        at = label;
        beginnings.add(at);
        if (isWord(at, "loop")) loop(at);
        else if (isWord(at, "while") || isWord(at, "for") || isWord(at, "foreach")) loop(until("loop"));
        else if (isWord(at, "if")) branches("if");
        else if (isWord(at, "case")) cases();
        else if (isQueryOrDml() || isWordOf(at, PLPGSQL)) simple();
        else stop();
    }

    /** {@code [<<label>>] [declare ..] begin .. [exception when .. then ..] end [label]}. */
    private void block() {
        if (isSymbol(at, '<')) at += 5;
        if (isWord(at, "declare")) {
            at++;
            while (at < tokens.size() && !isWord(at, "begin")) {
                if (isWord(at, "declare")) at++;
                if (!isName(at)) stop();
                declarations.add(at);
                redeclaresRow |= isRow(at) || isWord(at + 1, "alias");
                simple();
            }
        }
        expect("begin");
        statements();
        if (isWord(at, "exception")) {
            at++;
            while (isWord(at, "when")) {
                until("then");
                expect("then");
                statements();
            }
        }
        expect("end");
        if (isName(at)) at++;
    }

    private boolean isRow(int i) {
        return isName(i) && ROWS.contains(TableName.fold(tokens.get(i).text()));
    }

    /** {@code target := value} or {@code target = value}, where the target is a path of names and subscripts. */
    private boolean assignment() {
        if (!isName(at)) return false;
        int end = at + 1;
        while (isSymbol(end, '.') || isSymbol(end, '[')) {
            if (isSymbol(end, '.') && !isName(end + 1)) return false;
            end = isSymbol(end, '.') ? end + 2 : closing(end, '[', ']') + 1;
        }
        boolean assigns = isSymbol(end, '=') || (isSymbol(end, ':') && isSymbol(end + 1, '='));
        if (!assigns) return false;
        assignments.add(new Assignment(at, end));
        simple();
        return true;
    }

    private void psm() {
        if (isName(at) && isSymbol(at + 1, ':') && !isSymbol(at + 2, '=')) at += 2;
        if (isWord(at, "begin")) compound();
        else if (isWord(at, "if")) branches("if");
        else if (isWord(at, "case")) cases();
        else if (isWord(at, "loop")) loop(at);
        else if (isWord(at, "while") || isWord(at, "for")) {
            boolean isWhile = isWord(at, "while");
            until("do");
            body("do", isWhile ? "while" : "for");
        } else if (isWord(at, "repeat")) repeat();
        else if (isWord(at, "set")) assignments(at + 1);
        else if (isQueryOrDml() || isWordOf(at, PSM)) simple();
        else stop();
    }

    private void compound() {
        at++;
        if (isWord(at, "not") && isWord(at + 1, "atomic")) at += 2;
        scopes.push(new HashSet<>());
        while (isWord(at, "declare")) declaration();
        statements();
        scopes.pop();
        expect("end");
        if (isName(at)) at++;
        if (isSymbol(at, ';')) at++;
        else if (at < tokens.size()) stop();
    }

    private void declaration() {
        at++;
        boolean handles = isWord(at + 1, "handler");
        if (handles && (isWord(at, "continue") || isWord(at, "exit") || isWord(at, "undo"))) {
            at += 2;
            expect("for");
            condition();
            while (isSymbol(at, ',')) {
                at++;
                condition();
            }
            statement();
            return;
        }
        // A condition and a cursor are no variables, which SET could assign.
        boolean isVariable = !isWord(at + 1, "condition") && !isWord(at + 1, "cursor");
        Set<String> scope = scopes.element();
        for (int name = at; isName(name); name += 2) {
            if (isVariable) scope.add(tokens.get(name).text());
            redeclaresRow |= isRow(name);
            if (!isSymbol(name + 1, ',')) break;
        }
        simple();
    }

    private void condition() {
        if (isWord(at, "sqlstate")) at += isWord(at + 1, "value") ? 3 : 2;
        else if (isWord(at, "not") && isWord(at + 1, "found")) at += 2;
        else at++;
    }

    /** The targets of a SET must be variables of a block around it, or columns of the trigger's row. */
    private void assignments(int first) {
        if (isOfSignal(first - 1)) {
            simple();
            return;
        }
        int set = at;
        boolean target = true;
        int depth = 0;
        for (int i = first; i < tokens.size() && !isSymbol(i, ';'); i++) {
            if (target && !isTarget(i)) {
                at = set;
                stop();
                return;
            }
            if (isSymbol(i, '(')) depth++;
            if (isSymbol(i, ')')) depth--;
            target = depth == 0 && isSymbol(i, ',');
        }
        simple();
    }

    private boolean isOfSignal(int set) {
        return isWord(set - 1, "signal") || isWord(set - 1, "resignal");
    }

    private boolean isTarget(int i) {
        if (!isName(i)) return false;
        int end = i + 1;
        while (isSymbol(end, '.') && isName(end + 1)) end += 2;
        // Without it the name is a word of another SET: of SET STATEMENT, or SET SESSION.
        boolean assigns = isSymbol(end, '=') || (isSymbol(end, ':') && isSymbol(end + 1, '='));
        if (!assigns) return false;
        if (isWord(i, "new")) return isSymbol(i + 1, '.') && isName(i + 2);
        return scopes.stream().anyMatch(scope -> scope.contains(tokens.get(i).text()));
    }

    private void repeat() {
        at++;
        statements();
        expect("until");
        until("end");
        end("repeat");
    }

    private void loop(int body) {
        at = body;
        body("loop", "loop");
    }

    private void body(String begin, String end) {
        expect(begin);
        statements();
        end(end);
    }

    /** {@code end loop [label];}. */
    private void end(String what) {
        expect("end");
        expect(what);
        if (isName(at)) at++;
        semicolon();
    }

    private void branches(String what) {
        until("then");
        body();
        while (isWord(at, "elsif") || isWord(at, "elseif")) {
            until("then");
            body();
        }
        if (isWord(at, "else")) {
            at++;
            statements();
        }
        end(what);
    }

    private void body() {
        expect("then");
        statements();
    }

    /** The statement, not the expression. */
    private void cases() {
        at++;
        while (at < tokens.size() && !isWord(at, "when")) skip();
        while (isWord(at, "when")) {
            until("then");
            body();
        }
        if (isWord(at, "else")) {
            at++;
            statements();
        }
        end("case");
    }

    private void expect(String word) {
        if (isWord(at, word)) at++;
        else stop();
    }

    private void semicolon() {
        if (isSymbol(at, ';')) at++;
        else stop();
    }

    /** Goes to a word that ends an expression or query, past brackets and expressions with CASE. */
    private int until(String word) {
        at++;
        while (at < tokens.size() && !(isWord(at, word) && !isSymbol(at - 1, '.'))) {
            if (isSymbol(at, ';')) {
                stop();
                return at;
            }
            skip();
        }
        return at;
    }

    private void skip() {
        if (isSymbol(at, '(')) at = closing(at) + 1;
        else if (isWord(at, "case") && !isSymbol(at - 1, '.')) skipCase();
        else at++;
    }

    private void skipCase() {
        at++;
        while (at < tokens.size() && !isWord(at, "end")) {
            if (isSymbol(at, ';')) {
                stop();
                return;
            }
            skip();
        }
        at++;
    }

    /** A statement without others in it, up to its semicolon. */
    private void simple() {
        while (at < tokens.size() && !isSymbol(at, ';')) at++;
        if (at < tokens.size()) at++;
    }
}
