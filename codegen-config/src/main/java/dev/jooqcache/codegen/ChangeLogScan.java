package dev.jooqcache.codegen;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a Liquibase change log in XML, YAML or JSON does that jOOQ's H2 does not show.
 *
 * <p>Elements and keys that hold others are compared with a list of those that Liquibase interprets in full on H2; what is
 * not in the list is a gap, as is any line that speaks of code or of SQL.
 */
final class ChangeLogScan {

    private static final Set<String> UNDERSTOOD = Set.of(
            // Structure.
            "databasechangelog",
            "changeset",
            "changes",
            "column",
            "columns",
            "constraints",
            "comment",
            "include",
            "includeall",
            "property",
            "preconditions",
            "and",
            "or",
            "not",
            "tableexists",
            "columnexists",
            "indexexists",
            "foreignkeyconstraintexists",
            "primarykeyexists",
            "sequenceexists",
            "viewexists",
            "dbms",
            "runningas",
            "validchecksum",
            "where",
            "whereparams",
            "param",
            // Changes.
            "createtable",
            "droptable",
            "renametable",
            "settableremarks",
            "addcolumn",
            "dropcolumn",
            "renamecolumn",
            "setcolumnremarks",
            "modifydatatype",
            "addprimarykey",
            "dropprimarykey",
            "addforeignkeyconstraint",
            "dropforeignkeyconstraint",
            "dropallforeignkeyconstraints",
            "adduniqueconstraint",
            "dropuniqueconstraint",
            "addnotnullconstraint",
            "dropnotnullconstraint",
            "adddefaultvalue",
            "dropdefaultvalue",
            "addautoincrement",
            "addlookuptable",
            "mergecolumns",
            "createindex",
            "dropindex",
            "createsequence",
            "altersequence",
            "dropsequence",
            "renamesequence",
            "createview",
            "dropview",
            "renameview",
            "insert",
            "update",
            "delete",
            "loaddata",
            "loadupdatedata",
            "tagdatabase",
            "empty",
            "output");

    private static final Pattern SUSPICIOUS = Pattern.compile(
            "(?i)\\b(trigger|function|procedure|policy|partition|inherits|unlogged|engine|create\\s+rule|sql(file|check)?\"?\\s*[:>])");

    /** An opening element; or a key without a value on its line, which holds what follows. */
    private static final Pattern XML = Pattern.compile("<(?:[\\w.-]+:)?(?<name>[A-Za-z][\\w.-]*)");

    private static final Pattern YAML =
            Pattern.compile("^\\s*(?:- )*\"?(?<name>[A-Za-z]\\w*)\"?\\s*:\\s*[|>]?[+-]?\\s*(?:#.*)?$");
    private static final Pattern JSON = Pattern.compile("\"(?<name>[A-Za-z]\\w*)\"\\s*:\\s*[\\[{]");
    private static final Pattern INCLUDED =
            Pattern.compile("(?i)\\b(?:file|path)\"?\\s*[=:]\\s*[\"']?(?<path>[^\"'\\s,>]+)");

    private final ScriptScan scan;
    private final List<String> files;

    /**
     * Begins a scan.
     *
     * @param scan takes the gaps, and knows what the user has declared
     * @param files the names of all files that are scanned
     */
    ChangeLogScan(ScriptScan scan, List<String> files) {
        this.scan = scan;
        this.files = files;
    }

    /** Scans one file; one that is no change log is passed over. */
    void file(String name, String text) {
        if (!text.contains("databaseChangeLog")) return;
        Pattern holder = name.endsWith(".xml") ? XML : name.endsWith(".json") ? JSON : YAML;
        boolean including = false;
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean understood = !SUSPICIOUS.matcher(line).find();
            for (Matcher held = holder.matcher(line); held.find(); ) {
                String what = String.valueOf(held.group("name")).toLowerCase(Locale.ROOT);
                understood &= UNDERSTOOD.contains(what);
                including = what.startsWith("include");
            }
            Matcher path = INCLUDED.matcher(line);
            if (including && path.find()) understood &= isScanned(String.valueOf(path.group("path")));
            if (!understood) gap(name, i + 1, line.strip());
        }
    }

    private boolean isScanned(String path) {
        String relative = path.replaceFirst("^(classpath:|\\./|/)+", "");
        return files.stream().anyMatch(file -> file.contains(relative));
    }

    private void gap(String name, int line, String text) {
        if (!scan.isHarmless(text)) scan.gap(name + ":" + line + " is not understood: " + text);
    }
}
