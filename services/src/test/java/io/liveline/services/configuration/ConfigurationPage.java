package io.liveline.services.configuration;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;

/** Tables of docs/configuration.md, from the sources of the configuration interfaces: their Javadoc, types and defaults. */
final class ConfigurationPage {

    private static final Pattern CODE = Pattern.compile("\\{@code\\s+([^}]*)}");
    private static final Pattern LINK = Pattern.compile("\\{@link\\s+\\w*#([a-zA-Z]+)(?:\\(\\))?}");
    private static final Pattern BY_PATTERN = Pattern.compile("Map<String, (\\w+)>");
    private static final Map<String, String> UNITS = Map.of(
            "Duration", "duration",
            "Optional<Duration>", "duration",
            "MemorySize", "size",
            "OptionalInt", "number",
            "boolean", "`true` or `false`",
            "String", "text",
            "Optional<String>", "text",
            "List<String>", "list",
            "Optional<Set<String>>", "list");

    private final DocTrees documentation;
    private final CompilationUnitTree source;
    private final List<String> lines = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();

    private ConfigurationPage(DocTrees documentation, CompilationUnitTree source) {
        this.documentation = documentation;
        this.source = source;
    }

    /** Returns the section of a configuration interface in this file. */
    static ConfigurationPage of(Path file) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask)
                    compiler.getTask(null, files, null, List.of("-proc:none"), null, files.getJavaFileObjects(file));
            CompilationUnitTree source = task.parse().iterator().next();
            ConfigurationPage page = new ConfigurationPage(DocTrees.instance(task), source);
            page.addMapping((ClassTree) source.getTypeDecls().get(0));
            return page;
        }
    }

    /** Returns the section as Markdown. */
    String markdown() {
        return String.join("\n", lines);
    }

    /** Returns the keys in the section. */
    List<String> keys() {
        return keys;
    }

    private void addMapping(ClassTree mapping) {
        String prefix = annotation(mapping.getModifiers(), "ConfigMapping");
        lines.add("## `" + prefix + "`");
        lines.add("");
        lines.add(text(mapping));
        lines.add("");
        lines.add("| key | meaning | unit | default | environment variable |");
        lines.add("|---|---|---|---|---|");
        addKeys(mapping, prefix);
    }

    private void addKeys(ClassTree group, String prefix) {
        for (Tree member : group.getMembers()) {
            if (member instanceof MethodTree method) {
                String type = method.getReturnType().toString();
                Matcher map = BY_PATTERN.matcher(type);
                if (map.matches()) {
                    addKeys(nested(map.group(1)), prefix + ".\"<pattern>\"");
                    continue;
                }
                String key = prefix + "." + kebab(method.getName().toString());
                ClassTree nested = nested(type);
                if (nested != null && nested.getKind() == Tree.Kind.INTERFACE) {
                    lines.add("| `" + key + ".*` | " + text(method) + " | | | |");
                    addKeys(nested, key);
                } else {
                    keys.add(key);
                    addKey(key, method, nested);
                }
            }
        }
    }

    private void addKey(String key, MethodTree method, ClassTree constants) {
        String value = annotation(method.getModifiers(), "WithDefault");
        lines.add("| `%s` | %s | %s | %s | %s |"
                .formatted(
                        key,
                        text(method),
                        constants == null ? unit(key, method.getReturnType().toString()) : constants(constants),
                        value == null ? "none" : "`" + value + "`",
                        variable(key)));
    }

    /** Returns the environment variable of a key; a pattern cannot be written as one. */
    private static String variable(String key) {
        return key.contains("<") ? "none" : "`" + key.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT) + "`";
    }

    private static String unit(String key, String type) {
        if (type.equals("int") || type.equals("long")) {
            return key.endsWith("bytes") ? "bytes" : key.endsWith("per-second") ? "number a second" : "number";
        }
        String unit = UNITS.get(type);
        if (unit == null) {
            throw new IllegalStateException("No unit is known for " + type + " of " + key);
        }
        return unit;
    }

    private static String constants(ClassTree constants) {
        return constants.getMembers().stream()
                .filter(member -> member.getKind() == Tree.Kind.VARIABLE)
                .map(member -> ((VariableTree) member).getName().toString())
                .map(name -> "`" + name.toLowerCase(Locale.ROOT).replace('_', '-') + "`")
                .collect(Collectors.joining(" or "));
    }

    /** Returns the type of this name in the source; null if it is declared elsewhere. */
    private ClassTree nested(String name) {
        Map<String, ClassTree> found = new LinkedHashMap<>();
        collect((ClassTree) source.getTypeDecls().get(0), found);
        return found.get(name);
    }

    private static void collect(ClassTree type, Map<String, ClassTree> found) {
        for (Tree member : type.getMembers()) {
            if (member instanceof ClassTree inner) {
                found.put(inner.getSimpleName().toString(), inner);
                collect(inner, found);
            }
        }
    }

    private static String annotation(ModifiersTree modifiers, String name) {
        for (AnnotationTree one : modifiers.getAnnotations()) {
            if (one.getAnnotationType().toString().equals(name)) {
                Tree value = one.getArguments().get(0);
                return ((LiteralTree) (value instanceof AssignmentTree named ? named.getExpression() : value))
                        .getValue()
                        .toString();
            }
        }
        return null;
    }

    /** Returns the Javadoc of a type or method as one line of Markdown. */
    private String text(Tree tree) {
        String comment = documentation.getDocComment(TreePath.getPath(source, tree));
        if (comment == null) {
            throw new IllegalStateException("No Javadoc: " + tree);
        }
        String text = CODE.matcher(comment.strip().replaceAll("\\s+", " ")).replaceAll("`$1`");
        text = LINK.matcher(text).replaceAll(found -> "`" + kebab(found.group(1)) + "`");
        if (text.replaceAll("`[^`]*`", "").matches(".*(\\{@| @|<).*")) {
            throw new IllegalStateException("Markup without a form in Markdown: " + text);
        }
        return text.replace("|", "\\|");
    }

    private static String kebab(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
